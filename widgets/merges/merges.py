"""A byte-pair encoding, stepped through merge by merge on a sentence of one's own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from traitlets import Dict, Int, TraitError, validate

from widgets.glass.session import Session
from widgets.glass.text import Text
from widgets.glass.view import View, refuse_heavy
from widgets.merges.tabling import tabled

WORDS = {
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "spaces": r"\S+",
    "whole": r"[^]+",
}
"""How a text is cut into words before any merge; no merge reaches over their borders."""


class Merges(View):
    """A byte-pair encoding, merge by merge: what it does to a sentence, and why this pair was next.

    merges: the pairs in the order they were learnt (`lab.tokenizers.merges(tokenizer)`), each with
    its left and right part as bytes or text, and where known its `id` and `count`.
    text: the sentence it is tried on; the reader may type another, in a saved page too.
    rivals: the most frequent pairs before each merge, as (left, right, count)
    (`lab.tokenizers.rivals(tokenizer, corpus)`); by default what each merge has of its own.
    words: how a text is cut into words before any merge: "gpt2" (a space belongs to the word after
    it), "spaces" (white space is dropped), "whole" (not at all), or a regular expression as
    JavaScript takes it.
    merge: how many merges are done at first. All the work is done in the browser.
    Raises ValueError for a pair whose parts no earlier merge has made.

    >>> Merges([("u", "g"), ("h", "ug")], "hugs").summary
    '2 merges, from u + g to h + ug'
    """

    files = Path(__file__)
    kept = ("text", "merge")

    text = Text("", help="the sentence").tag(sync=True)
    merge = Int(0, help="how many merges are done").tag(sync=True)
    _table = Dict(help="merges and rivals as int32").tag(sync=True)
    _words = Text("", help="a regular expression for words").tag(sync=True)

    def __init__(
        self,
        merges: Sequence[Any],
        text: str = "",
        *,
        rivals: Sequence[Sequence[Any]] | None = None,
        words: str = "gpt2",
        merge: int = 0,
        title: str = "",
        session: Session | None = None,
    ):
        merges = list(merges)
        if not merges:
            raise ValueError("merges is empty: at least one is needed (more pieces, or more text)")
        if rivals is None and all(hasattr(merge, "rivals") for merge in merges):
            rivals = [merge.rivals for merge in merges]
        table = tabled(merges, rivals)
        weight = sum(map(len, table.values()))
        refuse_heavy(f"{len(merges):,} merges", weight, "show the first: merges[:10_000]")
        self._count = len(merges)
        super().__init__(
            session=session,
            title=title,
            summary=_summary(merges),
            text=text,
            merge=merge,
            _table=table,
            _words=WORDS.get(words, words),
        )

    @validate("merge")
    def _within(self, proposal: Any) -> int:
        value = proposal["value"]
        if not 0 <= value <= self._count:
            raise TraitError(f"merge: from 0 to {self._count}, not {value}")
        return value


def _summary(merges: Sequence[Any]) -> str:
    first, last = (" + ".join(map(_said, merge[:2])) for merge in (merges[0], merges[-1]))
    count = f"{len(merges):,} merge{'s' * (len(merges) != 1)}"
    return f"{count}, from {first} to {last}"


def _said(part: bytes | str) -> str:
    raw = part if isinstance(part, str) else part.decode(errors="replace")
    return raw.replace(" ", "·")
