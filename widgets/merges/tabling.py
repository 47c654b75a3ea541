"""Merges on their way to the browser: symbols by number, everything in three arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np

BYTES = 256


def tabled(merges: Sequence[Any], rivals: Sequence[Sequence[Any]] | None) -> dict[str, bytes]:
    """The arrays of a byte-pair encoding: `merges` [merge, 5] and `rivals` [merge, most, 3], int32.

    A symbol is a byte (its value) or what a merge made (256 and up, in the order first made). A
    merge is left, right, what it makes, the id of that, and its count (-1 where nobody counted);
    a rival is left, right and count, with -1 where there is none.
    Raises ValueError for a pair whose parts no earlier merge has made.

    >>> bytes(tabled([("a", "a"), ("aa", "b")], None)["merges"][:12]).hex(" ", 4)
    '61000000 61000000 00010000'
    """
    symbols = {bytes([byte]): byte for byte in range(BYTES)}
    rows = []
    for at, merge in enumerate(merges):
        left, right = (_part(at, side, merge, symbols) for side in (0, 1))
        made = symbols.setdefault(left + right, len(symbols))
        token, count = (getattr(merge, name, None) for name in ("id", "count"))
        count = -1 if not isinstance(count, int) else count
        rows.append((symbols[left], symbols[right], made, made if token is None else token, count))
    told = {"merges": np.array(rows, "<i4").tobytes()}
    if rivals is not None:
        told["rivals"] = _rivals(rivals, symbols, len(rows)).tobytes()
    return told


def _part(at: int, side: int, merge: Any, symbols: dict[bytes, int]) -> bytes:
    try:
        raw = _raw(merge[side])
    except (TypeError, IndexError, KeyError):
        raise ValueError(
            f"merges[{at}] is {merge!r:.60}: a pair of bytes or strings is needed, (b'th', b'e')"
        ) from None
    if raw not in symbols:
        raise ValueError(
            f"merges[{at}] joins {raw!r:.40}, neither one byte nor made by an earlier merge"
        )
    return raw


def _raw(part: Any) -> bytes:
    return part.encode() if isinstance(part, str) else bytes(part)


def _rivals(rivals: Sequence[Sequence[Any]], symbols: dict[bytes, int], count: int) -> np.ndarray:
    if len(rivals) != count:
        raise ValueError(f"{count} merges but rivals for {len(rivals)} of them")
    most = max((len(ranked) for ranked in rivals), default=0)
    table = np.full((count, most, 3), -1, "<i4")
    for at, ranked in enumerate(rivals):
        for place, (left, right, times) in enumerate(ranked):
            try:
                table[at, place] = symbols[_raw(left)], symbols[_raw(right)], times
            except KeyError as error:
                raise ValueError(
                    f"rivals[{at}] has {error.args[0]!r}, which no merge makes"
                ) from None
    return table
