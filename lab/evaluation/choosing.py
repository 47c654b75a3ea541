"""How often a model finds the right words likelier than wrong ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import nan, sqrt
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from lab.evaluation.scoring import Row, log_probs
from lab.traces import prompt_ids


@dataclass(frozen=True)
class Accuracy:
    """The share of choices where the right words were likelier, and what to read it against."""

    share: float
    interval: tuple[float, float]
    """95 %, after Wilson."""
    n: int
    control: float
    """The share when each choice gets another one's prompt: what the words alone bring."""
    margin: float
    """The mean of log p(right) − log p(wrong), in nats."""

    def __float__(self) -> float:
        return self.share

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{self.share:.1%} right of {self.n:,} (95 %: {low:.1%} to {high:.1%}); "
            f"{self.control:.1%} with the prompts exchanged"
        )


def accuracy(
    model: Any,
    choices: Iterable[Any],
    batch: int = 64,
    *,
    control: bool = True,
    prepend_bos: bool | None = None,
    seed: int = 0,
) -> Accuracy:
    """How often the right continuation is likelier than the wrong one; guessing gives 50 %.

    A continuation of several pieces counts by the sum of their log probabilities, so two of
    different length are compared as they are, the longer one at a disadvantage.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        choices: each with a `prompt`, a `right` and a `wrong` continuation (which bring their own
            leading space), and a `kind`.
        batch: how many rows are run at once.
        control: measure also with every prompt exchanged for another of the same kind. Where that
            is far from 50 %, the words themselves give the answer away.
        prepend_bos: as in `lab.trace`.
        seed: of the exchange.
    Raises:
        ValueError: no choices, one over the context, or one whose two continuations are the same.

    >>> print(lab.accuracy(model, lab.corpora.choices("agreement", 500)))       # doctest: +SKIP
    91.2% right of 500 (95 %: 88.4% to 93.4%); 50.6% with the prompts exchanged
    """
    asked = [_Asked(c.prompt, c.right, c.wrong, getattr(c, "kind", "")) for c in choices]
    if not asked:
        raise ValueError("choices are empty: at least one is needed")
    margins = _margins(model, asked, batch, prepend_bos)
    hits = int((margins > 0).sum())
    return Accuracy(
        share=hits / len(asked),
        interval=wilson(hits, len(asked)),
        n=len(asked),
        control=_control(model, asked, batch, prepend_bos, seed) if control else nan,
        margin=float(margins.mean()),
    )


def wilson(hits: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """The interval for a share of `hits` in `n` that keeps to 0…1 (Wilson 1927); 95 % by default.

    >>> [round(end, 3) for end in wilson(9, 10)]
    [0.596, 0.982]
    """
    if not 0 <= hits <= n or not n:
        raise ValueError(f"hits={hits} of n={n}: 0 to n hits, and n at least 1, are needed")
    middle = (hits + z * z / 2) / (n + z * z)
    half = z * sqrt(hits * (n - hits) / n + z * z / 4) / (n + z * z)
    return max(0.0, middle - half), min(1.0, middle + half)


class _Asked(NamedTuple):
    prompt: str
    right: str
    wrong: str
    kind: str


def _control(model: Any, asked: list[_Asked], batch: int, bos: Any, seed: int) -> float:
    exchanged = _exchanged(asked, seed)
    if not exchanged:
        return nan
    return float((_margins(model, exchanged, batch, bos) > 0).mean())


def _exchanged(asked: list[_Asked], seed: int) -> list[_Asked]:
    """Each choice with the prompt of another one of its kind; a kind with only one is left out."""
    chance = np.random.default_rng(seed)
    found: list[_Asked] = []
    for kind in dict.fromkeys(choice.kind for choice in asked):
        same = [choice for choice in asked if choice.kind == kind]
        order = [same[index] for index in chance.permutation(len(same))]
        if len(order) > 1:  # round a ring, so that none keeps its own
            others = [*order[1:], order[0]]
            found += [a._replace(prompt=b.prompt) for a, b in zip(order, others, strict=True)]
    return found


def _margins(
    model: Any, asked: list[_Asked], batch: int, bos: bool | None
) -> Float[np.ndarray, " choice"]:
    """log p(right) − log p(wrong) for each choice."""
    rows: dict[tuple[int, ...], tuple[list[int], list[int]]] = {}
    spots = []
    for choice in asked:
        start, *both = _ids(model, choice, bos)
        spots.append([_noted(rows, ids, start) for ids in both])
    found = log_probs(model, [Row(ids, *asks) for ids, asks in rows.items()], batch)
    values = dict(zip(rows, found, strict=True))
    sums = [[float(values[row][where].sum()) for row, where in pair] for pair in spots]
    return np.array([right - wrong for right, wrong in sums])


def _noted(rows: dict, ids: list[int], start: int) -> tuple[tuple[int, ...], slice]:
    """Asks for the pieces of `ids` from `start` on; answers of one piece share a row."""
    row = tuple(ids[:-1])
    places, wanted = rows.setdefault(row, ([], []))
    first = len(places)
    places += range(start - 1, len(ids) - 1)
    wanted += ids[start:]
    return row, slice(first, len(places))


def _ids(model: Any, choice: _Asked, bos: bool | None) -> tuple[int, list[int], list[int]]:
    """Where the two texts part, in pieces, and the ids of both."""
    texts = (choice.prompt, choice.prompt + choice.right, choice.prompt + choice.wrong)
    prompt, right, wrong = (prompt_ids(model, text, prepend_bos=bos) for text in texts)
    start = min(_common(prompt, right), _common(prompt, wrong))
    if right == wrong or not 0 < start < min(len(right), len(wrong)):
        raise ValueError(f"choices hold {choice!r:.200}, which leaves nothing to choose")
    if max(len(right), len(wrong)) - 1 > model.cfg.n_ctx:
        raise ValueError(
            f"choices hold a prompt of {len(prompt)} tokens ({choice.prompt!r:.60}), and with its "
            f"continuation it is over the model's context of {model.cfg.n_ctx}"
        )
    return start, right, wrong


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
