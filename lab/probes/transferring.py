"""Probes tried on other data than they were fitted on: does what they read hold there?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from lab.neurons.meaning import separation
from lab.probes import directions, intervals
from lab.probes.dataset import Dataset, Examples
from lab.probes.harvesting import harvest
from lab.probes.record import Probes
from lab.probes.splitting import coded, luck
from lab.probes.store import Store
from lab.probes.tasks import placed


@dataclass(frozen=True, eq=False)
class Transfer:
    """How right probes are on other data, of groups that they were not fitted on.

    Attributes:
        task, rows, classes: of the probes; dataset_name: what they were tried on.
        accuracy: [row, seed].
        chance: [row, seed], what luck gives probes that say each class as often as these do.
        auc: [row, seed], of two classes: the chance that an example of the second is put above one
            of the first, wherever the border is drawn. 0.5 is luck, below it is upside down.
        n: [seed], examples tried. confusion: [row, true, said].
    """

    task: str
    dataset_name: str
    rows: list[str]
    classes: list[str]
    accuracy: Float[np.ndarray, "row seed"]
    chance: Float[np.ndarray, "row seed"]
    auc: Float[np.ndarray, "row seed"]
    n: Int[np.ndarray, " seed"]
    confusion: Int[np.ndarray, "row true said"]

    def mean(self, what: str = "accuracy") -> Float[np.ndarray, " row"]:
        """The mean over the seeds of "accuracy", "chance" or "auc"."""
        return getattr(self, what).mean(1)

    def interval(self, what: str = "accuracy") -> Float[np.ndarray, "row 2"]:
        """95 % of that mean, as if the splits were of 3 : 1 (`intervals.between`)."""
        return intervals.between(getattr(self, what), 3 * self.n, self.n)


def transfer(
    probes: Probes, model: Any, data: Dataset, task: str | None = None, theirs: str | None = None
) -> Transfer:
    """The same probes on other data.

    A group of the other data that a seed's probe was fitted on, by its name, is not asked.

    Args:
        probes: from `lab.probe`.
        model: the one they are of, or a `Store` of `data`.
        data: with a task of the same classes.
        task: which of the probes' tasks; theirs: of the data's, the same name by default.
    Raises:
        ValueError: labels that the probes don't know; no example of a group they haven't seen.

    >>> found = transfer(on_cities, model, negations)                      # doctest: +SKIP
    >>> found.mean()[found.rows.index("L20")]                              # doctest: +SKIP
    0.31
    """
    name = probes.tasks[probes.number(task)]
    asked = theirs or (name if name in data.tasks else next(iter(data.tasks)))
    found = data.tasks[asked]
    if strange := sorted(set(found.labels) - set(probes.classes[name])):
        raise ValueError(f"data has {strange[0]!r}, the probes tell {probes.classes[name]}")
    layers = probes.layers
    store = model if isinstance(model, Store) else harvest(
        model, data[asked], probes.hook, probes.positions, layers=layers  # type: ignore[arg-type]
    )  # fmt: skip
    slots, kept = placed(found, data.texts, store)
    found = found.only(kept)
    asking = np.stack(
        [luck(found.groups, s) < cut for s, cut in enumerate(probes.cuts[probes.number(name)])]
    )
    if not asking.any(1).all():
        raise ValueError("data has only groups that the probes were fitted on: nothing is left")
    rows = [
        _row(probes, name, row, store.row(store.layers.index(layer), slots), found, asking)
        for row, layer in enumerate(layers)
    ]
    accuracy, chance, auc, confusion = (np.stack(part) for part in zip(*rows, strict=True))
    return Transfer(
        name, data.name, list(probes.rows), probes.classes[name], accuracy, chance, auc,
        asking.sum(1), confusion,
    )  # fmt: skip


def _row(
    probes: Probes, task: str, row: int, x: np.ndarray, found: Examples,
    asking: Bool[np.ndarray, "seed example"],
) -> tuple[Any, ...]:  # fmt: skip
    classes = probes.classes[task]
    true, size = coded(found, classes), len(classes)
    accuracy, chance, auc, confusion = [], [], [], np.zeros((size, size), np.int64)
    for seed, mask in enumerate(asking):
        logits = x[mask] @ probes.weights[task][row, seed].T + probes.biases[task][row, seed]
        said = directions.probabilities(logits, probes.kind).argmax(1)
        shares = [np.bincount(part, minlength=size) / mask.sum() for part in (said, true[mask])]
        accuracy.append(float((said == true[mask]).mean()))
        chance.append(float(shares[0] @ shares[1]))
        two = size == 2 and 0 < true[mask].mean() < 1
        auc.append(float(separation(logits, true[mask][None] == 1)[0, 0]) if two else np.nan)
        np.add.at(confusion, (true[mask], said), 1)
    return np.array(accuracy), np.array(chance), np.array(auc), confusion
