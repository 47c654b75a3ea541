"""What a Sampler is handed – a trace, logits or probabilities – as the state it sends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from widgets.glass.arrays import as_array
from widgets.glass.shapes import strings
from widgets.glass.text import clean, number, short, visible
from widgets.glass.view import refuse_heavy

NAMED = 150
"""How many of the likeliest pieces travel with their names; the others are asked for."""

Names = Callable[[list[int]], Iterable[str]]


class Given:
    """A row of logits and what is known of it: the text before, the names, the code that asks.

    Raises ValueError naming the argument, when it is no row of logits or probabilities.
    """

    def __init__(self, source: Any, names: Names | Sequence[str] | None, ids: Any):
        self.trace: Any = source if hasattr(source, "pieces") else None
        if self.trace is not None and getattr(source, "logits", None) is None:
            raise ValueError("the trace keeps no logits: give one that does, or a row of logits")
        rows = source if self.trace is None else source.logits
        self.rows = _rows(rows, len(source.pieces) if self.trace is not None else None)
        self.shares = self.trace is None and _are_shares(self.rows[0])
        self.ids = None if self.shares else _ids(source if self.trace else None, ids, self.vocab)
        self.named = _namer(names, self.trace, self.vocab)

    @property
    def vocab(self) -> int:
        """How many pieces there are."""
        return self.rows.shape[1]

    def state(self, position: int | None) -> dict[str, Any]:
        """The synced traits for the chances after a position (the last one, for None)."""
        at = len(self.rows) - 1 if position is None else position
        logits = np.log(self.rows[at], where=self.rows[at] > 0, out=np.full(self.vocab, -np.inf))
        logits = logits if self.shares else self.rows[at]
        refuse_heavy(f"{self.vocab:,} pieces", 4 * self.vocab, "give fewer")
        first = np.argsort(-logits, kind="stable")[:NAMED]
        said = np.unique(self._before(at))
        names = self.named([int(i) for i in first])
        return {
            "logits": logits.astype("<f4").tobytes(),
            "position": at if self.trace is not None else None,
            "summary": self._summary(logits, first, names),
            "model_name": str(getattr(self.trace, "model_name", "") or ""),
            "_said": said.astype("<i4").tobytes(),
            "_first": first.astype("<i4").tobytes(),
            "_names": names,
            "_text": [] if self.trace is None else self._end(at),
            "_code": self._code(at),
        }

    def _end(self, at: int) -> list[str]:
        return ["…"] * (at > 11) + list(self.trace.pieces[max(0, at - 11) : at + 1])

    def _before(self, at: int) -> np.ndarray:
        if self.ids is None:
            return np.zeros(0, dtype=np.int64)
        return self.ids[: at + 1] if self.trace is not None else self.ids

    def _summary(self, logits: np.ndarray, first: np.ndarray, names: list[str]) -> str:
        weights = np.exp(logits - logits.max())
        probs = weights / weights.sum()
        some = probs[probs > 0]
        best = ", ".join(
            f"{short(visible(name), 24)} {number(float(probs[i]))}"
            for i, name in zip(first[:3], names, strict=False)
        )
        entropy = number(float(-(some * np.log(some)).sum()), "nats")
        return f"{self.vocab:,} pieces, entropy {entropy}; likeliest: {best}"

    def _code(self, at: int) -> list[str]:
        """Before the rules, between them and the seed, and behind it."""
        if self.trace is None:
            row = "np.log(probs)" if self.shares else "logits"
            row += "" if self.ids is None else ", ids"
            return ["lab.sampling.draws(lab.sampling.Rules(", f").probs({row}), seed=", ")"]
        prompt: Any = [int(i) for i in self.ids[: at + 1]] if self.ids is not None else "…"
        if at == len(self.rows) - 1 and getattr(self.trace, "text", ""):
            prompt = clean(self.trace.text)
        bos = ", prepend_bos=True" if getattr(self.trace, "prepend_bos", False) else ""
        bos = bos if isinstance(prompt, str) else ""
        return [f"lab.continuation(model, {prompt!r}, pieces=1, ", ", seed=", f"{bos})"]


def _rows(values: Any, count: int | None) -> np.ndarray:
    try:
        rows = np.asarray(as_array(values), dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"logits is no array of numbers: {error}") from None
    wanted = 1 if count is None else 2
    if rows.ndim != wanted or 0 in rows.shape or (count is not None and len(rows) != count):
        hint = "one row, as trace.logits[-1]" if count is None else f"one row for {count} pieces"
        raise ValueError(f"logits has shape {rows.shape}: give {hint}")
    if np.isnan(rows).any() or (rows == np.inf).any():
        raise ValueError(
            "logits holds NaN or infinity: finite numbers, or minus infinity, are needed"
        )
    rows = np.atleast_2d(rows)
    if (rows.max(1) == -np.inf).any():
        raise ValueError("logits is minus infinity everywhere: at least one piece must be possible")
    return rows


def _are_shares(row: np.ndarray) -> bool:
    """Probabilities are known by what they are: from 0 up, and they sum to 1."""
    return bool((row >= 0).all() and abs(float(row.sum(dtype=np.float64)) - 1) < 1e-3)


def _ids(trace: Any, ids: Any, vocab: int) -> np.ndarray | None:
    ids = getattr(trace, "ids", None) if ids is None else ids
    if ids is None:
        return None
    array = np.atleast_1d(as_array(ids))
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"ids has shape {array.shape} of {array.dtype}: give a row of token ids")
    if array.size and not 0 <= array.min() <= array.max() < vocab:
        raise ValueError(
            f"ids holds {array.max()}: with {vocab:,} logits, 0 to {vocab - 1:,} exist"
        )
    return array.astype(np.int64)


def _namer(names: Any, trace: Any, vocab: int) -> Callable[[list[int]], list[str]]:
    """From ids to names, however they were given; unknown ones are `#id`."""
    if callable(names):
        ask: Any = names
        return lambda ids: _as_many(strings("names", ask(ids)) if ids else [], ids)
    if names is not None:
        listed = strings("names", names)
        if len(listed) != vocab:
            raise ValueError(f"names has {len(listed):,} entries for {vocab:,} logits")
        return lambda ids: [listed[i] for i in ids]
    known = _known(trace)
    return lambda ids: [clean(known.get(i, f"#{i}")) for i in ids]


def _as_many(texts: list[str], ids: list[int]) -> list[str]:
    if len(texts) != len(ids):
        raise ValueError(f"names gave {len(texts)} texts for {len(ids)} ids")
    return texts


def _known(trace: Any) -> dict[int, str]:
    """The pieces that a trace happens to name: those of its text, and those it expected."""
    known: dict[int, str] = {}
    if getattr(trace, "top_ids", None) is not None and getattr(trace, "top_pieces", None):
        for ids, texts in zip(as_array(trace.top_ids), trace.top_pieces, strict=False):
            known.update(zip((int(i) for i in ids), texts, strict=False))
    if getattr(trace, "ids", None) is not None:
        known.update(zip((int(i) for i in as_array(trace.ids)), trace.pieces, strict=False))
    return known
