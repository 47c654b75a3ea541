"""Averages and breakdowns for the tests of the attention view, of plain numbers."""

from types import SimpleNamespace

import numpy as np

from widgets.attention import Attention


def averages(layers=2, heads=2, distances=12, *, texts=5, name="small", seed=0):
    """What `lab.attention.over` gives, as far as a view reads it."""
    rng = np.random.default_rng(seed)
    shape = (layers, heads)
    kinds = ("previous", "first", "induction")
    return SimpleNamespace(
        model_name=name,
        layers=list(range(layers)),
        texts=texts,
        tokens=11 * texts,
        scores={kind: rng.random(shape) for kind in kinds},
        scores_spread={kind: 0.1 * rng.random(shape) for kind in kinds},
        chance=dict.fromkeys(kinds, 0.2),
        entropy=3 * rng.random(shape),
        entropy_spread=np.full(shape, 0.1),
        by_distance=rng.dirichlet(np.ones(distances), shape),
        by_distance_spread=0.01 * rng.random((*shape, distances)),
    )


def breakdown(layer, head, query, key, *, dims=6, text="content"):
    """A made-up breakdown of one score: every part of it sums to the score."""
    rng = np.random.default_rng([layer, head, query, key])
    parts = rng.normal(size=dims)
    score = float(parts.sum())
    writers = {f"L{n}H0": score / 10 for n in range(10)}
    return {
        "score": score,
        "weight": 0.25,
        "others": -1.0,
        "dims": parts,
        "parts": {text: score - 0.5, "distance": 0.5},
        "by_distance": rng.normal(size=20),
        "waves": np.r_[np.full(dims - 1, 6.28), np.inf],
        "query_sources": writers,
        "key_sources": {text: score},
        "note": text,
    }


def explained(view: Attention, *pair) -> Attention:
    """The view, with one pair broken down as if the reader had asked."""
    view.answer("breakdown", dict(zip(("layer", "head", "query", "key"), pair, strict=True)))
    return view


def without(heads, mlps, position, *, text="a"):
    """A made-up prediction without some parts, beside four others in their place."""
    rng = np.random.default_rng([len(heads), *mlps, position])
    names = [f"L{n}H0" for n in range(4)]
    return {
        "metric": f"log p({text!r})",
        "unit": "nats",
        "effect": -0.5 - len(heads) - 0.25 * len(mlps),
        "controls": [-0.1, 0.0, 0.2, -2.0],
        "kl": 0.3,
        "kl_controls": [0.01, 0.02, 0.0, 0.4],
        "names": names,
        "kind": "the 4 other heads of L0",
        "pieces": [text, " b"],
        "probs": [0.6, 0.3],
        "probs_after": [0.4, 0.5],
        "probs_controls": 0.1 + 0.5 * rng.random((4, 2)),
    }
