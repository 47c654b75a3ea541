"""Does a head that looks at the answer give it? All heads, over places of many texts.

A picture of attention shows where a head reads, not what it writes nor whether anything reads that
("Attention is not Explanation", Jain & Wallace 2019). Here both are measured for every head where
the model says a word that stands earlier in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float

from lab.corpora import stories
from lab.evaluation.scoring import Row, log_probs
from lab.hooks import edited
from lab.hooks.names import full_name
from lab.interventions.drawing import heads_named
from lab.interventions.glances import Looks
from lab.interventions.passes import Joining, Passes
from lab.interventions.verbs import zero
from lab.tokenizers.pieces import pieces
from lab.traces import Trace
from lab.traces.run import trace

NAMING = ("NOUN", "PROPN")
MOST_TEXTS = 50  # read for each place that is wanted


class _Place(NamedTuple):
    ids: list[int]
    answer: int
    sure: float


def looks(
    model: Any,
    corpus: Iterable[Any] | None = None,
    *,
    places: int = 40,
    least: float = 0.3,
    longest: int = 96,
    seed: int = 0,
    progress: Callable[[int, int], Any] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Looks:
    """How much each head looks at the answer, and how much of the answer is lost without it.

    A place is where the model rightly expects (`least` probability or more) a noun or a name that
    stands earlier in the text; one place a text. Each head is cut at that place alone, which is
    where it looks from, in two ways: it gives nothing, or what it gave at another text's place.

    Args:
        corpus: documents with `words`; those of `lab.corpora.stories()` if left out.
        places: how many. longest: pieces before a place at most. seed: of stories and places.
        progress: called with (places done, places in all). cancelled: True stops between two.
    Raises:
        ValueError: numbers that cannot be, or too few such places.

    >>> found = lab.interventions.looks(model)                               # doctest: +SKIP
    >>> found.misleading(1)                                                  # doctest: +SKIP
    [Judged(layer=4, head=2, look=0.61, effect=0.003, …)]
    """
    if places < 4:
        raise ValueError(f"places={places}: at least 4, half of them to judge what is found")
    found: list[Any] = []
    before: Trace | None = None
    told = stories(seed=seed) if corpus is None else corpus
    for place in _places(model, islice(told, MOST_TEXTS * places), least, longest, seed):
        here = trace(model, place.ids, keep=["pattern", "z"])
        if before is not None:
            found.append((place, _look(here, place), *_effects(model, place, before)))
            if progress is not None:
                progress(len(found), places)
        before = here
        if len(found) == places or (cancelled is not None and len(found) > 3 and cancelled()):
            break
    if len(found) < 4:
        raise ValueError(f"only {len(found)} places where a word said before is expected ({least})")
    return _record(model, found, places)


def lost(model: Any, found: Looks, heads: Sequence[str]) -> Float[np.ndarray, " place"]:
    """By how much log p of each place's answer falls (nats) with heads cut at every position.

    `Looks` cuts a head where it looks from; this cuts it in the whole text, so that nothing it did
    earlier is left either.

    Raises:
        ValueError: a name of no head.

    >>> lab.interventions.lost(model, found, ["L4H1"]).mean()                # doctest: +SKIP
    0.01
    """
    by_layer: dict[int, list[int]] = {}
    for layer, head in heads_named(model, heads):
        by_layer.setdefault(layer, []).append(head)
    cut = edited(model, {("z", layer): zero(those) for layer, those in by_layer.items()})
    asked = zip(found.ids, found.answer_ids, strict=True)
    rows = [Row(ids, [len(ids) - 1], [answer]) for ids, answer in asked]
    whole, less = (np.concatenate(log_probs(one, rows)) for one in (model, cut))
    return whole - less


def _places(
    model: Any, corpus: Iterable[Any], least: float, longest: int, seed: int
) -> Iterator[_Place]:
    draw = np.random.default_rng(seed)
    for document in corpus:
        ids = model.tokenizer(document.text)["input_ids"][:longest]
        named = {document.text[w.start : w.stop] for w in document.words if w.pos in NAMING}
        found = trace(model, ids, keep=[])
        assert found.logits is not None
        good = [
            at
            for at in range(1, len(ids))
            if found.pieces[at][:1] == " "
            and found.pieces[at][1:] in named
            and ids[at] in ids[:at]
            and found.surprisal[at] <= -np.log(least)
        ]
        if good:
            at = good[int(draw.integers(len(good)))]
            yield _Place(ids[:at], ids[at], float(np.exp(-found.surprisal[at])))


def _look(found: Trace, place: _Place) -> np.ndarray:
    """[layer, head], how much of the last piece's attention lies on the answer."""
    there = np.array(place.ids) == place.answer
    return found["pattern"][:, :, -1][..., there].sum(-1)


def _effects(model: Any, place: _Place, other: Trace) -> tuple[np.ndarray, np.ndarray]:
    """[layer, head], by how much log p of the answer falls: zeroed, and swapped."""
    last, heads = len(place.ids) - 1, model.cfg.n_heads
    passes = Passes(model, place.ids, last)
    swapped = torch.from_numpy(other["z"][:, -1]).to(model.cfg.device)
    rows = [
        _cut(layer, last, head, instead)
        for layer in range(model.cfg.n_layers)
        for head in range(heads)
        for instead in (torch.zeros_like(swapped[layer, head]), swapped[layer, head])
    ]
    own = float(passes.logits.log_softmax(-1)[place.answer])
    lost = own - passes.run(rows).log_softmax(-1)[:, place.answer].cpu().numpy()
    zeroed, swap = lost.reshape(-1, heads, 2).transpose(2, 0, 1)
    return zeroed, swap


def _cut(layer: int, last: int, head: int, instead: torch.Tensor) -> Joining:
    def change(row: torch.Tensor, start: int) -> None:  # noqa: ARG001 (passes give it)
        row[-1, head] = instead.to(row.dtype)

    return Joining(layer, last, full_name("z", layer), change)


def _record(model: Any, found: list[Any], wanted: int) -> Looks:
    places, look, zeroed, swapped = zip(*found, strict=True)
    return Looks(
        look=np.stack(look),
        zeroed=np.stack(zeroed),
        swapped=np.stack(swapped),
        ids=[place.ids for place in places],
        texts=[model.tokenizer.decode(place.ids) for place in places],
        answer_ids=[place.answer for place in places],
        answers=[pieces(model.tokenizer, [place.answer])[0] for place in places],
        sure=np.array([place.sure for place in places]),
        model_name=str(getattr(model.cfg, "model_name", "a model")),
        note="" if len(found) == wanted else f"stopped after {len(found)} of {wanted} places",
    )
