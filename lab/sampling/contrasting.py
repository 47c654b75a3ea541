"""Contrastive search (Su et al. 2022): a likely piece, unlike what stands there already."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from lab.sampling.continuing import _given
from lab.sampling.reading import Reading
from lab.sampling.rules import whole
from lab.sampling.streaming import Alternative, drawn, room_for
from lab.tokenizers.pieces import pieces as pieces_of


class Candidate(NamedTuple):
    """A piece that was weighed.

    likeness: the greatest cosine between its hidden state and one of the text before it. score:
    (1 − penalty_alpha) · probability − penalty_alpha · likeness; the greatest is written.
    """

    id: int
    piece: str
    probability: float
    likeness: float
    score: float


class Weighed(NamedTuple):
    """A written piece, told as in `Drawn`, and the candidates it was weighed against."""

    id: int
    piece: str
    probability: float
    rank: int
    entropy: float
    alternatives: tuple[Alternative, ...]
    seconds: float
    ended: bool
    candidates: tuple[Candidate, ...]


def contrastive(
    model: Any,
    prompt: str | Sequence[int],
    *,
    pieces: int = 60,
    penalty_alpha: float = 0.6,
    top_k: int = 4,
    top: int = 10,
    prepend_bos: bool | None = None,
) -> Iterator[Weighed]:
    """Contrastive search, piece by piece: no chance in it, and no loops.

    Of the `top_k` likeliest pieces the one is written whose probability, less its likeness to what
    stands there already, is greatest. The hidden states are those after the final norm.

    Source: Su et al., A Contrastive Framework for Neural Text Generation, NeurIPS 2022, equation 5.

    Args:
        model, prompt, pieces, top, prepend_bos: as in `stream`.
        penalty_alpha: from 0 (greedy) to 1 (the least alike of the candidates).
        top_k: how many candidates are weighed.
    Raises:
        ValueError: a penalty outside 0 to 1, a prompt over the context.

    >>> [step.piece for step in lab.contrastive(model, "The dog", pieces=3)]  # doctest: +SKIP
    [' saw', ' the', ' park']
    """
    if not 0 <= penalty_alpha <= 1:
        raise ValueError(f"penalty_alpha={penalty_alpha}: a number from 0 to 1 is needed")
    top_k, top = whole("top_k", top_k, 1), whole("top", top, 1)
    reading = Reading(model, _given(model, prompt, prepend_bos), hidden=True)
    room = room_for(model, reading.ids, whole("pieces", pieces, 0))
    return _written(reading, room, penalty_alpha, min(top_k, model.cfg.d_vocab), top)


def weighed(
    probabilities: Float[Tensor, " k"],
    likeness: Float[Tensor, " k"],
    penalty_alpha: float,
) -> Float[Tensor, " k"]:
    """The scores of the candidates.

    >>> weighed(torch.tensor([0.5, 0.25]), torch.tensor([0.75, 0.25]), 0.5).tolist()
    [-0.125, 0.0]
    """
    return (1 - penalty_alpha) * probabilities - penalty_alpha * likeness


def likenesses(
    text: Float[Tensor, "pos d_model"], candidates: Float[Tensor, "k d_model"]
) -> Float[Tensor, " k"]:
    """The greatest cosine of each candidate's hidden state with one of the text's.

    >>> text = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    >>> likenesses(text, torch.tensor([[3.0, 0.0], [-1.0, 0.0]])).tolist()
    [1.0, 0.0]
    """
    unit = torch.nn.functional.normalize
    return (unit(candidates, dim=-1) @ unit(text, dim=-1).T).max(-1).values


def _written(
    reading: Reading, room: int, penalty_alpha: float, top_k: int, top: int
) -> Iterator[Weighed]:
    tokenizer = reading.model.tokenizer
    for _ in range(room):
        began = time.perf_counter()
        logits = reading.logits()[0]
        best = logits.softmax(-1).topk(top_k)
        tokens, shares = best.indices.tolist(), best.values
        tried = reading.fork()
        tried.take(tokens, [0] * len(tokens))
        alike = _alike(tried)
        scores = weighed(shares, alike, penalty_alpha)
        chosen = int(scores.argmax())
        rows = zip(
            tokens,
            pieces_of(tokenizer, tokens),
            shares.tolist(),
            alike.tolist(),
            scores.tolist(),
            strict=True,
        )
        seconds = time.perf_counter() - began
        step = drawn(tokenizer, logits, tokens[chosen], top, seconds)
        yield Weighed(*step, candidates=tuple(Candidate(*row) for row in rows))
        if step.ended:
            return
        tried.only(chosen)
        reading = tried


def _alike(tried: Reading) -> Float[Tensor, " k"]:
    """How like the text before it each row's last piece is."""
    tried.logits()
    assert tried.hidden is not None
    return likenesses(tried.hidden[0, :-1], tried.hidden[:, -1])
