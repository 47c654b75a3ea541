"""Beam search as it prunes: the texts held at each step, those let go, and the one that wins.

The search is that of `transformers` (`generate(num_beams=…)`, early_stopping=False), told step by
step.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from lab.sampling.reading import Reading
from lab.sampling.rules import whole
from lab.sampling.streaming import reading_of, room_for
from lab.tokenizers.pieces import pieces as pieces_of


class Hypothesis(NamedTuple):
    """A text that beam search looked at.

    number: its own, counted over the search; parent: the number of the text it lengthens, None for
    the prompt. id, piece, probability: of its last piece. ids: all it wrote. logp: log-probability
    of all that, nats. score: logp over length^length_penalty, by which finished texts are ranked.
    fate: "kept", "pruned" or "finished" in this step.
    """

    number: int
    parent: int | None
    id: int
    piece: str
    probability: float
    ids: tuple[int, ...]
    logp: float
    score: float
    fate: str


class Round(NamedTuple):
    """One step of a beam search.

    candidates: the likeliest lengthenings of the texts held, best first: those kept, those that
    finished, those pruned. finished: the finished texts held so far, best score first. over: the
    search ends here.
    """

    step: int
    candidates: tuple[Hypothesis, ...]
    finished: tuple[Hypothesis, ...]
    over: bool

    @property
    def kept(self) -> tuple[Hypothesis, ...]:
        """The texts that the next step goes on with."""
        return tuple(one for one in self.candidates if one.fate == "kept")

    @property
    def best(self) -> Hypothesis:
        """The best finished text, and before there is one the likeliest still held."""
        return (self.finished or self.kept)[0]


def beams(
    model: Any,
    prompt: str | Sequence[int],
    width: int = 4,
    pieces: int = 20,
    *,
    length_penalty: float = 1.0,
    prepend_bos: bool | None = None,
) -> Iterator[Round]:
    """A beam search, step by step; the last round's `best` is what `transformers` generates.

    Each step lengthens every text held by every piece, and holds on to the `width` likeliest that
    did not end. One that ends among the first `width` is finished, and keeps its score. The search
    is over when so many are finished and none held can beat them, or after `pieces`.

    Args:
        model, prompt, prepend_bos: as in `stream`.
        width: how many texts are held.
        pieces: at most so many are written.
        length_penalty: above 0 longer texts are favoured, 0 ranks by probability alone.
    Raises:
        ValueError: a width of 0, or over half the vocabulary; a prompt over the context.

    >>> *_, last = lab.beams(model, "Once upon a", width=4)  # doctest: +SKIP
    >>> model.tokenizer.decode(last.best.ids)  # doctest: +SKIP
    """
    width, pieces = whole("width", width, 1), whole("pieces", pieces, 0)
    if 2 * width > model.cfg.d_vocab:
        raise ValueError(f"width={width}: at most half the {model.cfg.d_vocab} pieces there are")
    if not math.isfinite(length_penalty):
        raise ValueError(f"length_penalty={length_penalty}: a finite number is needed")
    reading = reading_of(model, prompt, prepend_bos)
    room = room_for(model, reading.ids, pieces)
    return _Search(reading, width, room, length_penalty).rounds()


class _Search:
    def __init__(self, reading: Reading, width: int, pieces: int, penalty: float) -> None:
        self.reading, self.width, self.pieces, self.penalty = reading, width, pieces, penalty
        self.end = reading.model.tokenizer.eos_token_id
        self.held: list[Hypothesis] = []
        self.finished: list[Hypothesis] = []
        self.made = 0

    def rounds(self) -> Iterator[Round]:
        for step in range(self.pieces):
            found = self._lengthened(step + 1)
            candidates = tuple(one for _, one in found)
            new = [one for one in candidates if one.fate == "finished"]
            # Stable: of equals the earlier stays in front.
            ranked = sorted([*self.finished, *new], key=lambda one: -one.score)
            self.finished = ranked[: self.width]
            kept = [(row, one) for row, one in found if one.fate == "kept"]
            self.held = [one for _, one in kept]
            over = not kept or self._settled(step + 1)
            if kept and not over:
                self.reading.take([one.id for _, one in kept], [row for row, _ in kept])
            yield Round(step, candidates, tuple(self.finished), over)
            if over:
                return

    def _settled(self, length: int) -> bool:
        """No text held can beat the finished ones, as transformers reckons at this length."""
        if len(self.finished) < self.width:
            return False
        return self.held[0].logp / length**self.penalty <= self.finished[-1].score

    def _lengthened(self, length: int) -> list[tuple[int, Hypothesis]]:
        """The candidates of this step, best first, each with the row it lengthens."""
        logp = self._summed()
        best = logp.flatten().topk(2 * self.width)
        vocab, left, found = logp.shape[1], self.width, []
        for place, (total, index) in enumerate(zip(*map(Tensor.tolist, best), strict=True)):
            row, token = divmod(index, vocab)
            ends = token == self.end or length == self.pieces
            fate = "finished" if ends and place < self.width else "pruned"
            if not ends and left:
                fate, left = "kept", left - 1
            found.append((row, self._hypothesis(row, token, total, length, fate)))
        return found

    def _summed(self) -> Float[Tensor, "rows vocab"]:
        before = torch.tensor([[one.logp] for one in self.held] or [[0.0]])
        return self.reading.logits().log_softmax(-1) + before

    def _hypothesis(self, row: int, token: int, logp: float, length: int, fate: str) -> Hypothesis:
        parent = self.held[row] if self.held else None
        self.made += 1
        return Hypothesis(
            self.made - 1,
            parent.number if parent else None,
            token,
            pieces_of(self.reading.model.tokenizer, [token])[0],
            math.exp(logp - (parent.logp if parent else 0.0)),
            (*(parent.ids if parent else ()), token),
            logp,
            logp / length**self.penalty,
            fate,
        )
