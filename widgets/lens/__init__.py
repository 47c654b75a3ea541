"""The growing prediction: what every layer would say, at every position of a text."""

from widgets.lens.lens import Lens as Lens
