"""A chosen text in one line of words."""

from __future__ import annotations

from widgets.generation.tree import Branch
from widgets.glass.text import number, short, visible


def summary(chosen: Branch, branches: int) -> str:
    """How long the text is, how likely, and in how many ways it went on.

    >>> summary(Branch([1, 2], "A b", 1, -0.5, -0.5), 2)
    '1 piece written: −0.500 nats, −0.500 a piece; 2 branches. “A b”'
    """
    pieces = f"{chosen.written} {'piece' if chosen.written == 1 else 'pieces'} written"
    text = f"“{short(visible(chosen.text), 200)}”"
    if not chosen.written:
        return f"nothing written yet after {text}"
    ways = f"; {branches} branches" if branches > 1 else ""
    return f"{pieces}: {number(chosen.logp)} nats, {number(chosen.per_piece)} a piece{ways}. {text}"
