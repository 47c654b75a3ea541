"""What a probe is asked to tell: places in texts, each with its label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Int

from lab.corpora.chance import share_of


@dataclass(frozen=True, eq=False)
class Examples:
    """Places in texts and what is true of them: one task of a `Dataset`.

    Attributes:
        text: [example], which text it stands in.
        start, stop: [example], the characters that are meant; a whole text, or a word of it.
        labels: what is true there.
        groups: examples of one group are held out together, or not at all.
        types: what the control task gives a label of its own (Hewitt & Liang 2019): the word; of
            a whole text, its last word.
        whole: whether whole texts are labelled, rather than words of them.
    """

    text: Int[np.ndarray, " example"]
    start: Int[np.ndarray, " example"]
    stop: Int[np.ndarray, " example"]
    labels: list[str]
    groups: list[str]
    types: list[str]
    whole: bool = False

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def classes(self) -> list[str]:
        """The labels there are, in order."""
        return sorted(set(self.labels), key=natural)

    def only(self, kept: Sequence[int] | np.ndarray) -> Examples:
        """Some of the examples, by number."""
        at = np.asarray(kept, dtype=np.int64)
        lists = {
            name: [getattr(self, name)[i] for i in at.tolist()]
            for name in ("labels", "groups", "types")
        }
        return replace(self, text=self.text[at], start=self.start[at], stop=self.stop[at], **lists)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Texts, and one or several tasks on them.

    >>> data = table([{"text": "Good.", "label": "+"}, {"text": "Bad.", "label": "-"}])
    ... # doctest: +SKIP
    >>> data.tasks["label"].classes                                        # doctest: +SKIP
    ['+', '-']
    """

    name: str
    texts: list[str]
    tasks: Mapping[str, Examples]

    def __getitem__(self, task: str) -> Dataset:
        """The same texts with this task alone."""
        if task not in self.tasks:
            raise KeyError(f"no task {task!r}: {', '.join(self.tasks)}")
        return replace(self, tasks={task: self.tasks[task]})

    def __repr__(self) -> str:
        tasks = ", ".join(f"{name} ({len(found):,})" for name, found in self.tasks.items())
        return f"Dataset({self.name}: {len(self.texts):,} texts; {tasks})"


def natural(label: str) -> tuple[Any, ...]:
    """Numbers in their order, before words in theirs."""
    return (0, float(label), "") if label.replace(".", "", 1).isdigit() else (1, 0.0, label)


def prepared(data: Dataset, most: int, least: int) -> tuple[Dataset, list[str]]:
    """At most so many examples of each task, without classes too rare; and what was left out.

    Whole groups are taken, in an order that their names alone decide.

    Raises:
        ValueError: a task is left with fewer than two classes.
    """
    warned: list[str] = []
    tasks = {}
    for name, found in data.tasks.items():
        kept, said = without_rare(_some(found, name, most), name, least)
        tasks[name] = kept
        warned += said
    return replace(data, tasks=tasks), warned


def _some(found: Examples, task: str, most: int) -> Examples:
    if len(found) <= most:
        return found
    sizes = Counter(found.groups)
    order = sorted(sizes, key=lambda group: share_of("some", task, group))
    until = np.cumsum([sizes[group] for group in order])
    taken = set(order[: max(2, int((until <= most).sum()))])
    return found.only([i for i, group in enumerate(found.groups) if group in taken])


def without_rare(found: Examples, task: str, least: int) -> tuple[Examples, list[str]]:
    """Without the classes that have too few examples, or stand in too few groups."""
    counts = Counter(found.labels)
    groups = Counter(label for label, _ in set(zip(found.labels, found.groups, strict=True)))
    rare = [label for label in found.classes if counts[label] < least or groups[label] < 5]
    if len(counts) - len(rare) < 2:
        shown = ", ".join(f"{label!r} {n} in {groups[label]} groups"
                          for label, n in counts.most_common(6))  # fmt: skip
        raise ValueError(
            f"task {task!r} needs two classes of {least} examples in 5 groups each; it has "
            f"{shown or 'no examples'}"
        )
    few = [f"{label!r} ({counts[label]} in {groups[label]})" for label in rare]
    said = [
        f"{task}: left out for fewer than {least} examples or 5 groups: {', '.join(few)}"
    ] * bool(few)
    kept = [i for i, label in enumerate(found.labels) if label not in rare]
    return found.only(kept), said
