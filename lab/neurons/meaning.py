"""Does a neuron mean something? How well its activation tells a known truth about the words apart.

Whoever looks through hundreds of neurons finds one that fits by luck, and the axes of a space may
be no better than any other directions in it (Szegedy et al. 2013). So neurons are chosen on one
half of the documents and measured on the other, and beside them as many random directions through
the same activations, chosen and measured in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lab.hooks import lock_of
from lab.neurons.labels import Label, labelled, labelling
from lab.neurons.texts import batches, checked_layers, passed, rows

TOP = 50  # the strongest places that `share` looks at


@dataclass(frozen=True)
class Meaning:
    """How well one neuron (or direction) tells words with a label from all others."""

    label: str
    unit: int
    """The neuron; of a random direction, its number."""
    sign: int
    """1: high where the label holds; -1: low."""
    auc: float
    """The chance that it is stronger at a word with the label than at one without: 0.5 is luck."""
    share: float
    """How many of its 50 strongest places bear the label …"""
    base: float
    """… and how many of all."""

    def __str__(self) -> str:
        return (
            f"{self.label}: {'+' if self.sign > 0 else '−'}{self.unit}, AUC {self.auc:.3f}, "
            f"{self.share:.0%} of the strongest places (of all {self.base:.1%})"
        )


@dataclass(frozen=True, eq=False)
class Meanings:
    """AUC of every neuron and of as many random directions, for every label, on both halves."""

    layer: int
    labels: list[str]
    counts: Int[np.ndarray, " label"]
    """At how many places of the second half a label holds."""
    places: int
    neurons: Float[np.ndarray, "half label neuron"]
    directions: Float[np.ndarray, "half label direction"]
    neuron_shares: Float[np.ndarray, "sign label neuron"]
    direction_shares: Float[np.ndarray, "sign label direction"]

    def best(self, label: str, count: int = 1) -> list[Meaning]:
        """The neurons that tell it best on the first half, as they do on the second.

        Raises:
            ValueError: a label that too few words have, or none.
        """
        return self._best(label, count, self.neurons, self.neuron_shares)

    def control(self, label: str) -> Meaning:
        """The best of as many random directions, chosen and measured in the same way."""
        return self._best(label, 1, self.directions, self.direction_shares)[0]

    def _best(self, label: str, count: int, aucs: Any, shares: Any) -> list[Meaning]:
        if label not in self.labels:
            raise ValueError(f"label is {label!r}: {', '.join(self.labels)} were measured")
        at = self.labels.index(label)
        order = np.argsort(-np.abs(aucs[0, at] - 0.5), kind="stable")[:count].tolist()
        return [self._meaning(at, unit, aucs, shares) for unit in order]

    def _meaning(self, at: int, unit: int, aucs: Any, shares: Any) -> Meaning:
        sign = 1 if aucs[0, at, unit] >= 0.5 else -1
        auc = aucs[1, at, unit] if sign > 0 else 1 - aucs[1, at, unit]
        share = shares[0 if sign > 0 else 1, at, unit]
        base = self.counts[at] / self.places
        return Meaning(self.labels[at], unit, sign, float(auc), float(share), float(base))


def meanings(
    model: Any,
    corpus: Any,
    layer: int,
    label: Label = "pos",
    *,
    coming: bool = False,
    pieces: int = 12_000,
    least: int = 30,
    seed: int = 0,
) -> Meanings:
    """How well each neuron of a layer tells words of a generated corpus apart by their truth.

    Looked at where a word ends (its last piece), or, with `coming`, just before a word begins.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        corpus: documents with `words`, as `lab.corpora.stories()` gives them.
        label: "pos", "number" or "sense", or a function of document and word that gives the label
            or None. Words without one count as "not this".
        coming: the label of the word to come instead of the word just read.
        pieces: how much is read. Its activations are held: 4 bytes for each piece and neuron.
        least: labels that fewer words of either half bear are left out.
    Raises:
        ValueError: no labels found: texts without words, or too few.

    >>> found = meanings(model, lab.corpora.stories(), 3, "number")        # doctest: +SKIP
    >>> print(found.best("plural")[0], found.control("plural"), sep="; ")  # doctest: +SKIP
    plural: +401, AUC 0.930, 98% of …; plural: −12, AUC 0.842, 60% of …
    """
    lock_of(model)
    (layer,) = checked_layers(model, layer)
    values, said, halves = _gathered(model, corpus, layer, labelling(label), coming, pieces)
    masks = [halves == 0, halves == 1]
    enough = [
        name
        for name in sorted({name for name in said.tolist() if name is not None})
        if min(int((said[mask] == name).sum()) for mask in masks) >= least
    ]
    if not enough:
        raise ValueError(
            f"no label is borne by {least} words of either half: generated documents "
            "(lab.corpora.stories()) know their words; raise pieces or lower least"
        )
    turned = _turned(values, seed)
    held = [np.stack([said[mask] == name for name in enough]) for mask in masks]
    return Meanings(
        layer=layer,
        labels=enough,
        counts=held[1].sum(1),
        places=int(masks[1].sum()),
        neurons=np.stack([separation(values[m], h) for m, h in zip(masks, held, strict=True)]),
        directions=np.stack([separation(turned[m], h) for m, h in zip(masks, held, strict=True)]),
        neuron_shares=_shares(values[masks[1]], held[1]),
        direction_shares=_shares(turned[masks[1]], held[1]),
    )


def separation(
    values: Float[np.ndarray, "place unit"], held: np.ndarray
) -> Float[np.ndarray, "label unit"]:
    """The area under the ROC curve of each unit for each label: `held` is [label place], bool.

    >>> separation(np.array([[0.0], [1.0], [2.0]]), np.array([[False, False, True]]))
    array([[1.]])
    """
    from scipy.stats import rankdata

    held = np.atleast_2d(held)
    ranks = rankdata(values, axis=0)
    yes = held.sum(axis=1, keepdims=True)
    no = held.shape[1] - yes
    sums = held.astype(np.float64) @ ranks
    return (sums - yes * (yes + 1) / 2) / np.maximum(yes * no, 1)


def _shares(values: np.ndarray, held: np.ndarray) -> np.ndarray:
    """[sign label unit]: how many of the strongest places of a unit bear a label."""
    top = min(TOP, len(values))
    parted = np.argpartition(values, [top - 1, -top], axis=0)
    return np.stack([held[:, ends].mean(axis=1) for ends in (parted[-top:], parted[:top])])


def _turned(values: np.ndarray, seed: int) -> np.ndarray:
    """The same activations along random axes: as many, each neuron weighing the same."""
    spread = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)
    count = values.shape[1]
    axes, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(count, count)))
    return scaled @ axes.astype(values.dtype)


def _gathered(
    model: Any, corpus: Any, layer: int, label: Any, coming: bool, pieces: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    found: list[np.ndarray] = []
    said: list[Any] = []
    halves: list[int] = []
    for group in batches(model, rows(model, corpus, pieces, model.cfg.n_ctx - 1), 16):
        kept: list[Tensor] = []
        passed(model, group, [layer], {"post": lambda _, values, kept=kept: kept.append(values)})
        for at, row in enumerate(group.rows):
            labels = labelled(model.tokenizer, row, label, coming)
            places = [1 + place for place in labels if place + 1 < len(row.ids)]
            found.append(kept[0][at, torch.tensor(places, dtype=torch.long)].float().cpu().numpy())
            said += [labels[place - 1] for place in places]
            halves += [row.number % 2] * len(places)
    if not said:
        raise ValueError("corpus knows no words: lab.corpora.stories() gives documents that do")
    names = np.array([None if name is None else str(name) for name in said], dtype=object)
    return np.concatenate(found), names, np.array(halves)
