"""A score as content and position, and what that split means where it was made."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from lab.attention.sources import BIASES, POSITION, TOKEN

Table = Float[np.ndarray, "source source"]
_SIDES = {TOKEN: "content", POSITION: "position", BIASES: "biases"}
EARLIER = "earlier layers"
DEEPER = "what the layers below wrote holds content and position mixed"


def parted(
    score: float, names: list[str], table: Table, curve: np.ndarray | None, layer: int
) -> tuple[dict[str, float], str]:
    """The parts by name, which sum to the score, and a note."""
    if curve is not None:
        parts = {"content": float(curve[0]), "distance": score - float(curve[0])}
        note = "content: the score side by side; distance: what turning them apart adds"
        return parts, f"{note}; {DEEPER}" if layer else note
    if POSITION in names:
        note = "query × key, the layer norm's divisor held as it is"
        return _by_side(names, table), f"{note}; {DEEPER}" if layer else note
    return {"query × key": score}, "this model's positions are not told apart from its content"


def _by_side(names: list[str], table: Table) -> dict[str, float]:
    """Terms of token and position embedding, and the rest by what it holds."""
    parts: dict[str, float] = {}
    sides = [_SIDES.get(name, EARLIER) for name in names]
    for row, one in enumerate(sides):
        for column, other in enumerate(sides):
            mixed = next((side for side in (EARLIER, "biases") if side in (one, other)), None)
            name = mixed or f"{one} × {other}"
            parts[name] = parts.get(name, 0.0) + float(table[row, column])
    return {name: value for name, value in parts.items() if value}
