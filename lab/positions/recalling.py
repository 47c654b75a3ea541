"""Does the model still know what it was told so many pieces ago?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from lab.corpora import stories
from lab.evaluation.scoring import Row, log_probs
from lab.traces import prompt_ids

TELLINGS = ("told", "other", "absent")
MOST_STORIES = 10_000
REPEATING = "repeating"
"""The kind of generated text that is words in any order: no story to stand between."""


@dataclass(frozen=True)
class Recall:
    """The probability of the right answer by distance; a column for each answer and filler."""

    distances: Int[np.ndarray, " distance"]
    """Pieces between the fact and the question."""
    told: Float[np.ndarray, "distance run"]
    other: Float[np.ndarray, "distance run"]
    """The same answer's probability where the fact names another one. A control."""
    absent: Float[np.ndarray, "distance run"]
    """… and where there is more filler in the place of the fact. A control."""
    kept: Float[np.ndarray, " distance"]
    """The share of the fact's pieces that is still inside the window."""
    window: int

    def means(self) -> dict[str, Float[np.ndarray, " distance"]]:
        """The mean over runs of each telling, by distance."""
        return {name: getattr(self, name).mean(axis=1) for name in TELLINGS}

    def gone(self) -> int | None:
        """The first distance at which nothing of the fact is inside the window, or None."""
        out = self.distances[self.kept == 0]
        return int(out[0]) if len(out) else None


def recall(
    model: Any,
    fact: str,
    question: str,
    answers: Sequence[str],
    distances: Sequence[int],
    *,
    filler: str | None = None,
    fillers: int = 4,
    window: int | None = None,
    seed: int = 0,
) -> Recall:
    """How likely the right answer is, so many pieces after the fact was told.

    The model reads fact, filler, question, and of these only the last `window` pieces: a fact that
    has left the window cannot be known. Every distance is asked with every answer and several
    fillers, each three times: with the fact, with another answer in the fact, without the fact.

    Args:
        fact: with {} for the answer: "Lily put the {} into the box."
        question: what the answer should follow: " Lily took out the".
        answers: two or more, with the space they begin with: [" ball", " book"].
        distances: numbers of filler pieces, in rising order.
        filler: a text to take filler from; stories without the answers' words if left out.
        fillers: how many stretches of it.
        window: at most the model's context, which it is if left out.
    Raises:
        ValueError: a fact without {}, fewer than two answers, distances that do not rise, a filler
            that is too short, a window that cannot be.

    >>> fact, question = "Lily put the {} into the box.", " Lily took out the"
    >>> found = recall(model, fact, question, [" ball", " book"], [8, 300])     # doctest: +SKIP
    >>> found.means()["told"]                                                  # doctest: +SKIP
    array([0.7 , 0.01])
    """
    window = _window(model, window)
    gaps = _distances(distances)
    asked = _Asked(model, fact, question, answers)
    stretches = _fillers(model, asked, filler, fillers, int(gaps.max()), seed)
    runs = [(right, stretch) for right in range(len(answers)) for stretch in stretches]
    rows = [
        _row(asked.before(right, gap, stretch, telling), asked.answers[right], window)
        for gap in gaps
        for telling in TELLINGS
        for right, stretch in runs
    ]
    chances = np.exp(_sums(model, rows))
    by_gap = chances.reshape(len(gaps), len(TELLINGS), len(runs))
    rest = window - len(asked.question) - gaps
    kept = np.clip(rest / asked.length, 0, 1)
    found = {name: by_gap[:, i] for i, name in enumerate(TELLINGS)}
    return Recall(distances=gaps, kept=kept, window=window, **found)


class _Asked:
    """Fact, question and answers as ids, once for all runs."""

    def __init__(self, model: Any, fact: str, question: str, answers: Sequence[str]) -> None:
        if "{}" not in fact or len(answers) < 2 or isinstance(answers, str):
            raise ValueError(f"fact {fact!r:.60} needs {{}} for one of two or more answers")
        texts = [fact.replace("{}", answer.strip()) for answer in answers]
        self.facts = [prompt_ids(model, text) for text in texts]
        self.question = _plain(model, question)
        self.answers = [_plain(model, answer) for answer in answers]
        self.words = [answer.strip() for answer in answers]
        self.length = min(map(len, self.facts))
        self.lead = max(map(len, self.facts))

    def before(self, right: int, gap: int, stretch: list[int], telling: str) -> list[int]:
        """What stands before the answer."""
        told = self.facts[right if telling == "told" else (right + 1) % len(self.facts)]
        if telling == "absent":  # as many pieces more of the filler
            gap, told = gap + len(self.facts[right]), []
        return [*told, *stretch[len(stretch) - gap :], *self.question]


def _plain(model: Any, text: str) -> list[int]:
    """The ids of a text that goes on from another one."""
    return model.tokenizer(text, add_special_tokens=False)["input_ids"]


def _row(before: list[int], answer: list[int], window: int) -> Row:
    ids = [*before, *answer[:-1]][-window:]
    return Row(tuple(ids), range(len(ids) - len(answer), len(ids)), tuple(answer))


def _sums(model: Any, rows: list[Row]) -> list[float]:
    """The log probability of each row's answer; rows that are the same are run once."""
    different = list(dict.fromkeys(rows))
    sums = [float(values.sum()) for values in log_probs(model, different)]
    found = dict(zip(different, sums, strict=True))
    return [found[row] for row in rows]


def _fillers(
    model: Any, asked: _Asked, filler: str | None, count: int, longest: int, seed: int
) -> list[list[int]]:
    """Stretches of filler, of which a gap takes the end: the question begins a sentence.

    How far the longest gap goes changes no end, so recalls with other distances are comparable.
    """
    need = asked.lead + longest
    if filler is None:
        return [_stories_without(model, asked.words, need, seed + i) for i in range(count)]
    ids = _plain(model, filler)
    if len(ids) < need:
        raise ValueError(f"filler has {len(ids)} pieces; {need} are needed")
    ends = (2 * len(ids) - number * len(ids) // count for number in range(count))
    return [(ids + ids)[end - need : end] for end in ends]


def _stories_without(model: Any, words: list[str], need: int, seed: int) -> list[int]:
    """Generated stories that say none of these words."""
    found: list[int] = []
    low = [word.lower() for word in words]
    for story in islice(stories(seed=seed), MOST_STORIES):
        if story.kind != REPEATING and not any(word in story.text.lower() for word in low):
            found = _plain(model, " " + story.text) + found
        if len(found) >= need:
            break
    if len(found) < need:
        raise ValueError(f"no stories without {', '.join(words)} are long enough; give a filler=")
    return found[-need:]


def _window(model: Any, window: int | None) -> int:
    most: int = model.cfg.n_ctx
    if window is not None and not 1 <= window <= most:
        raise ValueError(f"window={window}: from 1 to the model's context, {most}")
    return most if window is None else window


def _distances(distances: Sequence[int]) -> np.ndarray:
    gaps = np.asarray(list(distances))
    if not len(gaps) or gaps.dtype.kind not in "iu" or gaps.min() < 0 or (np.diff(gaps) <= 0).any():
        raise ValueError(f"distances {distances!r:.60}: whole numbers from 0, rising")
    return gaps
