"""Where probes point: directions, how far, how alike, and what they say of an activation."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from jaxtyping import Float

By = Literal["probe", "means"]


def direction(
    probes: Any, layer: int, label: str | None, task: str | None, by: By
) -> Float[np.ndarray, " d"]:
    """See `Probes.direction`."""
    return _directions(probes, task, label, by)[_measured(probes, layer)]


def push(probes: Any, layer: int, label: str | None, task: str | None, by: By) -> float:
    """See `Probes.push`."""
    row, which, means = _measured(probes, layer), _label(probes, task, label), _means(probes, task)
    away = means[row, which] - _others(probes, task, which)[row]
    return float(away @ direction(probes, layer, label, task, by))


def cosines(
    probes: Any, task: str | None, other: str | None, label: Any, other_label: Any, by: By
) -> Float[np.ndarray, "row row"]:
    """See `Probes.cosines`."""
    one, two = _directions(probes, task, label, by), _directions(probes, other, other_label, by)
    return one @ two.T


def predicted(
    probes: Any, activations: Float[np.ndarray, "row pos d"], task: str | None
) -> Float[np.ndarray, "row pos class"]:
    """See `Probes.predict`."""
    name = probes.tasks[probes.number(task)]
    weights, biases = probes.weights[name], probes.biases[name]
    if activations.ndim != 3 or activations.shape[::2] != weights.shape[::3]:
        raise ValueError(
            f"activations have shape {activations.shape}: rows × positions × d are needed, with "
            f"{weights.shape[0]} rows and d {weights.shape[3]}"
        )
    logits = np.einsum("rpd,rscd->rspc", activations.astype(np.float32), weights)
    return probabilities(logits + biases[:, :, None], probes.kind).mean(1)


def probabilities(
    logits: Float[np.ndarray, "*rest column"], kind: str
) -> Float[np.ndarray, "*rest class"]:
    """The probability of every class: of ridge probes, their guess at ±1 read as one."""
    if kind == "ridge":
        likely = np.clip((1 + logits) / 2, 1e-6, 1)
        if logits.shape[-1] == 1:
            likely = np.clip(likely, 0, 1 - 1e-6)
            return np.concatenate([1 - likely, likely], -1)
        return likely / likely.sum(-1, keepdims=True)
    if logits.shape[-1] == 1:
        logits = np.concatenate([np.zeros_like(logits), logits], -1)
    likely = np.exp(logits - logits.max(-1, keepdims=True))
    return likely / likely.sum(-1, keepdims=True)


def _directions(probes: Any, task: str | None, label: str | None, by: By) -> np.ndarray:
    """[row, d], each of length 1."""
    which = _label(probes, task, label)
    if by == "means":
        found = _means(probes, task)[:, which] - _others(probes, task, which)
    elif by == "probe":
        weights = probes.weights[probes.tasks[probes.number(task)]].mean(1)  # [row, column, d]
        if weights.shape[1] == 1:
            found = weights[:, 0] * (1 if which else -1)
        else:
            found = weights[:, which] - np.delete(weights, which, 1).mean(1)
    else:
        raise ValueError(f"by is {by!r}: 'probe' or 'means'")
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)


def _label(probes: Any, task: str | None, label: str | None) -> int:
    name = probes.tasks[probes.number(task)]
    classes = probes.classes[name]
    if label is None and len(classes) == 2:
        return 1
    if label not in classes:
        raise ValueError(f"label is {label!r}: {', '.join(map(repr, classes))} are told apart")
    return classes.index(label)


def _means(probes: Any, task: str | None) -> np.ndarray:
    return probes.means[probes.tasks[probes.number(task)]]


def _others(probes: Any, task: str | None, which: int) -> np.ndarray:
    """[row, d]: the mean of all examples that do not bear the label."""
    counts = probes.counts[probes.tasks[probes.number(task)]].astype(np.float32).copy()
    counts[which] = 0
    return np.einsum("rcd,c->rd", _means(probes, task), counts / counts.sum())


def _measured(probes: Any, layer: int) -> int:
    row = probes.row(layer)
    if not probes.done[row]:
        raise ValueError(f"layer {layer} was not measured: {probes.note}")
    return row
