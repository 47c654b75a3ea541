"""Made-up readings and contributions, for tests of the views that show them."""

from types import SimpleNamespace

import numpy as np

TEXT = ["When", " Mary", " and", " John", " went", " to"]


def a_reading(rows=4, pos=6, top=10, vocab=40, **changes):
    """Anything with the attributes that `widgets.Lens` reads; the last row is sure of itself."""
    rng = np.random.default_rng(0)
    pieces = [TEXT[i % len(TEXT)] for i in range(pos)]
    ids = rng.integers(0, vocab, (rows, pos, top))
    ids[-2, 1:2] = ids[-1, 1:2]  # position 1 is settled one row early
    probs = np.sort(rng.dirichlet(np.ones(top + 1), (rows, pos))[..., :top])[..., ::-1]
    known = {
        "kind": "logit",
        "layers": ["embed", *(f"L{layer}" for layer in range(rows - 1))],
        "pieces": pieces,
        "special": [i == 0 for i in range(pos)],
        "top_ids": ids,
        "top_probs": probs,
        "words": {i: f" w{i}" for i in range(vocab)},
        "targets": [*pieces[1:], " end"],
        "target_probs": rng.random((rows, pos)) * 0.1,
        "target_ranks": np.arange(rows, 0, -1)[:, None] * 10 + np.arange(pos) - 9,
        "kl": np.linspace(3, 0, rows)[:, None] + np.zeros(pos),
        "entropy": rng.random((rows, pos)) + 1,
        "model_name": "tiny",
    }
    return SimpleNamespace(**known | changes)


def some_contributions(layers=3, each=2, pos=6, **changes):
    """Anything with the attributes that `widgets.Contributions` reads."""
    rng = np.random.default_rng(1)
    parts = [("embed", -1, -1)]
    for layer in range(layers):
        parts += [(f"L{layer}H{head}", layer, head) for head in range(each)]
        parts += [(f"L{layer} attention bias", layer, -1), (f"L{layer} MLP", layer, -1)]
    names, at, which = (list(column) for column in zip(*parts, strict=True))
    values = rng.normal(size=len(names))
    sources = rng.normal(size=(layers, each, pos)) * 0.1
    for i, (layer, head) in enumerate(zip(at, which, strict=True)):
        if head >= 0:
            values[i] = sources[layer, head].sum()
    values[names.index("L1 MLP")] = 4.0  # the largest of all
    known = {
        "names": names, "layers": at, "heads": which, "values": values,
        "logit": values.sum(), "piece": " Mary", "against": " John", "position": pos - 1,
        "sources": sources, "pieces": [TEXT[i % len(TEXT)] for i in range(pos)],
        "special": [i == 0 for i in range(pos)], "scale": 2.5, "model_name": "tiny",
    }  # fmt: skip
    return SimpleNamespace(**known | changes)
