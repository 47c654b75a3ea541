"""One task made ready for the probes: slots, targets, splits and the labels of the controls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Int

from lab.probes.dataset import Dataset, Examples
from lab.probes.splitting import coded, control_task, held_out, luck, shuffled
from lab.probes.store import Store


@dataclass(frozen=True, eq=False)
class Task:
    """Examples in an order in which groups stand together, dealt by luck.

    Attributes:
        slots: [example], where in the store their activations are.
        targets, dealt, control: [example] and, of the controls, [seed, example]: classes.
        held: for each seed, [example], what is held out; `cuts` the luck it stays below.
        order: [example], groups as numbers.
    """

    name: str
    classes: list[str]
    found: Examples
    texts: list[str]
    slots: Int[np.ndarray, " example"]
    targets: Int[np.ndarray, " example"]
    dealt: Int[np.ndarray, "seed example"]
    control: Int[np.ndarray, "seed example"]
    held: list[Bool[np.ndarray, " example"]]
    cuts: list[float]
    order: Int[np.ndarray, " example"]
    warnings: list[str]

    def __len__(self) -> int:
        return len(self.slots)

    def placed(self, store: Store) -> Int[np.ndarray, " example"]:
        """Where the same examples are in another store of the same places."""
        own, _ = placed(self.found, self.texts, store, once=True)
        if len(own) != len(self):
            raise ValueError("the other store holds other places than this one")
        return own


def task_of(data: Dataset, name: str, store: Store, seeds: int, held: float) -> Task:
    """A task of a data set, with its places in a store.

    Raises:
        ValueError: the store has none of its places.
    """
    found = data.tasks[name]
    found = found.only(np.argsort(luck(found.groups, -1), kind="stable"))
    slots, kept = placed(found, data.texts, store)
    if not len(kept):
        raise ValueError(f"the store holds no place of task {name!r}: harvest them together")
    found = found.only(kept)
    classes = found.classes
    targets = coded(found, classes)
    splits = [held_out(found, seed, held) for seed in range(seeds)]
    return Task(
        name, classes, found, data.texts, slots, targets,
        dealt=np.stack([shuffled(targets, seed) for seed in range(seeds)]),
        control=np.stack([control_task(found, targets, len(classes), s) for s in range(seeds)]),
        held=[mask for mask, _ in splits],
        cuts=[cut for _, cut in splits],
        order=np.unique(luck(found.groups, -1), return_inverse=True)[1],
        warnings=_thin(name, classes, targets, [mask for mask, _ in splits]),
    )  # fmt: skip


def placed(
    found: Examples, texts: list[str], store: Store, once: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """The slots of the examples and which example each is of; those not in the store left out."""
    slots: list[int] = []
    kept: list[int] = []
    rows: Any = zip(found.text.tolist(), found.start.tolist(), found.stop.tolist(), strict=True)
    met: dict[tuple[str, int, int], int] = {}
    for number, (text, start, stop) in enumerate(rows):
        place = texts[text], start, stop
        first, last = store.slots.get(place, (0, 0))
        if once and last - first > 1:
            # Already one example a piece: they come in the order of their slots.
            met[place] = met.get(place, -1) + 1
            first, last = first + met[place], first + met[place] + 1
        slots += range(first, last)
        kept += [number] * (last - first)
    return np.array(slots, np.int64), np.array(kept, np.int64)


def _thin(name: str, classes: list[str], targets: np.ndarray, held: list[np.ndarray]) -> list[str]:
    """Warnings for classes of which some split has hardly an example on one side."""
    least = [
        min(min((targets[mask] == at).sum(), (targets[~mask] == at).sum()) for mask in held)
        for at in range(len(classes))
    ]
    thin = [repr(label) for label, count in zip(classes, least, strict=True) if count < 5]
    said = f"{name}: some split has fewer than 5 examples on one side of {', '.join(thin)}"
    return [said] * bool(thin)
