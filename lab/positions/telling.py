"""A model whose pieces are told to stand elsewhere than they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Int

from lab.hooks import Edited, edited
from lab.hooks.names import Key
from lab.positions.rotating import rotary
from lab.positions.tables import learned

Order = Int[np.ndarray, " pos"]


def told(model: Any, places: Sequence[int] | Order | None) -> Edited:
    """The model as it runs when its i-th piece is told that it stands at `places[i]`.

    The pieces themselves stay where they are, and each still sees only what comes before it.
    `None` tells them nothing: all get the table's average row, or are turned by nothing.
    Works for a model with a table of positions and for a rotary one, and with edits on it already.

    Raises:
        ValueError: a negative place, one the table has no row for; at run time, a text that is
            longer than `places`.

    >>> backwards = told(model, range(len(trace.ids))[::-1])                  # doctest: +SKIP
    """
    order = None if places is None else _checked(places)
    if getattr(model.cfg, "positional_embedding_type", "") == "rotary":
        return edited(model, _turned(model, order))
    table = learned(model)
    if order is not None and order.max() >= len(table):
        raise ValueError(f"places go to {order.max()}; the table has rows 0 to {len(table) - 1}")
    rows = table.mean(axis=0, keepdims=True) if order is None else table[order]
    return edited(model, {"pos_embed": _instead(rows)})


def scattered(count: int, within: int | None = None, seed: int = 0) -> Order:
    """The places 0 to count − 1 in random order; `within`: each stays in its block of so many.

    >>> scattered(6, within=2, seed=1).tolist()
    [0, 1, 2, 3, 5, 4]
    """
    within = count if within is None else within
    if count < 1 or within < 1:
        raise ValueError(f"count={count}, within={within}: at least 1 is needed")
    chance = np.random.default_rng(seed)
    blocks = (np.arange(start, min(start + within, count)) for start in range(0, count, within))
    return np.concatenate([chance.permutation(block) for block in blocks])


def _turned(model: Any, order: Order | None) -> dict[Key, Any]:
    """The edits that turn queries and keys by other places."""
    turns = rotary(model)
    if 2 * len(turns.frequencies) != turns.d_head:
        raise ValueError("model turns only a part of each head; told() knows whole heads")
    # In single precision, as the models do it, so that the truth told changes nothing.
    angles = torch.zeros(1, 1) if order is None else torch.from_numpy(order).float()[:, None]
    angles = angles * torch.from_numpy(turns.frequencies).float()
    both = torch.cat([angles, angles], dim=-1)
    waves = {"cos": both.cos() * turns.scaling, "sin": both.sin() * turns.scaling}
    return {f"rotary_emb.hook_{name}": _instead(wave.numpy()) for name, wave in waves.items()}


def _instead(rows: np.ndarray) -> Any:
    """An edit that puts rows [pos, width] in the place of an activation [batch, pos, width]."""
    given = torch.from_numpy(np.ascontiguousarray(rows))

    def edit(activation: torch.Tensor) -> torch.Tensor:
        count = activation.shape[-2]
        if 1 < len(given) < count:
            raise ValueError(f"a text of {count} pieces is told only {len(given)} places")
        return given[:count].to(activation).expand_as(activation).clone()

    return edit


def _checked(places: Any) -> Order:
    order = np.asarray(list(places) if isinstance(places, range) else places)
    if order.ndim != 1 or not len(order) or order.dtype.kind not in "iu" or order.min() < 0:
        raise ValueError(f"places {order!r:.60}: whole numbers from 0, one for each piece")
    return order.astype(np.int64)
