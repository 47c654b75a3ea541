"""A text growing piece by piece: branches not taken, beams being pruned, what a cache saves."""

from widgets.generation.generation import Generation as Generation
