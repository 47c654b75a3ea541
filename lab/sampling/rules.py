"""Several rules at once, in the order in which `transformers` applies them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool

from lab.sampling import cutting
from lab.sampling.cutting import Row, softmax

ORDER = ("top_k", "top_p", "min_p", "typical", "epsilon", "eta")
# Between which numbers a rule's number lies, and whether the ends belong to it.
_BOUNDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "temperature": (lambda x: 0 <= x < np.inf, "a number from 0 up"),
    "repetition_penalty": (lambda x: 0 < x < np.inf, "a number over 0; 1 changes nothing"),
    "top_p": (lambda x: 0 <= x <= 1, "a probability from 0 to 1"),
    "min_p": (lambda x: 0 <= x <= 1, "a share from 0 to 1"),
    "typical": (lambda x: 0 < x <= 1, "a probability over 0, up to 1"),
    "epsilon": (lambda x: 0 < x < 1, "a probability between 0 and 1"),
    "eta": (lambda x: 0 < x < 1, "a probability between 0 and 1"),
}


class Cut(NamedTuple):
    """What one rule took out: which pieces, and the chance they had before any was taken."""

    rule: str
    out: Bool[np.ndarray, " vocab"]
    chance: float


@dataclass(frozen=True)
class Rules:
    """What becomes of a model's expectation before a piece is drawn. None leaves a rule out.

    In this order, each on what the one before it left, with chances scaled to 1 again:
    repetition penalty, temperature, top-k, top-p, min-p, typical, epsilon, eta. Temperature 0
    takes the likeliest piece, and no rule behind it has a say.

    Raises:
        ValueError: a number that cannot be, by name.

    >>> Rules(top_k=2).probs(np.log([0.5, 0.3, 0.2])).round(3).tolist()
    [0.625, 0.375, 0.0]
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    typical: float | None = None
    epsilon: float | None = None
    eta: float | None = None
    repetition_penalty: float = 1.0

    def __post_init__(self) -> None:
        if self.top_k is not None:
            whole("top_k", self.top_k, 1)
        for rule in fields(self):
            value = getattr(self, rule.name)
            if rule.name != "top_k" and not (value is None and rule.default is None):
                _within(rule.name, value)

    def applied(self, logits: Any, ids: Sequence[int] = ()) -> Row:
        """The logits behind all rules; `ids` are the text so far, for the repetition penalty."""
        values = self._scaled(logits, ids)
        for _, left in self._steps(values):
            values = left
        return values

    def probs(self, logits: Any, ids: Sequence[int] = ()) -> Row:
        """The probabilities from which a piece is drawn; they sum to 1."""
        return softmax(self.applied(logits, ids))

    def cuts(self, logits: Any, ids: Sequence[int] = ()) -> list[Cut]:
        """Which rule took out which pieces, in order; none where nothing can be taken out.

        >>> [(cut.rule, cut.out.tolist()) for cut in Rules(top_k=2).cuts([1.0, 3.0, 2.0])]
        [('top_k', [True, False, False])]
        """
        values, found = self._scaled(logits, ids), []
        if self.temperature == 0:  # of nothing a share cannot be told: what they were at 1
            warm = replace(self, temperature=1.0)._scaled(logits, ids)
            out = (values == -np.inf) & (warm > -np.inf)
            return [Cut("greedy", out, float(softmax(warm)[out].sum()))]
        chances = softmax(values)
        for rule, left in self._steps(values):
            out = (left == -np.inf) & (values > -np.inf)
            found.append(Cut(rule, out, float(chances[out].sum())))
            values = left
        return found

    def _scaled(self, logits: Any, ids: Sequence[int]) -> Row:
        values = cutting.row(logits)
        if self.repetition_penalty != 1:
            values = cutting.repetition_penalty(values, self.repetition_penalty, ids)
        return cutting.temperature(values, self.temperature)

    def _steps(self, values: Row) -> Iterator[tuple[str, Row]]:
        if self.temperature == 0:
            return
        for rule in ORDER:
            value = getattr(self, rule)
            # A whole probability is no rule, as in transformers' generate.
            if value is not None and not (value == 1 and rule in ("top_p", "typical")):
                values = getattr(cutting, rule)(values, value)
                yield rule, values


def whole(name: str, value: Any, least: int) -> int:
    """The value, if it is a whole number from `least` up; an error that names it otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name}={value!r}: a whole number from {least} up is needed")
    return int(value)


def _within(name: str, value: Any) -> None:
    fits, needed = _BOUNDS[name]
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not fits(value):
        raise ValueError(f"{name}={value!r}: {needed} is needed")
