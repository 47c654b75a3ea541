"""Tables of texts and labels: a csv file, a DataFrame, rows, a data set of the hub."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from lab.probes.dataset import Dataset, Examples
from lab.reach import refuse_unreachable
from lab.tokenizers import clean
from lab.tokenizers.plain import words as split

HUB = "hub:"
MOST_BYTES = 2**30


def table(
    source: Any,
    text: str = "text",
    label: str = "label",
    *,
    group: str | None = None,
    kind: str | None = None,
    name: str | None = None,
    most: int = 20_000,
) -> Dataset:
    """Texts with one label each, for a probe of the whole text.

    Args:
        source: the path of a csv file with a head, a pandas DataFrame, rows (dicts, NamedTuples),
            or "hub:owner/name" for a data set of the Hugging Face hub (its split "train").
        text, label: the columns that hold them.
        group: a column whose rows are held out together; by default each text by itself, so that
            a text that stands twice is never on both sides.
        kind: a column for the control task, which gives each of its values a label at random; by
            default the last word of the text.
        name: of the data set, for titles.
        most: how many rows are read.
    Raises:
        ValueError: no such column, no rows, an empty text.
        Unreachable: a data set of the hub without a network.

    >>> table([("Good.", 1), ("Bad.", 0)], text=0, label=1)                # doctest: +SKIP
    Dataset(a table: 2 texts; label (2))
    """
    rows, called = _rows(source, most)
    if not rows:
        raise ValueError("source has no rows: a table needs texts and labels")
    columns = [column for column in (text, label, group, kind) if column is not None]
    if missing := [column for column in columns if column not in rows[0]]:
        raise ValueError(f"source has no column {missing[0]!r}; it has {', '.join(rows[0])}")
    texts = [clean(str(row[text])) for row in rows]
    if empty := [at for at, one in enumerate(texts) if not one.strip()]:
        raise ValueError(f"row {empty[0]} of source has an empty {text!r}")
    examples = Examples(
        text=np.arange(len(texts)),
        start=np.zeros(len(texts), np.int64),
        stop=np.array([len(one) for one in texts]),
        labels=[_told(row[label]) for row in rows],
        groups=[_told(row[group]) if group else one for row, one in zip(rows, texts, strict=True)],
        types=[
            _told(row[kind]) if kind else last_word(one)
            for row, one in zip(rows, texts, strict=True)
        ],
        whole=True,
    )
    return Dataset(name or called, texts, {label: examples})


def last_word(text: str) -> str:
    """The last word of a text in small letters, signs left out.

    >>> last_word("Paris is a city in France.")
    'france'
    """
    found = (word.strip().casefold() for word in reversed(split(text)))
    return next((word for word in found if any(sign.isalnum() for sign in word)), text)


def _told(value: Any) -> str:
    # 1 and 1.0 and True are one label, whatever wrote the table.
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean(str(value))


def _rows(source: Any, most: int) -> tuple[list[dict[str, Any]], str]:
    if isinstance(source, str) and source.startswith(HUB):
        return _from_hub(source.removeprefix(HUB), most), source.removeprefix(HUB)
    if isinstance(source, str | Path):
        return _from_csv(Path(source), most), Path(source).stem
    if hasattr(source, "to_dict") and hasattr(source, "columns"):
        return source.head(most).to_dict("records"), "a table"
    if not isinstance(source, Iterable):
        raise TypeError(
            f"source is a {type(source).__name__}: a csv file, a DataFrame, rows, or 'hub:name'"
        )
    return [_as_dict(row) for row, _ in zip(source, range(most), strict=False)], "a table"


def _as_dict(row: Any) -> dict[str, Any]:
    if hasattr(row, "_asdict"):
        return row._asdict()
    if isinstance(row, dict):
        return row
    raise TypeError(f"source holds a {type(row).__name__}: dicts or NamedTuples are needed")


def _from_csv(path: Path, most: int) -> list[dict[str, Any]]:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path} is {path.stat().st_size:,} bytes: give at most {MOST_BYTES:,}")
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        return [row for row, _ in zip(csv.DictReader(file), range(most), strict=False)]


def _from_hub(name: str, most: int) -> list[dict[str, Any]]:
    refuse_unreachable(f"{name}: ", "; table(path) reads a csv file of yours")
    import datasets

    rows = datasets.load_dataset(name, split="train", streaming=True)
    return [dict(row) for row, _ in zip(rows, range(most), strict=False)]
