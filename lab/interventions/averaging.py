"""The mean of activations over many texts: what is usual at a place, and nothing of this text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.hooks.names import Key, matching
from lab.interventions.where import HEAD_FIRST, short
from lab.traces.run import trace


@dataclass(frozen=True, eq=False)
class Averages:
    """Mean activations by hook point: [d], [head, d], or with a position axis in front.

    >>> usual["z", 3].shape                                                  # doctest: +SKIP
    (8, 32)
    """

    means: dict[str, np.ndarray]
    count: int
    """How many pieces (or, by position, texts) each is the mean of."""
    layers: int
    by_position: bool = False

    def __getitem__(self, key: Key) -> np.ndarray:
        """The mean under one name, as a trace's activations are looked up.

        Raises:
            UnknownHook: no mean was taken there.
        """
        return self.means[matching(key, self.means, self.layers)[0]]


def averages(
    model: Any,
    texts: Iterable[str | Sequence[int]],
    keep: Iterable[Key] = ("z",),
    *,
    by_position: bool = False,
    **how: Any,
) -> Averages:
    """Mean activations of the model over texts.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        texts: texts, or rows of ids.
        keep: hook points as in `lab.trace`; not the pattern, whose rows are not of one length.
        by_position: a mean for each position (to the end of the shortest text) instead of one for
            all: right for templates, where a position means something.
        how: `prepend_bos`, `literal`, `cut`, as in `lab.trace`.
    Raises:
        ValueError: no texts, or the pattern.

    >>> texts = [story.text for story in itertools.islice(lab.corpora.stories(), 20)]
    ... # doctest: +SKIP
    >>> usual = lab.interventions.averages(model, texts, keep=["z", "mlp_out"])  # doctest: +SKIP
    """
    sums: dict[str, np.ndarray] = {}
    count = 0
    keep = list(keep)
    for text in [texts] if isinstance(texts, str) else texts:
        found = trace(model, text, keep=keep, **how)
        _refuse_rows(found.activations)
        count += 1 if by_position else len(found)
        for name, values in found.activations.items():
            sums[name] = _added(sums.get(name), values.astype(np.float64), by_position)
    if not count:
        raise ValueError("texts is empty: give at least one")
    means = {name: (total / count).astype(np.float32) for name, total in sums.items()}
    return Averages(means, count, model.cfg.n_layers, by_position)


def _added(total: np.ndarray | None, values: np.ndarray, by_position: bool) -> np.ndarray:
    if not by_position:
        values = values.sum(axis=0)
        return values if total is None else total + values
    if total is None:
        return values
    shortest = min(len(total), len(values))
    return total[:shortest] + values[:shortest]


def _refuse_rows(names: Iterable[str]) -> None:
    if wrong := [name for name in names if short(name) in HEAD_FIRST]:
        raise ValueError(f"keep: {wrong[0]} has no mean, its rows are not of one length; use 'z'")
