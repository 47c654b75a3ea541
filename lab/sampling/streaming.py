"""Text as it is written: how likely each piece was, and what else could stand there."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from lab.sampling.choosing import Choose, drawing
from lab.sampling.continuing import _given
from lab.sampling.reading import Reading
from lab.sampling.rules import Rules, whole
from lab.tokenizers.pieces import pieces as pieces_of

Rule = Mapping[str, Any] | Rules | Choose | None


class Alternative(NamedTuple):
    """A piece that could stand at a place, and how likely the model held it (from 0 to 1)."""

    id: int
    piece: str
    probability: float


class Drawn(NamedTuple):
    """One written piece. The probabilities are the model's own, before any rule of drawing.

    rank: 0 for the likeliest. entropy: of what the model expected there, nats.
    alternatives: the likeliest pieces at that place, most likely first, the written one among them
    where it is one of those. seconds: that the model took for it. ended: it is the end of the text.
    """

    id: int
    piece: str
    probability: float
    rank: int
    entropy: float
    alternatives: tuple[Alternative, ...]
    seconds: float
    ended: bool = False

    @property
    def surprisal(self) -> float:
        """How surprising the piece was to the model, nats."""
        return -math.log(self.probability) if self.probability else math.inf


def stream(
    model: Any,
    prompt: str | Sequence[int] | Reading = "",
    *,
    pieces: int = 60,
    rule: Rule = None,
    seed: int = 0,
    first: int = 0,
    top: int = 10,
    prepend_bos: bool | None = None,
) -> Iterator[Drawn]:
    """The pieces that a model writes, one by one, each with its alternatives.

    What can be refused is refused here, before the first piece. The model is locked while a step
    runs and free between steps, so that other views of it stay alive; closing the generator ends
    it. The text is `continuation`'s for the same rule and seed. Keys and values are kept from
    piece to piece, except under edits and hooks.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        prompt: text or token ids, an empty one begins a text of the model's own; or a `Reading`,
            which is read on (and holds the text afterwards).
        pieces: at most so many; fewer where the model ends the text (the end is yielded, `ended`)
            or its context is full.
        rule: `lab.sampling.Rules`, or its keywords (`{"temperature": 0.8, "top_k": 5}`;
            temperature 0 is greedy), or a function (logits, ids) → id; by default the model's own
            chances.
        seed: of the draws. first: the number of the first of them, where a text is gone on with.
        top: how many alternatives are told.
        prepend_bos: as in `lab.trace`.
    Raises:
        ValueError: a prompt over the context, or a number that cannot be.
        TypeError: a prompt that is neither text nor ids, a rule that is none.

    >>> for drawn in lab.stream(model, "Once upon a", rule={"temperature": 0}):  # doctest: +SKIP
    ...     print(drawn.piece, drawn.probability)
    """
    choose = chosen_by(rule, seed, whole("first", first, 0))
    top = whole("top", top, 1)
    reading = reading_of(model, prompt, prepend_bos)
    room = room_for(model, reading.ids, whole("pieces", pieces, 0))
    return _written(reading, room, choose, top)


def chosen_by(rule: Rule, seed: int, first: int = 0) -> Choose:
    """The function (logits, ids) → id that a rule stands for, its draws numbered from `first`."""
    if isinstance(rule, Rules):
        rule = asdict(rule)
    if rule is None or isinstance(rule, Mapping):
        return drawing(**{"seed": seed, "first": first, **(rule or {})})
    if callable(rule):
        return rule
    raise TypeError(
        f"rule is a {type(rule).__name__}: give keywords ({{'temperature': 0.8}}), "
        "or a function (logits, ids) → id"
    )


def reading_of(model: Any, prompt: Any, prepend_bos: bool | None = None) -> Reading:
    """A reading of the prompt, checked."""
    if isinstance(prompt, Reading):
        return prompt
    return Reading(model, _given(model, prompt, prepend_bos))


def room_for(model: Any, ids: Sequence[int], pieces: int) -> int:
    """How many of so many pieces still fit into the context; ValueError for a text too long."""
    most = model.cfg.n_ctx
    if len(ids) > most:
        raise ValueError(
            f"prompt has {len(ids)} tokens and the model's context is {most}: "
            f"shorten it by {len(ids) - most}"
        )
    return min(pieces, most - len(ids))


def drawn(
    tokenizer: Any, logits: Float[Tensor, " vocab"], token: int, top: int, seconds: float
) -> Drawn:
    """What is to be told of a token written where the model expected these logits."""
    expected = logits.double().log_softmax(-1)
    best = expected.topk(min(top, len(expected)))
    shown = zip(
        best.indices.tolist(),
        pieces_of(tokenizer, best.indices.tolist()),
        best.values.exp().tolist(),
        strict=True,
    )
    return Drawn(
        token,
        pieces_of(tokenizer, [token])[0],
        float(expected[token].exp()),
        int((expected > expected[token]).sum()),
        float(torch.special.entr(expected.exp()).sum()),
        tuple(Alternative(*one) for one in shown),
        seconds,
        token == tokenizer.eos_token_id,
    )


def _written(reading: Reading, room: int, choose: Choose, top: int) -> Iterator[Drawn]:
    tokenizer = reading.model.tokenizer
    for _ in range(room):
        began = time.perf_counter()
        logits = reading.logits()[0]
        seconds = time.perf_counter() - began
        token = choose(logits, reading.ids)
        step = drawn(tokenizer, logits, token, top, seconds)
        if not step.ended:
            reading.take([token])
        yield step
        if step.ended:
            return
