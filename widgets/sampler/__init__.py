"""What may come next, and the rules that decide how bold the choice is."""

from widgets.sampler.sampler import Sampler as Sampler

__all__ = ["Sampler"]
