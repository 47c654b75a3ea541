"""Draws that can be compared: the same chance for the same piece, whatever the rules.

Every piece of every draw has a noise of its own, made by a hash from the seed, the draw's number
and the piece's id. The pieces race: each needs the time noise / probability, and the first is
drawn (the Gumbel-max trick, Maddison et al. 2014; each piece wins as often as its probability
says). Two rules that are given the same seed run the same race with other probabilities, so

* a rule that only cuts changes a draw exactly where it cut the piece that was drawn, and
* no draw moves from one piece to another whose odds against it did not rise ("counterfactual
  stability", Oberst & Sontag 2019).

One random number per draw, read off the cumulated probabilities, would keep neither: cutting the
tail moves all borders. The hash is whole-number arithmetic modulo 2³², so a browser gets the same
bits. A piece of probability below about 10⁻¹⁰ is never drawn.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Int

_STEP, _FIRST, _SECOND = (np.uint32(n) for n in (0x9E3779B9, 0x7FEB352D, 0x846CA68B))


def draws(
    probs: Float[np.ndarray, " vocab"], seed: int = 0, n: int = 1, start: int = 0
) -> Int[np.ndarray, " n"]:
    """The ids of `n` pieces drawn with these probabilities, those numbered `start` and up.

    Args:
        probs: shares, as from `Rules.probs`; they need not sum to 1 exactly.
        seed: a whole number; seeds that differ by 2³² are the same.
    Raises:
        ValueError: another shape, a negative share, NaN, nothing to draw from.

    >>> draws(np.array([0.5, 0.0, 0.5]), seed=1, n=6).tolist()
    [2, 2, 2, 2, 2, 0]
    """
    shares = _shares(probs)
    there = np.flatnonzero(shares)
    found = [
        there[(noise(seed, d, there) / shares[there]).argmin()] for d in range(start, start + n)
    ]
    return np.array(found, dtype=np.int64)


def noise(seed: int, draw: int, ids: Int[np.ndarray, " some"]) -> Float[np.ndarray, " some"]:
    """The time that each piece would take at probability 1, exponentially distributed.

    >>> noise(0, 0, np.arange(3)).round(4).tolist()
    [1.3273, 0.7724, 0.9701]
    """
    seed, draw = int(seed) % 2**32, int(draw) % 2**32
    first = _mixed(np.array([draw], np.uint32), np.uint32(seed), np.uint32(0))
    second = _mixed(np.array([seed], np.uint32), np.uint32(draw), _STEP)
    high = _mixed(np.asarray(ids).astype(np.uint32), first, second)
    return -np.log((high + 0.5) / 2**32)


def _mixed(values: Any, before: Any, between: Any) -> Any:
    # A mixer found by search (C. Wellons' lowbias32), with a second key put in halfway.
    x = values * _STEP + before
    x = (x ^ (x >> np.uint32(16))) * _FIRST + between
    x = (x ^ (x >> np.uint32(15))) * _SECOND
    return x ^ (x >> np.uint32(16))


def _shares(probs: Any) -> Float[np.ndarray, " vocab"]:
    shares = np.asarray(probs, dtype=np.float64)
    if shares.ndim != 1:
        raise ValueError(f"probs has shape {shares.shape}: give one row, as from Rules.probs")
    if not (shares >= 0).all() or not 0 < shares.sum() < np.inf:
        raise ValueError("probs must be shares from 0 up, at least one of them over 0")
    return shares
