"""When a model learns to learn from its context, and whether that comes suddenly.

Olsson et al. 2022, "In-context Learning and Induction Heads" (arXiv:2209.11895), found that in
training there is one short stretch in which three things happen together, in models of two layers
and more and not in those of one: heads appear that match prefixes (induction heads), late tokens of
a context become easier than early ones, and the loss curve bends. Here are those measures, and one
for how short the stretch is.

Texts come as token ids of equal length, `[text pos]`, as `rows` makes them of documents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from lab.attention import Scores, head_scores
from lab.hooks import lock_of
from lab.traces import trace

Rows = Int[np.ndarray, "text pos"]
PAPER = (50, 500)  # the tokens compared by Olsson et al., in contexts of 512


def rows(model: Any, documents: Iterable[Any]) -> Rows:
    """The token ids of texts (or documents with a `text`), all of the same length.

    Raises:
        ValueError: there is none, or they differ in length.

    >>> rows(model, lab.corpora.repeated().first(8)).shape           # doctest: +SKIP
    (8, 64)
    """
    texts = [getattr(document, "text", document) for document in documents]
    ids = model.tokenizer(texts)["input_ids"] if texts else []
    if len({len(row) for row in ids}) != 1:
        lengths = sorted({len(row) for row in ids})
        raise ValueError(f"texts have {lengths or 'no'} tokens: equally many are needed in each")
    return np.array(ids)


def surprisals(model: Any, ids: Rows) -> Float[np.ndarray, "text pos"]:
    """−log p of each token given those before it, in nats; NaN for the first of each text."""
    import torch

    with lock_of(model), torch.inference_mode():
        tokens = torch.tensor(np.asarray(ids), device=model.cfg.device)
        chances = model(tokens)[:, :-1].float().log_softmax(-1)
        taken = -chances.gather(2, tokens[:, 1:, None])[..., 0].cpu().numpy()
    return np.concatenate([np.full((len(taken), 1), np.nan, np.float32), taken], axis=1)


def in_context_score(
    surprisal: Float[np.ndarray, "text pos"],
    early: int | None = None,
    late: int | None = None,
    around: int = 2,
) -> float:
    """How much easier late tokens are than early ones, in nats: the more negative, the better.

    The mean loss of the token at `late` minus that at `early`, over all texts and `around` tokens
    on either side. Left out, they stand where the paper's stood in its context of 512: about a
    tenth of the way in, and close to the end.

    >>> in_context_score(np.linspace(4.0, 1.0, 101)[None], early=10, late=90)
    -2.4
    """
    length = surprisal.shape[1]
    early = round(length * PAPER[0] / 512) if early is None else early
    late = round(length * PAPER[1] / 512) if late is None else late
    if not 1 <= early < late < length:
        raise ValueError(f"early is {early}, late {late}: 1 ≤ early < late < {length} is needed")

    def near(at: int) -> float:
        return float(np.nanmean(surprisal[:, max(1, at - around) : at + around + 1]))

    return round(near(late) - near(early), 9)


def mean_scores(model: Any, ids: Rows) -> Scores:
    """`lab.head_scores` of several texts, averaged: kind → `[layer head]`.

    "induction" is the paper's prefix matching: attention to what followed earlier copies.
    """
    each = [head_scores(trace(model, row.tolist(), keep=["pattern"])) for row in np.asarray(ids)]
    return {kind: np.nanmean([scores[kind] for scores in each], axis=0) for kind in each[0]}


@dataclass(frozen=True)
class Change:
    """The stretch of a curve in which it changes most.

    `height`: from the curve's lowest to its highest value. `share`: how much of that falls into the
    stretch, which is `width` of the curve's length. A curve that goes straight down has
    `share == width`: nothing sudden about it.
    """

    start: float
    stop: float
    share: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Where the stretch has its middle."""
        return (self.start + self.stop) / 2

    def meets(self, other: Change) -> bool:
        """Whether the two stretches have a point in common."""
        return self.start <= other.stop and other.start <= self.stop


def sharpest(steps: ArrayLike, values: ArrayLike, width: float = 0.1) -> Change:
    """Where a curve changes most within `width` of its length, and how much of its change that is.

    >>> sharpest(range(101), [4.0] * 50 + [1.0] * 51)
    Change(start=44.5, stop=54.5, share=1.0, width=0.1, height=3.0)
    """
    at, curve = np.asarray(steps, float), np.asarray(values, float)
    if at.shape != curve.shape or at.ndim != 1 or len(at) < 3 or not 0 < width < 1:
        raise ValueError(
            f"steps {at.shape} and values {curve.shape}: two rows of at least 3, and width {width} "
            "between 0 and 1"
        )
    # On an even grid, so that moments kept densely at first weigh no more than later ones.
    grid = np.linspace(at[0], at[-1], 201)
    even = np.interp(grid, at, curve)
    span = max(1, round(width * 200))
    moved = np.abs(even[span:] - even[:-span])
    best = int(np.median(np.flatnonzero(moved >= moved.max() - 1e-9)))  # the middle one of equals
    whole = float(np.ptp(curve))
    share = float(moved[best]) / whole if whole else 0.0
    return Change(float(grid[best]), float(grid[best + span]), round(share, 6), width, whole)
