"""More features than dimensions: their directions by sparsity, what returns, and the phases."""

from widgets.superposition.superposition import Superposition

__all__ = ["Superposition"]
