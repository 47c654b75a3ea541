"""Data sets of the Hugging Face hub, streamed: nothing is fetched before it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from lab.corpora.documents import Document, refuse_negative
from lab.reach import Unreachable, first_line, refuse_unreachable


class HubTexts:
    """See `hub`."""

    endless = False

    def __init__(self, rows: Any, name: str, field: str):
        self.rows, self.name, self.field = rows, name, field

    def starting(self, at: int = 0) -> Iterator[Document]:
        """The documents from number `at` on."""
        refuse_negative(at)
        # A stream skips whole shards where it can; a list of rows is no stream.
        rows = self.rows.skip(at) if hasattr(self.rows, "skip") else islice(self.rows, at, None)
        return (Document(str(row[self.field]), kind="hub") for row in rows)

    def __iter__(self) -> Iterator[Document]:
        return self.starting(0)

    def __repr__(self) -> str:
        return f"<{self.name}>"


def hub(
    name: str, split: str = "train", field: str = "text", *, config: str | None = None
) -> HubTexts:
    """The texts of a data set on the hub, streamed by `datasets`: never whole on disk or in memory.

    Args:
        name: as on the hub, `roneneldan/TinyStories`.
        split: which part of it.
        field: the column that holds the text.
        config: which of its configurations, where there are several.
    Raises:
        Unreachable: no network, or none allowed (HF_HUB_OFFLINE): within a second.
        ValueError: no such data set, split or configuration; no such column.

    >>> hub("roneneldan/TinyStories")                                  # doctest: +SKIP
    <roneneldan/TinyStories, train>
    """
    refuse_unreachable(f"{name}: ", "; text(path) reads a file of yours")
    import datasets

    try:
        rows = datasets.load_dataset(name, config, split=split, streaming=True)
        first = next(iter(rows), None)
    except ConnectionError as error:
        raise Unreachable(f"{name}: the hub did not answer ({first_line(error)})") from None
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise ValueError(f"{name}: the hub did not give it ({first_line(error)})") from None
    if first is None or field not in first:
        has = "nothing" if first is None else ", ".join(first)
        raise ValueError(f"{name} has no column {field!r} in {split!r}; it has {has}")
    return HubTexts(rows, f"{name}, {split}", field)
