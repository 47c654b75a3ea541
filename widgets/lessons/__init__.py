"""What makes a lesson of a notebook: a guess before the run, a question after it.

`Predict` takes a guess that stands before the truth is seen; `Check` asks on the model's state and
grades. Neither is a gate: a notebook runs through whether or not anybody answers.
"""

from widgets.lessons.check import Check
from widgets.lessons.predict import Predict
from widgets.lessons.sealing import sealed

__all__ = ["Check", "Predict", "sealed"]
