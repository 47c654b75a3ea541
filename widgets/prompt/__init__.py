"""A line to type in: each change goes through a callable, and its answer into the views."""

from widgets.prompt.prompt import Prompt as Prompt
