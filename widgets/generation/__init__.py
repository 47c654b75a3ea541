"""A text growing piece by piece: the branches not taken, beams as they are pruned, what a cache saves."""

from widgets.generation.generation import Generation as Generation
