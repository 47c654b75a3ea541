"""Training: a generator of steps, its recipe, and the checkpoints it leaves behind."""

from lab.training.checkpoints import last_history, moments
from lab.training.loop import train
from lab.training.recipe import Recipe
from lab.training.step import Step

__all__ = ["Recipe", "Step", "last_history", "moments", "train"]
