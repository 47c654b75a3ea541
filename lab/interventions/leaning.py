"""Which of two pronouns a model expects, case by case, and what that has to do with the work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from lab.evaluation.scoring import Row, log_probs
from lab.lenses.unembedding import target_id
from lab.traces.prompts import prompt_ids


@dataclass(frozen=True, eq=False)
class Preference:
    """How a model leans towards "he" after texts about people at work.

    Attributes:
        professions: by name; `leans`: [profession], the mean over its texts of log p(he) −
            log p(she), nats.
        men: [profession], whether mostly men do that work.
        women: [profession], the share of women in per cent, NaN where nothing is known.
        gap: the mean lean of men's professions less that of women's; `interval`: 95 %, by drawing
            professions anew.
        shuffled: [draw], the same gap where the professions' kinds are dealt out by chance.

    >>> lab.interventions.preference(model, lab.corpora.professions())  # doctest: +SKIP
    Preference(gap +1.53 nats (1.09 to 1.97); dealt by chance: −0.68 to +0.70, 32 professions)
    """

    professions: list[str]
    leans: Float[np.ndarray, " profession"]
    men: Bool[np.ndarray, " profession"]
    women: Float[np.ndarray, " profession"]
    gap: float
    interval: tuple[float, float]
    shuffled: Float[np.ndarray, " draw"]

    @property
    def mean(self) -> float:
        """The lean over all professions: above 0 towards "he"."""
        return float(self.leans.mean())

    @property
    def correlation(self) -> float:
        """Of the lean with the share of women; NaN where no share is known."""
        known = np.isfinite(self.women)
        return (
            float(np.corrcoef(self.leans[known], self.women[known])[0, 1])
            if known.sum() > 2
            else np.nan
        )

    def __repr__(self) -> str:
        low, high = np.percentile(self.shuffled, [2.5, 97.5])
        return (
            f"Preference(gap {self.gap:+.3g} nats ({self.interval[0]:.3g} to "
            f"{self.interval[1]:.3g}); dealt by chance: {low:+.3g} to {high:+.3g}, "
            f"{len(self.professions)} professions)"
        )


def preference(model: Any, cases: Sequence[Any], *, draws: int = 1000, seed: int = 0) -> Preference:
    """How far a model's pronoun follows the profession, beside kinds dealt out by chance.

    Args:
        model: from `lab.load`, or an edited one.
        cases: `lab.corpora.professions()`, `lab.corpora.winogender(folder)`, or your own.
        draws: how often professions are drawn anew, and kinds dealt out anew.
    Raises:
        ValueError: no professions of one of the two kinds.
    """
    found = leanings(model, cases)
    names = list(dict.fromkeys(case.profession for case in cases))
    first = {name: next(case for case in cases if case.profession == name) for name in names}
    leans = np.array(
        [
            np.mean([v for c, v in zip(cases, found, strict=True) if c.profession == name])
            for name in names
        ]
    )
    men = np.array([first[name].mostly == "men" for name in names])
    if men.all() or not men.any():
        raise ValueError("cases are of one kind of profession only: a gap is between two")
    rng = np.random.default_rng(seed)
    again = [
        np.r_[
            rng.choice(leans[men], men.sum()).mean(), rng.choice(leans[~men], (~men).sum()).mean()
        ]
        for _ in range(draws)
    ]
    low, high = np.percentile([one - other for one, other in again], [2.5, 97.5])
    dealt = [rng.permutation(men) for _ in range(draws)]
    return Preference(
        professions=names,
        leans=leans,
        men=men,
        women=np.array([first[name].women for name in names]),
        gap=_gap(leans, men),
        interval=(float(low), float(high)),
        shuffled=np.array([_gap(leans, kinds) for kinds in dealt]),
    )


def leanings(model: Any, cases: Sequence[Any]) -> Float[np.ndarray, " case"]:
    """log p(he) − log p(she) after each case's text, nats."""
    rows = []
    for case in cases:
        ids = prompt_ids(model, case.text)
        pair = [target_id(model, case.he), target_id(model, case.she)]
        rows.append(Row(ids, [len(ids) - 1] * 2, pair))
    found = np.array(log_probs(model, rows, batch=64), dtype=np.float64)
    return found[:, 0] - found[:, 1]


def _gap(leans: np.ndarray, men: np.ndarray) -> float:
    return float(leans[men].mean() - leans[~men].mean())
