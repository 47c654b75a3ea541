"""A steered run for the tests of the view, of plain numbers."""

from types import SimpleNamespace

import numpy as np


def a_steered_run(layers=3, randoms=4, *, text="", strengths=(-1.0, 0.0, 0.5, 1.0), **more):
    """What `lab.interventions.steered` gives, as far as the view reads it."""
    rng = np.random.default_rng(0)
    strengths = np.array(strengths)
    count, top = len(strengths), 3
    grid = (layers, count)
    still = strengths == 0
    gain = np.arange(1, layers + 1)[:, None] * strengths
    after = rng.dirichlet(np.ones(5), grid)[..., :top]
    beside = rng.dirichlet(np.ones(5), (layers, randoms, count))[..., :top]
    found = {
        "prompt": f"Tom was{text}",
        "name": text or "up",
        "layers": np.arange(layers),
        "strengths": strengths,
        "lengths": 30.0 * np.tile(strengths, (layers, 1)),
        "metric": f"log p({text or ' she'!r})",
        "unit": "nats",
        "clean": -2.0,
        "effects": 3.0 * gain,
        "controls": np.where(still, 0, rng.normal(0, 0.5, (layers, randoms, count))),
        "clean_cost": 4.0,
        "costs": 4.0 + 2 * np.abs(gain),
        "cost_controls": np.where(still, 4.0, 4 + rng.random((layers, randoms, count))),
        "neutral_pieces": 20,
        "pieces": [[text or " she", " he", f" w{layer}"] for layer in range(layers)],
        "before": np.tile([0.2, 0.5, 0.1], (layers, 1)),
        "after": after,
        "after_controls": beside,
        "texts": [[f" went {text}{layer}{i}" for i in range(count)] for layer in range(layers)],
        "text_controls": [[f" stayed {layer}{i}" for i in range(count)] for layer in range(layers)],
        "done": np.ones(grid, dtype=bool),
        "control": "stream",
        "model_name": text or "tiny",
    }
    return SimpleNamespace(**found | more)
