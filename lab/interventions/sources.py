"""What is patched in: the clean run's activations, and the controls beside them.

Every source lies ready in the positions of the corrupted prompt, so that a cell only says which
part of it is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from lab.corpora import stories
from lab.interventions.alignment import Alignment
from lab.interventions.cells import Grid
from lab.traces import Trace
from lab.traces.prompts import prompt_ids
from lab.traces.run import trace

CONTROLS = ("unrelated", "random")
MIDDLE = 30  # pieces


class Source(NamedTuple):
    """Activations by hook point, [pos, …] (a pattern: [head, query, key]).

    begin: the first position at which they can differ from the corrupted run's own.
    """

    values: dict[str, np.ndarray]
    begin: int


def clean_source(grid: Grid, clean: Trace, own: Trace, pairs: Alignment) -> Source:
    """The clean run's activations, each at the place of its partner.

    Raises:
        ValueError: patterns of prompts that are not of one length.
    """
    if grid.pattern and len(pairs.clean) != len(pairs.corrupted):
        raise ValueError(
            f"site={grid.site!r}: the prompts have {len(pairs.clean)} and {len(pairs.corrupted)} "
            "pieces; a row of attention fits prompts of one length only. Patch 'z' instead"
        )
    there = pairs.partner >= 0
    values = {}
    for hook in grid.hooks:
        mixed = clean[hook] if grid.pattern else own[hook].copy()
        if not grid.pattern:
            mixed[there] = clean[hook][pairs.partner[there]]
        values[hook] = mixed
    return Source(values, pairs.begin)


def control_sources(
    model: Any,
    grid: Grid,
    control: str,
    count: int,
    clean: Source,
    own: Trace,
    texts: Sequence[Any] | None,
    seed: int,
) -> list[Source]:
    """As many controls: other texts' activations, or pushes as long in random directions.

    Raises:
        ValueError: no such control, less than one, texts that are too short.
    """
    if control not in CONTROLS:
        raise ValueError(f"control={control!r}: {' or '.join(map(repr, CONTROLS))}")
    if count < 1:
        raise ValueError(f"controls={count}: an effect without a control says nothing; at least 1")
    if control == "random":
        if grid.pattern:
            raise ValueError("control='random': a pattern has no directions; take 'unrelated'")
        return [_pushed(grid, clean, own, seed + i) for i in range(count)]
    ids = own.ids.tolist()
    rows = unrelated(model, ids, count, texts, seed)
    return [_other(model, grid, row, ids) for row in rows]


def control_words(control: str, count: int) -> str:
    """A control in words.

    >>> control_words("unrelated", 2)
    'control: the same place of 2 unrelated texts'
    """
    s = "s" if count > 1 else ""
    if control == "random":
        return f"control: a push as long in {count} random direction{s}"
    return f"control: the same place of {count} unrelated text{s}"


def unrelated(
    model: Any, ids: Sequence[int], count: int, texts: Sequence[Any] | None = None, seed: int = 0
) -> list[list[int]]:
    """Other texts of the same length as ids, beginning as these do (with a first token or not).

    Generated stories if no texts are given. Raises ValueError for texts too few or too short.
    """
    bos = getattr(model.tokenizer, "bos_token_id", None)
    first = None if bos is None else ids[0] == bos
    if texts is not None:
        rows = [prompt_ids(model, text, prepend_bos=first) for text in texts]
        if len(rows) < count or min(map(len, rows)) < len(ids):
            raise ValueError(
                f"unrelated: {count} texts of at least {len(ids)} pieces are needed; these have "
                f"{', '.join(str(len(row)) for row in rows)} pieces"
            )
        return [row[: len(ids)] for row in rows[:count]]
    return [_stretch(model, ids, bos, seed + i) for i in range(count)]


def _stretch(model: Any, ids: Sequence[int], bos: int | None, seed: int) -> list[int]:
    """As many pieces out of the middle of generated stories: their beginnings are much alike."""
    first = [bos] if bos is not None and ids[0] == bos else []
    draw = np.random.default_rng(seed)
    skipped = int(draw.integers(MIDDLE, 2 * MIDDLE))
    row: list[int] = []
    for story in stories(seed=seed):
        row += model.tokenizer(story.text + " ", add_special_tokens=False)["input_ids"]
        if len(row) >= skipped + len(ids):
            break
    return [*first, *row[skipped : skipped + len(ids) - len(first)]]


def _other(model: Any, grid: Grid, row: list[int], ids: list[int]) -> Source:
    found = trace(model, row, keep=list(grid.hooks))
    same = np.array(row) == np.array(ids)
    begin = len(row) if same.all() else int(np.argmin(same))
    return Source(found.activations, begin)


def _pushed(grid: Grid, clean: Source, own: Trace, seed: int) -> Source:
    draw = np.random.default_rng(seed)
    values = {}
    for hook in grid.hooks:
        before = own[hook]
        direction = draw.normal(size=before.shape)
        direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
        length = np.linalg.norm(clean.values[hook] - before, axis=-1, keepdims=True)
        values[hook] = (before + length * direction).astype(np.float32)
    return Source(values, clean.begin)
