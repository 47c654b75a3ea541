"""Which tells a known truth about words better: features, neurons, or any directions at all?

The best unit of each kind is chosen, with its threshold, on one half of the documents and measured
on the other. There are as many random directions, and as many untrained features, as features: who
looks through two thousand finds one that fits by luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lab.neurons.labels import Label, labelled, labelling
from lab.neurons.texts import batches, passed, rows
from lab.saes.judging import untrained
from lab.saes.record import Sae

KINDS = ("features", "neurons", "directions", "untrained")


@dataclass(frozen=True, eq=False)
class Told:
    """The best unit of each kind for each label, on documents it was not chosen on.

    Attributes:
        labels: what was told; counts: at how many places of the second half each holds.
        units: [kind, label], the number of the best unit: a feature, a neuron of the layer's MLP,
            a random direction of the stream, a feature of an autoencoder that nobody trained.
        scores: [kind, label], F1 there; recall, precision: the same shape.
        chance: [label], F1 of saying "yes" always.
        places: of the second half.
    """

    labels: list[str]
    counts: Int[np.ndarray, " label"]
    units: Int[np.ndarray, "kind label"]
    scores: Float[np.ndarray, "kind label"]
    precision: Float[np.ndarray, "kind label"]
    recall: Float[np.ndarray, "kind label"]
    chance: Float[np.ndarray, " label"]
    places: int

    def __str__(self) -> str:
        wide = max(map(len, self.labels))
        head = f"{'':>{wide}} {'n':>5}  always  " + "  ".join(f"{kind:>12}" for kind in KINDS)
        lines = [head]
        for at, label in enumerate(self.labels):
            units, scores = self.units[:, at], self.scores[:, at]
            best = [f"{s:.2f} {f'({u})':>7}" for u, s in zip(units, scores, strict=True)]
            told = "  ".join(best)
            lines.append(f"{label:>{wide}} {self.counts[at]:>5}    {self.chance[at]:.2f}  {told}")
        return "\n".join(lines)


def told(
    model: Any,
    sae: Sae,
    corpus: Any,
    label: Label = "pos",
    *,
    pieces: int = 6_000,
    least: int = 20,
    seed: int = 0,
) -> Told:
    """How well the best feature tells words of a generated corpus apart, beside other units.

    Args:
        corpus: documents with `words`, as `lab.corpora.stories()` gives them.
        label: "pos", "number", "sense", or a function of document and word that gives a label or
            None.
        pieces: how much is read. What is held: 4 bytes for each word and feature, four times.
        least: labels that fewer words of either half bear are left out.
        seed: of the random directions and the untrained features.
    Raises:
        ValueError: another model than the features', no labels found.

    >>> print(lab.saes.told(model, sae, lab.corpora.stories(seed=1007), "number"))  # doctest: +SKIP
    """
    sae.check(model)
    stream, neurons, said, halves = _gathered(model, sae, corpus, labelling(label), pieces)
    masks = [halves == 0, halves == 1]
    names = sorted({name for name in said.tolist() if name is not None})
    enough = [n for n in names if min(int((said[mask] == n).sum()) for mask in masks) >= least]
    if not enough:
        raise ValueError(
            f"no label is borne by {least} words of either half: generated documents "
            "(lab.corpora.stories()) know their words; raise pieces or lower least"
        )
    held = np.stack([said == name for name in enough])
    random = np.random.default_rng(seed).normal(size=(len(sae.centre), len(sae)))
    found = []
    for kind in KINDS:
        if kind == "neurons":
            units = np.concatenate([neurons, -neurons], axis=1)
        elif kind == "directions":
            units = (stream - sae.mean) @ random.astype(np.float32)
        else:
            units = (sae if kind == "features" else untrained(sae, seed)).codes(stream)
        found.append(_best(units.astype(np.float32), held, masks))
    numbers = np.array([[one[0] for one in kind] for kind in found])
    numbers[1] %= neurons.shape[1]
    scores = np.array([[one[1:] for one in kind] for kind in found])
    share = held[:, masks[1]].mean(1)
    return Told(
        labels=enough,
        counts=held[:, masks[1]].sum(1),
        units=numbers,
        scores=scores[..., 0],
        precision=scores[..., 1],
        recall=scores[..., 2],
        chance=2 * share / (1 + share),
        places=int(masks[1].sum()),
    )


def _best(
    units: Float[np.ndarray, "place unit"], held: np.ndarray, masks: list[np.ndarray]
) -> list[tuple[int, float, float, float]]:
    """For each label the unit with the best F1 on the first half, and F1, precision and recall
    that it reaches on the other."""
    found = []
    scores, thresholds = best_thresholds(units[masks[0]], held[:, masks[0]])
    for label, truth in enumerate(held[:, masks[1]]):
        unit = int(scores[label].argmax())
        yes = units[masks[1], unit] >= thresholds[label, unit]
        hits, said, true = int((yes & truth).sum()), int(yes.sum()), int(truth.sum())
        found.append((unit, 2 * hits / (said + true), hits / max(said, 1), hits / true))
    return found


def best_thresholds(
    values: Float[np.ndarray, "place unit"], held: Bool[np.ndarray, "label place"]
) -> tuple[Float[np.ndarray, "label unit"], Float[np.ndarray, "label unit"]]:
    """The best F1 of "at least so much", for each label and unit, and how much that is.

    >>> best_thresholds(np.array([[0.0], [1.0], [3.0]]), np.array([[False, True, False]]))
    (array([[0.66666667]]), array([[1.]]))
    """
    order = np.argsort(-values, axis=0)
    ranked = np.take_along_axis(values, order, axis=0)
    # A threshold cannot part equal values: only the last of them counts.
    last = np.ones(values.shape, dtype=bool)
    last[:-1] = ranked[:-1] != ranked[1:]
    said = np.arange(1, len(values) + 1)[:, None]
    scores, thresholds = [], []
    for truth in held:
        f1 = np.where(last, 2 * np.cumsum(truth[order], axis=0) / (said + truth.sum()), 0)
        best = f1.argmax(0)
        columns = np.arange(values.shape[1])
        scores.append(f1[best, columns])
        thresholds.append(ranked[best, columns])
    return np.stack(scores), np.stack(thresholds)


def _gathered(
    model: Any, sae: Sae, corpus: Any, label: Any, pieces: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The stream and the MLP's neurons at the last piece of each word, its label, its half."""
    stream, neurons, said, halves = [], [], [], []
    for group in batches(model, rows(model, corpus, pieces, model.cfg.n_ctx - 1), 16):
        kept: dict[str, Tensor] = {}
        passed(model, group, [sae.layer], {name: _into(kept, name) for name in (sae.hook, "post")})
        for at, row in enumerate(group.rows):
            labels = labelled(model.tokenizer, row, label, False)
            found = [1 + place for place in labels if place + 1 < len(row.ids)]
            index = torch.tensor(found, dtype=torch.long)
            stream.append(kept[sae.hook][at, index].float().cpu().numpy())
            neurons.append(kept["post"][at, index].float().cpu().numpy())
            said += [labels[place - 1] for place in found]
            halves += [row.number % 2] * len(found)
    if not said:
        raise ValueError("corpus knows no words: lab.corpora.stories() gives documents that do")
    names = np.array([None if name is None else str(name) for name in said], dtype=object)
    return np.concatenate(stream), np.concatenate(neurons), names, np.array(halves)


def _into(kept: dict[str, Tensor], name: str) -> Any:
    return lambda _, values: kept.update({name: values})
