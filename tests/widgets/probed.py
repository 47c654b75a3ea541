"""Made-up probes and a sentence under them, for tests of the view that shows them."""

from types import SimpleNamespace

import numpy as np

KINDS = {"pos": ["noun", "verb", "pronoun", "other"]}


class Probed(SimpleNamespace):
    """Anything with the attributes that `widgets.Probes` reads."""

    @property
    def selectivity(self):
        return self.accuracy - self.control

    def interval(self, what, task):
        values = np.atleast_2d(getattr(self, what)[self.tasks.index(task)])
        values = np.broadcast_to(values, (len(self.rows), self.seeds))
        return values.mean(1)[:, None] + values.std(1)[:, None] * np.array([-2, 2])

    def direction(self, layer, label, task, by):
        place = self.layers.index(layer), self.classes[task].index(label)
        if len(self.classes[task]) == 2:
            return self.turned[task][by][place[0], 1] * (1 if place[1] else -1)
        return self.turned[task][by][place]


def probed(rows=5, seeds=3, size=16, classes=KINDS, **changes):
    """Row 2 tells most; the first row is the embedding."""
    rng = np.random.default_rng(0)
    rise = 0.9 - 0.3 * np.abs(np.arange(rows) - 2) / rows
    shape = (len(classes), rows, seeds)

    def near(values, spread=0.01):
        return np.broadcast_to(values, shape) + rng.normal(0, spread, shape)

    def confused(count):
        found = rng.integers(0, 9, (rows, count, count))
        found[:, range(count), range(count)] += (100 * rise[:, None]).astype(int)
        return found

    def turned(count):
        found = rng.normal(size=(rows, count, size)) + rng.normal(size=(count, size))
        return found / np.linalg.norm(found, axis=2, keepdims=True)

    return Probed(**{
        "model_name": "tiny", "dataset_name": "stories", "hook": "resid_post", "positions": "each",
        "rows": ["embed", *(f"L{i}" for i in range(rows - 1))], "layers": list(range(-1, rows - 1)),
        "tasks": list(classes), "seeds": seeds, "done": np.ones(rows, bool), "note": "",
        "warnings": [], "classes": {task: list(names) for task, names in classes.items()},
        "counts": {task: np.arange(40, 40 + len(names)) for task, names in classes.items()},
        "n_test": np.full((len(classes), seeds), 250), "accuracy": near(rise[:, None]),
        "shuffled": near(0.27), "chance": near(0.27, 0.001), "untrained": near(0.55),
        "control": near(0.5 + 0.02 * np.arange(rows)[:, None] * 5 / rows),
        "majority": np.full((len(classes), seeds), 0.3),
        "words": np.full((len(classes), seeds), 0.62) + 0.004 * np.arange(seeds),
        "bits": np.linspace(1.6, 0.6, rows) * np.ones((len(classes), 1)),
        "bits_shuffled": np.full((len(classes), rows), 2.1),
        "bits_uniform": np.array([np.log2(len(names)) for names in classes.values()]),
        "confusion": {task: confused(len(names)) for task, names in classes.items()},
        "turned": {task: {by: turned(len(names)) for by in ("probe", "means")}
                   for task, names in classes.items()},
    } | changes)  # fmt: skip


def sentence(text="The cat saw it .", rows=5, classes=KINDS, **changes):
    """What `predict` may give: the last row is sure of each token's class."""
    rng = np.random.default_rng(len(text))
    pieces = [piece if i == 0 else f" {piece}" for i, piece in enumerate(text.split(" "))]
    probs = {}
    for task, names in classes.items():
        probs[task] = rng.dirichlet(np.ones(len(names)), (rows, len(pieces)))
        probs[task][-1] = np.eye(len(names))[np.arange(len(pieces)) % len(names)] * 0.95 + 0.01
    return SimpleNamespace(pieces=pieces, special=[False] * len(pieces), probs=probs, **changes)
