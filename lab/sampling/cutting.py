"""The rules that decide which pieces may still be drawn: functions from logits to logits.

Each takes one row of logits and gives a new one, in which pieces that are out stand at minus
infinity. They are the rules of `transformers`' logits processors, worked out in float64. `Rules`
applies several in a stated order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

Row = Float[np.ndarray, " vocab"]


def row(logits: Any) -> Row:
    """One row of logits as float64, checked: minus infinity is allowed, NaN and infinity are not.

    Raises:
        ValueError: another shape, NaN, plus infinity, or nothing that could be drawn.
    """
    values = np.array(logits, dtype=np.float64)
    if values.ndim != 1 or not values.size:
        raise ValueError(f"logits has shape {values.shape}: give one row, as in trace.logits[-1]")
    if np.isnan(values).any() or values.max() == np.inf:
        where = int(np.flatnonzero(np.isnan(values) | (values == np.inf))[0])
        raise ValueError(f"logits holds {values[where]} at id {where}: finite numbers are needed")
    if values.max() == -np.inf:
        raise ValueError("logits is minus infinity everywhere: at least one piece must be possible")
    return values


def softmax(logits: Any) -> Row:
    """The probabilities that logits stand for; they sum to 1.

    >>> softmax([0.0, 0.0, -np.inf]).tolist()
    [0.5, 0.5, 0.0]
    """
    weights = _weights(row(logits))
    return weights / weights.sum()


def entropy(probs: Float[np.ndarray, " vocab"]) -> float:
    """How undecided the probabilities are, in nats; its exponential counts equally likely choices.

    >>> round(float(np.exp(entropy(np.array([0.25, 0.25, 0.25, 0.25, 0.0])))), 6)
    4.0
    """
    some = probs[probs > 0]
    return float(-(some * np.log(some)).sum())


def repetition_penalty(logits: Any, value: float, ids: Sequence[int]) -> Row:
    """Pieces already in the text made less likely: logits over 0 divided, others multiplied.

    Keskar et al. 2019 (CTRL). Where a model's logits have their zero is an accident of training,
    and so is the rule's effect: 2.0 halves a logit of 20 and doubles one of -0.1.

    >>> repetition_penalty([2.0, -1.0, 1.0], 2.0, ids=[0, 1, 1]).tolist()
    [1.0, -2.0, 1.0]
    """
    values, said = row(logits), _ids(ids, np.size(logits))
    some = values[said]
    values[said] = np.where(some < 0, some * value, some / value)
    return values


def temperature(logits: Any, value: float) -> Row:
    """Logits divided by a number: above 1 wilder, below 1 bolder; 0 leaves the likeliest alone.

    The likeliest comes out at 0, so that nothing overflows when the number is tiny.

    >>> temperature([1.0, 3.0], 2.0).tolist(), temperature([1.0, 3.0], 0).tolist()
    ([-1.0, 0.0], [-inf, 0.0])
    """
    values = row(logits)
    if value == 0:
        return np.where(np.arange(values.size) == values.argmax(), 0.0, -np.inf)
    with np.errstate(over="ignore"):
        return (values - values.max()) / value


def top_k(logits: Any, value: int) -> Row:
    """So many of the likeliest stay, with all that are as likely as the last of them.

    >>> top_k([1.0, 3.0, 2.0], 2).tolist()
    [-inf, 3.0, 2.0]
    """
    values = row(logits)
    place = max(values.size - value, 0)
    return _without(values, values < np.partition(values, place)[place])


def top_p(logits: Any, value: float) -> Row:
    """The nucleus stays: the fewest pieces that together reach this probability.

    Holtzman et al. 2020. Of equally likely pieces at its edge those of lower id stay, so that the
    first among equals, which greedy choice takes, is always in. (`transformers` keeps as many,
    and leaves to its sort which.)

    >>> top_p(np.log([0.5, 0.3, 0.2]), 0.7).round(3).tolist()
    [-0.693, -1.204, -inf]
    """
    values = row(logits)
    order = values.size - 1 - np.argsort(values[::-1], kind="stable")
    mass = np.cumsum(_weights(values)[order])
    out = mass <= (1 - value) * mass[-1]
    out[-1] = False
    return _without(values, order[out])


def min_p(logits: Any, value: float) -> Row:
    """What has at least this share of the likeliest piece's probability stays.

    Nguyen et al. 2024.

    >>> min_p(np.log([0.5, 0.3, 0.2]), 0.5).round(3).tolist()
    [-0.693, -1.204, -inf]
    """
    values = row(logits)
    probs = softmax(values)
    return _without(values, probs < value * probs.max())


def typical(logits: Any, value: float) -> Row:
    """Pieces whose surprisal is nearest the entropy stay, until they reach this probability.

    Meister et al. 2023: neither too surprising nor too expected; so the likeliest may be out.

    >>> typical(np.log([0.6, 0.3, 0.1]), 0.25).round(3).tolist()
    [-inf, -1.204, -inf]
    """
    values = row(logits)
    probs = softmax(values)
    with np.errstate(divide="ignore"):
        apart = np.abs(-(values - values.max() - np.log(_weights(values).sum())) - entropy(probs))
    order = np.argsort(apart, kind="stable")
    last = min(int((np.cumsum(probs[order]) < value).sum()), values.size - 1)
    return _without(values, apart > apart[order[last]])


def epsilon(logits: Any, value: float) -> Row:
    """What has at least this probability stays, and the likeliest in any case.

    Hewitt et al. 2022.

    >>> epsilon(np.log([0.5, 0.3, 0.2]), 0.25).round(3).tolist()
    [-0.693, -1.204, -inf]
    """
    values = row(logits)
    return _without(values, (softmax(values) < value) & (values < values.max()))


def eta(logits: Any, value: float) -> Row:
    """As `epsilon`, with a lower bar where the model is undecided: √value · exp(-entropy).

    Hewitt et al. 2022.

    >>> eta(np.log([0.5, 0.3, 0.2]), 0.25).round(3).tolist()
    [-0.693, -1.204, -1.609]
    """
    values = row(logits)
    bar = min(value, value**0.5 * np.exp(-entropy(softmax(values))))
    return _without(values, (softmax(values) < bar) & (values < values.max()))


def _weights(values: Row) -> Row:
    return np.exp(values - values.max())


def _without(values: Row, out: Bool[np.ndarray, " vocab"] | Int[np.ndarray, " some"]) -> Row:
    values[out] = -np.inf
    return values


def _ids(ids: Sequence[int], vocab: int) -> Int[np.ndarray, " some"]:
    said = np.unique(np.asarray(ids, dtype=np.int64))
    if said.size and (said[0] < 0 or said[-1] >= vocab):
        wrong = said[0] if said[0] < 0 else said[-1]
        raise ValueError(f"ids holds {wrong}: ids go from 0 to {vocab - 1}")
    return said
