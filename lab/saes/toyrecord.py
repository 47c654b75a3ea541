"""Toy models that must tell more features than they have room for: what they came to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

LEFT_OUT, OWN, SHARED = 0, 1, 2
KINDS = ("left out", "a dimension of its own", "in superposition")
THERE = 0.25  # squared length from which a feature counts as told at all
FREE = 0.1  # what of it may lie along the others for a dimension to be its own


@dataclass(frozen=True, eq=False)
class Toys:
    """Toy models at several sparsities, at some moments of their training.

    Each tells `features` numbers x by `hidden` ones and back: x' = relu(Wᵀ W x + b). A feature is 0
    with chance `sparsity`, and else anything from 0 to 1.

    Attributes:
        weights: [moment, run, hidden, feature]; a column is the direction of a feature.
        biases: [moment, run, feature].
        losses: [moment, run], E Σ importance · (x − x')².
        linear: [run], the least loss of a model without relu: it tells the `hidden` most important
            features and for the others their mean. The control: what superposition is better than.
        steps: [moment]; of: the steps wanted.
        sparsities: [run], importance: [feature].
        restarts: from how many beginnings each run is the best; seed: of the first.
        whole: False where the training was stopped.
    """

    weights: Float[np.ndarray, "moment run hidden feature"]
    biases: Float[np.ndarray, "moment run feature"]
    losses: Float[np.ndarray, "moment run"]
    linear: Float[np.ndarray, " run"]
    steps: Int[np.ndarray, " moment"]
    of: int
    sparsities: Float[np.ndarray, " run"]
    importance: Float[np.ndarray, " feature"]
    restarts: int = 1
    seed: int = 0
    whole: bool = True

    def __repr__(self) -> str:
        hidden, features = self.weights.shape[2:]
        return (
            f"Toys({features} features in {hidden} dimensions at {len(self.sparsities)} "
            f"sparsities, step {self.steps[-1]:,} of {self.of:,})"
        )

    @property
    def told(self) -> Int[np.ndarray, "moment run"]:
        """How many features have a direction at all (squared length of at least a quarter)."""
        return (np.square(self.weights).sum(2) >= THERE).sum(-1)

    @property
    def dimensions(self) -> Float[np.ndarray, "moment run feature"]:
        """The share of a dimension that each feature has: 1 alone, 1/2 in a pair of opposites.

        |Wᵢ|² / Σⱼ (Ŵᵢ · Wⱼ)², as Elhage et al. define it; 0 for a feature that is not told.
        """
        return dimensions(self.weights)

    def at(self, moment: int) -> Toys:
        """The moments up to this one: what a picture of the past shows."""
        parts = {name: getattr(self, name)[:moment] for name in ("weights", "biases", "losses")}
        return replace(self, **parts, steps=self.steps[:moment])


@dataclass(frozen=True, eq=False)
class Phases:
    """What becomes of one more feature, by how dense and how important it is.

    A grid of toy models with one feature more than dimensions. The others have importance 1, the
    last one `importances`.

    Attributes:
        weights: [importance, density, hidden, feature]; biases without `hidden`.
        losses: [importance, density], of what was learned.
        solutions: [importance, density, kind], the loss by hand of the three simple solutions: the
            last feature left out, told instead of another, as another's opposite.
        densities, importances: 1 − sparsity, and the last feature's weight in the loss.
    """

    weights: Float[np.ndarray, "importance density hidden feature"]
    biases: Float[np.ndarray, "importance density feature"]
    losses: Float[np.ndarray, "importance density"]
    solutions: Float[np.ndarray, "importance density kind"]
    densities: Float[np.ndarray, " density"]
    importances: Float[np.ndarray, " importance"]
    restarts: int = 1
    seed: int = 0

    @property
    def kinds(self) -> Int[np.ndarray, "importance density"]:
        """What was learned: 0 the last feature is left out, 1 has a dimension, 2 shares one."""
        last = self.weights[..., -1]
        size = np.square(last).sum(-1)
        along = np.square(np.einsum("...h,...hf->...f", last, self.weights[..., :-1])).sum(-1)
        shared = along / np.maximum(size, 1e-9) >= FREE
        return np.where(size < THERE, LEFT_OUT, np.where(shared, SHARED, OWN))

    @property
    def theory(self) -> Int[np.ndarray, "importance density"]:
        """Which of the three simple solutions is the best."""
        return self.solutions.argmin(-1)

    @property
    def agreement(self) -> float:
        """At how many points of the grid (a share) what was learned is what theory says."""
        return float((self.kinds == self.theory).mean())

    def __repr__(self) -> str:
        hidden, features = self.weights.shape[2:]
        return (
            f"Phases({features} features in {hidden} dimensions, {self.losses.size} models, "
            f"{self.agreement:.0%} as the simple solutions have it)"
        )


def dimensions(
    weights: Float[np.ndarray, "*of hidden feature"],
) -> Float[np.ndarray, "*of feature"]:
    """The share of a dimension that each feature has.

    >>> dimensions(np.array([[1.0, -1.0]]))
    array([0.5, 0.5])
    """
    size = np.square(weights).sum(-2)
    along = np.square(np.einsum("...hf,...hg->...fg", weights, weights)).sum(-1)
    return np.divide(np.square(size), along, out=np.zeros_like(size), where=size >= 1e-3)
