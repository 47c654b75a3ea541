"""The parts of one logit, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int


@dataclass(frozen=True, eq=False)
class Contributions:
    """The parts of one logit, or of the difference of two, at one position.

    Attributes:
        names: "embed", "L5H1", "L5 MLP", "L5 attention bias" …, in the order of the model.
        layers, heads: [part], which layer and head it is; -1 where it is none.
        values: [part], what it adds; with the last norm's scale held they sum to `logit`.
        logit: what the model itself gives.
        piece, against: the piece asked for, and the one it is compared with ("" if none).
        position: after which piece.
        scale: what the last norm divided by here, held for all parts.
        sources: [layer, head, pos], each head's share by the position it read from.
        pieces, special: [pos], the text.

    >>> found = lab.contributions(model, "Tom gave Lily a", " ball", " dog")  # doctest: +SKIP
    >>> found.largest(1)  # doctest: +SKIP
    [('L5 MLP', 1.83)]
    """

    names: list[str]
    layers: Int[np.ndarray, " part"]
    heads: Int[np.ndarray, " part"]
    values: Float[np.ndarray, " part"]
    logit: float
    piece: str
    against: str
    position: int
    scale: float
    sources: Float[np.ndarray, "layer head pos"]
    pieces: list[str]
    special: Bool[np.ndarray, " pos"]
    ids: Int[np.ndarray, " pos"]
    piece_ids: tuple[int, int]
    text: str
    model_name: str

    def largest(self, count: int = 10, *, heads: bool = False) -> list[tuple[str, float]]:
        """The parts that move the logit most, whichever way; `heads` leaves all others out."""
        order = [i for i in np.argsort(-np.abs(self.values)) if not heads or self.heads[i] >= 0]
        return [(self.names[i], float(self.values[i])) for i in order[:count]]

    def __getitem__(self, name: str) -> float:
        """What one part adds, by its name.

        Raises:
            KeyError: no part of that name.
        """
        if name not in self.names:
            raise KeyError(f"no part {name!r}: {', '.join(self.names[:4])} … {self.names[-1]}")
        return float(self.values[self.names.index(name)])

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        what = repr(self.piece) + (f" − {self.against!r}" if self.against else "")
        return f"Contributions({len(self)} parts of {what}: {self.logit:.3g}, {self.model_name})"
