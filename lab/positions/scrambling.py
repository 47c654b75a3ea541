"""What the order of a text is worth: the loss when pieces are told wrong places, or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.positions.telling import scattered, told
from lab.traces import prompt_ids, trace


@dataclass(frozen=True)
class Disorder:
    """Mean losses of texts in nats a piece: with the places as they are, and told otherwise."""

    as_is: float
    moved: float
    """Every piece told the same number of places further on: the order stays. The control."""
    removed: float
    """No piece told anything."""
    scattered: dict[int, Float[np.ndarray, " draw"]]
    """Places shuffled within blocks of so many pieces; a loss for each draw."""
    pieces: int
    moved_by: int

    def rises(self) -> dict[str, float]:
        """By how many nats a piece each of them raises the loss, by name."""
        found = {f"moved on by {self.moved_by}": self.moved}
        for size, losses in self.scattered.items():
            found[f"shuffled by {size}"] = float(losses.mean())
        found["removed"] = self.removed
        return {name: loss - self.as_is for name, loss in found.items()}


def disorder(
    model: Any,
    texts: str | Iterable[Any],
    within: Sequence[int] = (2, 4, 8, 16, 32),
    *,
    draws: int = 3,
    move: int = 8,
    seed: int = 0,
    prepend_bos: bool | None = None,
) -> Disorder:
    """What wrong places and none do to the loss on these texts.

    The texts stay as they are, and so does what each piece may look at; only the places that the
    pieces are told change. If moving all of them on by `move` costs nothing, and shuffling does,
    then the model lives on the order and not on the places themselves.

    Args:
        model: from `lab.load` or `lab.build`; with a table of positions, or rotary.
        texts: strings or lists of ids, each within the context (less `move`, for a table).
        within: sizes of the blocks that places are shuffled in.
        draws: shuffles for each size.
    Raises:
        ValueError: no text, a text of one piece, or one too long.

    >>> lab.positions.disorder(model, "Tom gave Lily a ball. " * 4).rises()      # doctest: +SKIP
    """
    rows = _rows(model, texts, prepend_bos)

    def loss(places: Any) -> float:
        return _loss(model, [(row, places(len(row))) for row in rows])

    def shuffled(size: int) -> np.ndarray:
        each = [loss(lambda count, s=seed + i: scattered(count, size, s)) for i in range(draws)]
        return np.array(each)

    return Disorder(
        as_is=loss(np.arange),
        moved=loss(lambda count: np.arange(count) + move),
        removed=loss(lambda _: None),
        scattered={size: shuffled(size) for size in within},
        pieces=sum(len(row) - 1 for row in rows),
        moved_by=move,
    )


def _rows(model: Any, texts: Any, prepend_bos: bool | None) -> list[list[int]]:
    texts = [texts] if isinstance(texts, str) else texts
    rows = [prompt_ids(model, text, prepend_bos=prepend_bos) for text in texts]
    if not rows or min(map(len, rows)) < 2:
        raise ValueError("texts: at least one, of two pieces or more each")
    return rows


def _loss(model: Any, rows: list[tuple[list[int], Any]]) -> float:
    found = [trace(told(model, places), ids, keep=[]).surprisal[1:] for ids, places in rows]
    return float(np.concatenate(found).mean(dtype=np.float64))
