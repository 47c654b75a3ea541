"""Cuts on their way to the browser: the text once, pieces as strings, all numbers in one buffer."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from widgets.glass.arrays import as_array
from widgets.glass.shapes import strings
from widgets.glass.text import clean, number


def packed(cuts: Any) -> dict[str, Any]:
    """What the view shows of some cuts of one text.

    Each cut has `pieces`, `ids`, `spans` (in bytes of the text), `text`, and may have `name`,
    `special`, `vocabulary`. The numbers are int32: for each cut its ids, starts, stops and marks.
    Raises ValueError for cuts of different texts or numbers that do not fit their pieces.
    """
    listed = _listed(cuts)
    text = clean(str(listed[0].text))
    rows, numbers = [], []
    for at, cut in enumerate(listed):
        name = clean(str(getattr(cut, "name", "") or f"tokenizer {at}"))
        if clean(str(cut.text)) != text:
            raise ValueError(
                f"cuts: {name} cuts another text than {rows[0]['name']}: one is needed"
            )
        pieces = strings("pieces", cut.pieces) if len(cut.pieces) else []
        numbers += _numbers(name, cut, len(pieces), len(text.encode()))
        rows.append({"name": name, "pieces": pieces, "vocabulary": _size(cut)})
    return {"text": text, "cuts": rows, "numbers": np.concatenate(numbers).astype("<i4").tobytes()}


def weight(shown: dict[str, Any]) -> int:
    """The bytes of what is shown."""
    pieces = sum(len(piece.encode()) + 4 for row in shown["cuts"] for piece in row["pieces"])
    return pieces + len(shown["numbers"]) + len(shown["text"].encode())


def summary(shown: dict[str, Any]) -> str:
    """The picture in one line.

    >>> row = {"name": "words", "pieces": ["a", " cat"], "vocabulary": None}
    >>> summary({"text": "a cat", "cuts": [row], "numbers": b""})
    '5 characters; words 2 pieces (2.50 characters each)'
    """
    size = len(shown["text"])
    each = [
        f"{row['name']} {len(row['pieces']):,} piece{'s' * (len(row['pieces']) != 1)}"
        + (f" ({number(size / len(row['pieces']))} characters each)" if row["pieces"] else "")
        for row in shown["cuts"]
    ]
    return f"{size:,} character{'s' * (size != 1)}; {', '.join(each)}"


def _listed(cuts: Any) -> Sequence[Any]:
    listed = list(cuts) if isinstance(cuts, list | tuple) else [cuts]
    if not listed:
        raise ValueError("cuts is empty: give at least one")
    for at, cut in enumerate(listed):
        missing = [name for name in ("text", "pieces", "ids", "spans") if not hasattr(cut, name)]
        if missing:
            raise ValueError(
                f"cuts[{at}] is a {type(cut).__name__} without {', '.join(missing)}: "
                "a cut has text, pieces, ids and spans (lab.tokenizers.cut gives one)"
            )
    return listed


def _numbers(name: str, cut: Any, count: int, size: int) -> list[np.ndarray]:
    special = getattr(cut, "special", None)
    ids, spans = as_array(cut.ids), as_array(cut.spans).reshape(-1, 2)
    marks = np.zeros(count, dtype=int) if special is None else as_array(special).astype(int)
    for what, array in {"ids": ids, "spans": spans, "special": marks}.items():
        if len(array) != count:
            raise ValueError(f"{name}: {count} pieces but {len(array)} {what}")
    if len(spans) and (spans.min() < 0 or spans.max() > size or (spans[:, 0] > spans[:, 1]).any()):
        raise ValueError(
            f"{name}: spans reach beyond the {size} bytes of the text, or run backwards"
        )
    return [ids, spans[:, 0], spans[:, 1], marks]


def _size(cut: Any) -> int | None:
    size = getattr(cut, "vocabulary", None)
    return None if size is None else int(size)
