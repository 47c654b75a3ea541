"""What probes found, beside every control, as plain arrays: opened without torch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int

from lab.probes import directions, intervals
from lab.probes.directions import By

Array = np.ndarray
MEASURES = ("accuracy", "trained", "shuffled", "chance", "control", "untrained")
"""The arrays of shape [task, row, seed]."""


@dataclass(frozen=True, eq=False)
class Probes:
    """Linear probes of every row of a network for some tasks, with their controls.

    All accuracies are of examples whose groups the probe was not fitted on. What was not measured
    (a row not reached, a control left out) is NaN.

    Attributes:
        model_name, dataset_name, hook, positions, kind, penalty: what was asked.
        rows, layers: names ("embed", "L0", …) and layers (−1: embedding) of the rows.
        tasks, classes, counts, groups: the tasks; their labels, how many examples each has, and
            in how many groups they stand.
        n_train, n_test: [task, seed], examples fitted on and held out.
        cuts: [task, seed], the luck below which a group was held out.
        done: which rows were measured whole; `note` says why not all.
        warnings: classes too rare, places beyond the context.
        accuracy: [task, row, seed], and `trained`, the same on what was fitted on.
        shuffled: the same with the labels dealt anew; `chance` is what luck gives these.
        control: the same for Hewitt & Liang's control task: a random label for each word type.
        untrained: the same task on a model of the same build with random weights.
        majority, words: [task, seed], the commonest label; the words alone, without any model.
        bits, bits_shuffled: [task, row], online code, bits a label; bits_uniform: [task], at most.
        confusion: task → [row, true, said], summed over the seeds.
        weights, biases: task → [row, seed, column, d] and [row, seed, column]: logits are
            activation · weights + bias; of two classes one column, above 0 for the second.
        means: task → [row, class, d], the mean activation of each class.
        sizes: [row], the mean length of an activation.

    >>> probes = lab.probe(model, lab.probes.words(lab.corpora.stories()))  # doctest: +SKIP
    >>> probes.mean("accuracy"), probes.mean("selectivity")                # doctest: +SKIP
    """

    model_name: str
    dataset_name: str
    hook: str
    positions: str
    kind: str
    penalty: float
    rows: list[str]
    layers: list[int]
    tasks: list[str]
    classes: dict[str, list[str]]
    counts: dict[str, Int[Array, " class"]]
    groups: dict[str, int]
    n_train: Int[Array, "task seed"]
    n_test: Int[Array, "task seed"]
    cuts: Float[Array, "task seed"]
    done: Bool[Array, " row"]
    accuracy: Float[Array, "task row seed"]
    trained: Float[Array, "task row seed"]
    shuffled: Float[Array, "task row seed"]
    chance: Float[Array, "task row seed"]
    control: Float[Array, "task row seed"]
    untrained: Float[Array, "task row seed"]
    majority: Float[Array, "task seed"]
    words: Float[Array, "task seed"]
    bits: Float[Array, "task row"]
    bits_shuffled: Float[Array, "task row"]
    bits_uniform: Float[Array, " task"]
    sizes: Float[Array, " row"]
    confusion: dict[str, Int[Array, "row true said"]]
    weights: dict[str, Float[Array, "row seed column d"]]
    biases: dict[str, Float[Array, "row seed column"]]
    means: dict[str, Float[Array, "row class d"]]
    note: str = ""
    warnings: list[str] = field(default_factory=list)

    @property
    def seeds(self) -> int:
        """How many splits there were."""
        return self.n_train.shape[1]

    @property
    def selectivity(self) -> Float[Array, "task row seed"]:
        """Accuracy less that of the control task: what is more than words learnt by heart."""
        return self.accuracy - self.control

    @property
    def compression(self) -> Float[Array, "task row"]:
        """How many times shorter the online code is than sending each label as it is."""
        return self.bits_uniform[:, None] / self.bits

    def __getitem__(self, task: str) -> Probes:
        """The same record with one task alone."""
        at = self.number(task)
        alone = {name: getattr(self, name)[at : at + 1] for name in (*MEASURES, *PER_TASK)}
        named = {name: {task: getattr(self, name)[task]} for name in NAMED}
        warned = [said for said in self.warnings if said.split(":")[0] not in self.tasks
                  or said.startswith(f"{task}:")]  # fmt: skip
        return replace(self, tasks=[task], warnings=warned, **alone, **named)

    def number(self, task: str | None = None) -> int:
        """Which of the tasks; the only one for None."""
        if task is None and len(self.tasks) == 1:
            return 0
        if task not in self.tasks:
            raise KeyError(f"task is {task!r}: {', '.join(map(repr, self.tasks))} were probed")
        return self.tasks.index(task)

    def row(self, layer: int) -> int:
        """Which row a layer is; −1 is the embedding where it was probed.

        Raises:
            ValueError: a layer that was not probed.
        """
        if layer not in self.layers:
            raise ValueError(f"layer is {layer}: {self.layers} were probed")
        return self.layers.index(layer)

    def mean(self, what: str = "accuracy", task: str | None = None) -> Float[Array, " row"]:
        """The mean over the seeds of a measure ("accuracy", "control", "selectivity", …)."""
        return self._of(what, task).mean(-1)

    def interval(self, what: str = "accuracy", task: str | None = None) -> Float[Array, "row 2"]:
        """95 % of that mean, with the correction for splits that overlap (`intervals.between`)."""
        at = self.number(task)
        return intervals.between(self._of(what, task), self.n_train[at], self.n_test[at])

    def best(self, task: str | None = None) -> int:
        """The row with the highest accuracy on what was held out.

        Raises:
            ValueError: no row was measured.
        """
        values = self.mean("accuracy", task)
        if np.isnan(values).all():
            raise ValueError("no row was measured")
        return int(np.nanargmax(values))

    def direction(
        self, layer: int, label: str | None = None, task: str | None = None, by: By = "probe"
    ) -> Float[Array, " d"]:
        """A unit vector towards a label at a layer: what `lab.steer` takes.

        `by="probe"`: along the weights of the seeds' probes, the label's less the mean of the
        others'; `by="means"`: from the mean of all other activations to the mean of the label's.
        Of two classes the label is the second if left out.
        """
        return directions.direction(self, layer, label, task, by)

    def push(
        self, layer: int, label: str | None = None, task: str | None = None, by: By = "probe"
    ) -> float:
        """How far along `direction` the label's mean lies from the mean of all others."""
        return directions.push(self, layer, label, task, by)

    def cosines(
        self, task: str | None = None, other: str | None = None, *, label: str | None = None,
        other_label: str | None = None, by: By = "probe",
    ) -> Float[Array, "row row"]:  # fmt: skip
        """How alike the directions of two tasks are, each row of the one against each of the other.

        The same task with itself by default: does the direction stay from layer to layer?
        """
        return directions.cosines(self, task, other or task, label, other_label, by)

    def predict(
        self, activations: Float[Array, "row pos d"], task: str | None = None
    ) -> Float[Array, "row pos class"]:
        """The probability of every class, the mean over the seeds' probes."""
        return directions.predicted(self, activations, task)

    def save(self, path: str | Path) -> Path:
        """Write it as safetensors, whole or not at all."""
        from lab.probes.files import write

        return write(self, path)

    @classmethod
    def open(cls, path: str | Path) -> Probes:
        """Saved probes. Loads neither torch nor TransformerLens.

        Raises:
            FileNotFoundError: there is no such file.
            Refused: (a ValueError) the file holds no probes, or not whole ones.
        """
        from lab.probes.files import opened

        return opened(path)

    def __repr__(self) -> str:
        tasks = ", ".join(self.tasks)
        rows = f"{int(self.done.sum())} of {len(self.rows)} rows" + f" ({self.note})" * bool(
            self.note
        )
        return f"Probes({tasks} on {self.dataset_name}, {self.model_name}, {self.hook}, {rows})"

    def _of(self, what: str, task: str | None) -> Float[Array, "row seed"]:
        known = (*MEASURES, "selectivity", "majority", "words")
        if what not in known:
            raise ValueError(f"what is {what!r}: {', '.join(known)}")
        values = getattr(self, what)[self.number(task)]
        return np.broadcast_to(values, (len(self.rows), self.seeds))


PER_TASK = (
    "n_train", "n_test", "cuts", "majority", "words", "bits", "bits_shuffled", "bits_uniform",
)  # fmt: skip
NAMED = ("classes", "counts", "groups", "confusion", "weights", "biases", "means")
