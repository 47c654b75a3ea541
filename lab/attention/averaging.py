"""What heads do over many texts: means with intervals, one text in memory at a time.

One sentence shows what a head did there; whether it does so elsewhere takes a data set. Every text
counts once, however long, and the intervals are over texts: the words of one text are no
independent witnesses.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.attention.running import Running
from lab.attention.scoring import WINDOW, Scores, chance_scores, head_scores, spread
from lab.traces import Trace

DISTANCES = 64
Heads = Float[np.ndarray, "layer head"]


@dataclass(frozen=True)
class Averages:
    """Heads over a data set: each figure is a mean over texts, each `…_spread` its 95 % interval.

    scores: kind → [layer, head], as `head_scores`; `chance`: kind → what an even head gets.
    entropy: [layer, head], nats.
    by_distance: [layer, head, distance], the mean weight on the token so many places back. The
        first token is left out of it (as key and as query): `scores["first"]` has its share, and
        its distance says nothing about the text.
    `…_spread`: half the width of the interval (Student's t over texts); not a number below two.
    """

    model_name: str
    layers: list[int]
    texts: int
    tokens: int
    scores: Scores
    scores_spread: Scores
    chance: dict[str, float]
    entropy: Heads
    entropy_spread: Heads
    by_distance: Float[np.ndarray, "layer head distance"]
    by_distance_spread: Float[np.ndarray, "layer head distance"]

    def __repr__(self) -> str:
        return (
            f"Averages({self.texts} texts, {self.tokens} tokens, {self.model_name}, "
            f"{len(self.layers)} layers × {self.entropy.shape[1]} heads)"
        )


def over(model: Any, texts: Iterable[str | Sequence[int]], **how: Any) -> Averages:
    """What each head does on average over these texts; takes what `averages` takes.

    Raises:
        ValueError: no text has the two tokens a head needs to look back.

    >>> found = over(model, ["The cat sat.", "Tom and Lily ran."])  # doctest: +SKIP
    >>> top_heads(found.scores["previous"], 1)  # doctest: +SKIP
    [(1, 3, 0.94)]
    """
    found = deque(averages(model, texts, **how), maxlen=1)
    if not found:
        raise ValueError("texts holds no text of at least two tokens: nothing to average")
    return found.pop()


def averages(
    model: Any,
    texts: Iterable[str | Sequence[int]],
    *,
    distances: int = DISTANCES,
    window: int = WINDOW,
    prepend_bos: bool | None = None,
    every: int | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Averages]:
    """The averages as they grow: after every `every` texts (default: once, at the end).

    Texts may be any iterable, also an endless one; each is run once and let go. One over the
    model's context loses its oldest tokens; one of a single token is passed over.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        texts: strings or rows of token ids.
        distances: how far back `by_distance` reaches, in tokens.
        window: of the score `local`.
        prepend_bos: as in `lab.trace`.
        every: give the averages so far each time so many texts are through.
        stopped: asked before each text; true ends it with what there is.

    >>> for so_far in averages(model, corpus, every=10):  # doctest: +SKIP
    ...     view.show(so_far)
    """
    if distances < 1:
        raise ValueError(f"distances={distances}: at least 1 token back is needed")
    from lab.traces import trace  # with torch; the sums do without

    sums = _Sums(distances, window)
    fresh = False
    for text in texts:
        if stopped():
            break
        here = trace(model, text, ["pattern"], prepend_bos=prepend_bos, cut=True)
        if len(here) < 2:
            continue
        sums.add(here)
        fresh = not every or sums.texts % every != 0
        if not fresh:
            yield sums.averages()
    if fresh:
        yield sums.averages()


class _Sums:
    def __init__(self, distances: int, window: int) -> None:
        self.distances, self.window = distances, window
        self.texts = self.tokens = 0
        self.scores: dict[str, Running] = {}
        self.chance: dict[str, Running] = {}
        self.entropy, self.profile = Running(), Running()

    def add(self, trace: Trace) -> None:
        self.texts, self.tokens = self.texts + 1, self.tokens + len(trace)
        self.model_name, self.layers = trace.model_name, trace.layers("pattern")
        for kind, values in head_scores(trace, window=self.window).items():
            self.scores.setdefault(kind, Running()).add(values)
        for kind, value in chance_scores(trace, window=self.window).items():
            self.chance.setdefault(kind, Running()).add(np.array(value))
        patterns = [trace["pattern", layer] for layer in self.layers]
        self.entropy.add(np.stack([spread(pattern) for pattern in patterns]))
        self.profile.add(np.stack([profile(pattern, self.distances) for pattern in patterns]))

    def averages(self) -> Averages:
        return Averages(
            model_name=self.model_name,
            layers=self.layers,
            texts=self.texts,
            tokens=self.tokens,
            scores={kind: sums.mean() for kind, sums in self.scores.items()},
            scores_spread={kind: sums.interval() for kind, sums in self.scores.items()},
            chance={kind: float(sums.mean()) for kind, sums in self.chance.items()},
            entropy=self.entropy.mean(),
            entropy_spread=self.entropy.interval(),
            by_distance=self.profile.mean(),
            by_distance_spread=self.profile.interval(),
        )


def profile(
    pattern: Float[np.ndarray, "head query key"], distances: int
) -> Float[np.ndarray, "head distance"]:
    """The mean weight on the token 0, 1, 2 … places back, without the first token.

    Not a number at distances the text does not have.

    >>> even = np.tril(np.ones((1, 4, 4))) / np.arange(1, 5)[:, None]
    >>> profile(even, 4).round(2).tolist()
    [[0.36, 0.29, 0.25, nan]]
    """
    inner = pattern[:, 1:, 1:]
    far = np.full((len(pattern), distances), np.nan)
    for back in range(min(distances, inner.shape[1])):
        far[:, back] = np.diagonal(inner, -back, 1, 2).mean(-1)
    return far
