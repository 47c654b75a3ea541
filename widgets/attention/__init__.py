"""Every head of a model at a glance, one of them large: who looks at whom."""

from widgets.attention.attention import Attention as Attention
