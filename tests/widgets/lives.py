"""A made-up life with a planted phase change, for tests: at MIDDLE the induction head forms."""

from types import SimpleNamespace

import numpy as np

TEXT = "When Tom and Lily went to the park , Tom gave a ball to Lily . " * 2
WORDS = {
    "names": ["Tom", "Lily", "Anna", "Max", "Ben"],
    "places": ["park", "shop", "school", "house"],
    "things": ["ball", "book", "cake", "kite"],
}


def a_life(moments=16, layers=2, each=4, pos=12, middle=None, **changes):
    """Anything with the attributes that `widgets.Life` reads; `changes` replace some of them."""
    rng = np.random.default_rng(0)
    middle = moments // 2 if middle is None else middle
    pieces = [f" {word}" for word in (TEXT.split() * 9)[:pos]]
    pieces[0] = pieces[0].strip()
    grown = 1 / (1 + np.exp(-(np.arange(moments) - middle) * 1.5))
    steps = np.round(2000 * np.linspace(0, 1, moments) ** 2).astype(int) + np.arange(moments)
    rows = layers + 1
    best = rng.integers(0, 20, (moments, rows, pos))
    words = [word for group in WORDS.values() for word in group]
    away = np.repeat([[2.0, 0.0], [-1.0, 2.0], [-1.0, -2.0]], [5, 4, 4], axis=0)
    places = rng.normal(size=(moments, len(words), 2)).cumsum(0) * 0.1
    known = {
        "name": "tiny",
        "pieces": pieces,
        "special": [False] * pos,
        "steps": steps,
        "tokens": steps * 64,
        "heads": [(layer, head) for layer in range(layers) for head in range(each)],
        "patterns": _patterns(rng, grown, layers * each, pos),
        "lens_layers": ["embed", *(f"L{layer}" for layer in range(layers))],
        "lens_pieces": [f" guess{i}" for i in range(20)],
        "lens_best": best,
        "lens_probs": rng.random((moments, rows, pos)) * grown[:, None, None],
        "targets": [*pieces[1:], ""],
        "target_probs": _gap(rng.random((moments, rows, pos)) * grown[:, None, None], np.nan),
        "target_ranks": _gap(rng.integers(1, 4, (moments, rows, pos)), 0),
        "words": words,
        "groups": [name for name, group in WORDS.items() for _ in group],
        "word_map": places + grown[:, None, None] * away,
        "map_share": 0.1 + 0.6 * grown,
        "curves": {
            "loss": (np.arange(2001), 2 + 3 * np.exp(-np.arange(2001) / 300)),
            "valid": (steps, 2.1 + 3 * np.exp(-steps / 300)),
            "recall": (steps, 0.05 + 0.9 * grown),
        },
        "samples": {"story": [f"At step {step} there was a tiny park. " * 3 for step in steps]},
        "scores": {
            "induction": np.repeat(grown * 0.25, layers * each).reshape(moments, layers, each)
        },
        "chance": {"induction": 0.03},
    }
    return SimpleNamespace(**known | changes)


def _patterns(rng, grown, count, pos):
    """Random causal attention, and head 1 growing into one that looks at the token before."""
    weights = np.tril(rng.random((len(grown), count, pos, pos)) ** 6 + 1e-3)
    weights /= weights.sum(-1, keepdims=True)
    before = np.eye(pos, k=-1)
    before[0, 0] = 1
    part = grown[:, None, None]
    weights[:, 1] = (1 - part) * weights[:, 1] + part * before
    return weights


def _gap(values, none):
    """The last token has nothing to come next."""
    values = np.array(values, dtype=float if none != 0 else int)
    values[:, :, -1] = none
    return values
