"""Which examples are held out, and the labels of the controls: decided by names, not by order.

A group is held out or not by a number that belongs to its name and the seed, so a probe can be
tried on other data and one still knows which of its groups the probe has never seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from lab.corpora.chance import share_of
from lab.probes.dataset import Examples


def luck(groups: Sequence[str], seed: int) -> Float[np.ndarray, " example"]:
    """A number from 0 to 1 for each example, the same for all of a group."""
    each = {group: share_of("held out", seed, group) for group in set(groups)}
    return np.array([each[group] for group in groups])


def held_out(found: Examples, seed: int, share: float) -> tuple[Bool[np.ndarray, " n"], float]:
    """The examples of the luckiest groups, about `share` of all, and the luck they stay below.

    Raises:
        ValueError: fewer than two groups.
    """
    lucks = luck(found.groups, seed)
    order = np.unique(lucks)
    if len(order) < 2:
        raise ValueError("all examples are of one group: a group is held out whole, give several")
    counts = np.searchsorted(np.sort(lucks), order, side="right")
    # At least one group on either side.
    last = int(np.clip(np.abs(counts / len(lucks) - share).argmin(), 0, len(order) - 2))
    below = float((order[last] + order[last + 1]) / 2)
    return lucks < below, below


def coded(found: Examples, classes: Sequence[str]) -> Int[np.ndarray, " example"]:
    """The labels as numbers of their classes."""
    number = {label: at for at, label in enumerate(classes)}
    return np.array([number[label] for label in found.labels], dtype=np.int64)


def shuffled(targets: Int[np.ndarray, " n"], seed: int) -> Int[np.ndarray, " n"]:
    """The same labels dealt anew to the examples."""
    return np.random.default_rng([seed, 1]).permutation(targets)


def control_task(
    found: Examples, targets: Int[np.ndarray, " n"], classes: int, seed: int
) -> Int[np.ndarray, " n"]:
    """A label for each *type* by chance, each as likely as it is in the task.

    Whoever tells these labels apart has learnt the types by heart (Hewitt & Liang 2019).
    """
    until = np.cumsum(np.bincount(targets, minlength=classes)) / len(targets)
    own = {
        kind: int(np.searchsorted(until, share_of("control", seed, kind), side="right"))
        for kind in set(found.types)
    }
    return np.minimum([own[kind] for kind in found.types], classes - 1)
