"""Parts to switch off in place of others: as many, in the same layers, drawn at random."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from math import comb
from typing import Any, NamedTuple

import numpy as np

Heads = list[tuple[int, int]]


class Parts(NamedTuple):
    """Heads and MLPs."""

    heads: Heads
    mlps: list[int]


class StandIns(NamedTuple):
    """Sets of other parts, and in words how they were chosen."""

    sets: list[Parts]
    kind: str


def stand_ins(parts: Parts, layers: int, heads: int, draws: int = 10, seed: int = 0) -> StandIns:
    """Other parts in the place of these: as many heads of the same layers, as many other MLPs.

    All there are where they are few, else `draws` of them by chance. Where a layer has too few
    heads left, they come from any layer, and `kind` says so.

    Raises:
        ValueError: nothing is left to stand in.

    >>> stand_ins(Parts([(1, 0)], []), layers=2, heads=3).sets
    [Parts(heads=[(1, 1)], mlps=[]), Parts(heads=[(1, 2)], mlps=[])]
    """
    rng = np.random.default_rng(seed)
    alike = _same_layers(parts.heads, heads)
    chosen = (
        _drawn(alike, draws, rng) if alike else _anywhere(parts.heads, layers, heads, draws, rng)
    )
    others = [n for n in range(layers) if n not in parts.mlps]
    mlps = _drawn([(others, len(parts.mlps))], draws, rng)
    if not chosen or not mlps:
        raise ValueError("too much is off: no other parts are left to compare with; switch some on")
    count = max(len(chosen) if parts.heads else 0, len(mlps) if parts.mlps else 0)
    sets = [
        Parts(sorted(chosen[i % len(chosen)]), sorted(mlps[i % len(mlps)])) for i in range(count)
    ]
    return StandIns(sets, _kind(parts, len(sets), bool(alike), _all(alike, draws)))


def _same_layers(off: Heads, heads: int) -> list[tuple[list[Any], int]]:
    """For each layer, the heads left in it and how many to draw; empty where one has too few."""
    wanted = Counter(layer for layer, _ in off)
    pools = [
        ([(n, h) for h in range(heads) if (n, h) not in off], count) for n, count in wanted.items()
    ]
    return pools if all(len(pool) >= count for pool, count in pools) else []


def _anywhere(off: Heads, layers: int, heads: int, draws: int, rng: Any) -> list[list[Any]]:
    left = [(n, h) for n in range(layers) for h in range(heads) if (n, h) not in off]
    return _drawn([(left, len(off))], draws, rng)


def _drawn(pools: Sequence[tuple[list[Any], int]], draws: int, rng: Any) -> list[list[Any]]:
    """Different choices of so many from each pool; all there are where they are no more."""
    if any(len(pool) < count for pool, count in pools):
        return []
    if len(pools) == 1 and comb(len(pools[0][0]), pools[0][1]) <= draws:
        return [list(one) for one in combinations(*pools[0])]
    found: dict[tuple[Any, ...], list[Any]] = {}
    for _ in range(20 * draws):
        places = [rng.choice(len(pool), count, replace=False) for pool, count in pools]
        one = [pool[i] for (pool, _), at in zip(pools, places, strict=True) for i in at.tolist()]
        found.setdefault(tuple(sorted(one)), one)
        if len(found) == draws:
            break
    return list(found.values())


def _all(pools: Sequence[tuple[list[Any], int]], draws: int) -> bool:
    return len(pools) == 1 and comb(len(pools[0][0]), pools[0][1]) <= draws


def _kind(parts: Parts, count: int, alike: bool, whole: bool) -> str:
    """How the controls were chosen, as a reader is told.

    >>> _kind(Parts([(5, 1)], []), 7, True, True)
    'the 7 other heads of L5'
    """
    heads, mlps = len(parts.heads), len(parts.mlps)
    layers = sorted({layer for layer, _ in parts.heads})
    where = f"of L{layers[0]}" if len(layers) == 1 else "of the same layers" if alike else ""
    where = where if alike else "of any layer (too few are left in the same)"
    if heads == 1 and not mlps and whole:
        return f"the {count} other heads {where}"
    if mlps == 1 and not heads:
        return f"the MLPs of {count} other layers"
    what = [f"{heads} other heads {where}" if heads > 1 else f"1 other head {where}"] * bool(heads)
    what += [f"{mlps} other MLP{'s' * (mlps > 1)}"] * bool(mlps)
    return f"{count} random sets of {' and '.join(what)}"
