"""What a sweep starts from: everything checked, both prompts run as they are, the patches ready."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lab.interventions.alignment import Alignment, aligned
from lab.interventions.cells import Grid, grid
from lab.interventions.metrics import Metric, Read, as_metric, measured
from lab.interventions.passes import Passes
from lab.interventions.preparing import Prepared
from lab.interventions.sources import clean_source, control_sources, control_words
from lab.traces import Trace
from lab.traces.run import trace

ELEMENTS = 2**26  # numbers that one pass may hold at once: 256 MiB
MOST_ROWS = 128


def prepared(
    model: Any,
    clean: Any,
    corrupted: Any,
    metric: Any,
    site: str,
    by: str,
    *,
    layers: Sequence[int] | None = None,
    position: int | None = -1,
    controls: int = 2,
    control: str = "unrelated",
    unrelated: Sequence[Any] | None = None,
    seed: int = 0,
    rows: int | None = None,
    prepend_bos: bool | None = None,
) -> Prepared:
    """Check everything, run the prompts as they are, and lay the patches ready."""
    metric = as_metric(metric)
    layout = grid(model, site, by, layers)
    pairs = aligned(model, clean, corrupted, prepend_bos=prepend_bos)
    at, there = _read_at(position, pairs)
    ways = [trace(model, ids.tolist(), keep=layout.hooks) for ids in (pairs.clean, pairs.corrupted)]
    own = ways[1]
    sources = [clean_source(layout, ways[0], own, pairs)]
    sources += control_sources(model, layout, control, controls, sources[0], own, unrelated, seed)
    passes = Passes(model, pairs.corrupted.tolist(), at)
    read = metric.prepared(model, _logits(ways[0], -1 if there is None else there)[0].double())
    ends = [_end(metric, read, way, place) for way, place in zip(ways, (there, at), strict=True)]
    record = _record(layout, pairs, ways, metric, ends, -1 if at is None else at)
    record["control"] = control_words(control, controls)
    most = _rows_at_once(model, len(pairs.corrupted), at) if rows is None else rows
    if most < 1:
        raise ValueError(f"rows={rows}: at least 1 patched run in a pass")
    fixed = {"record": record, "read": (metric, read), "rows": most}
    return Prepared(passes, layout, pairs, sources, fixed)


def _read_at(position: int | None, pairs: Alignment) -> tuple[int | None, int | None]:
    """Where the metric reads, in the corrupted prompt and in the clean one."""
    if position is None:
        return None, None
    count = len(pairs.corrupted)
    if not -count <= position < count:
        raise ValueError(f"position={position}: the corrupted prompt has {count} pieces")
    at = position % count
    there = len(pairs.clean) - 1 if at == count - 1 else int(pairs.partner[at])
    if there < 0:
        raise ValueError(f"position={position}: that piece has no partner in the clean prompt")
    return at, there


def _logits(found: Trace, at: int | None) -> Tensor:
    assert found.logits is not None
    return torch.from_numpy(found.logits[None] if at is None else found.logits[at][None])


def _end(metric: Metric, read: Read, found: Trace, at: int | None) -> float:
    return float(measured(metric, read, _logits(found, at))[0])


def _record(
    layout: Grid, pairs: Alignment, ways: Any, metric: Metric, ends: list[float], at: int
) -> dict[str, Any]:
    return {
        "site": layout.site,
        "axes": layout.axes,
        "layers": np.array(layout.layers),
        "metric": metric.name,
        "unit": metric.unit,
        "clean": ends[0],
        "corrupted": ends[1],
        "position": at,
        "clean_ids": pairs.clean,
        "corrupted_ids": pairs.corrupted,
        "clean_pieces": pairs.clean_pieces,
        "corrupted_pieces": pairs.corrupted_pieces,
        "clean_text": ways[0].text,
        "corrupted_text": ways[1].text,
        "partner": pairs.partner,
        "model_name": ways[0].model_name,
    }


def _rows_at_once(model: Any, length: int, position: int | None) -> int:
    """How many patched runs a pass may hold, by the largest things it makes of each."""
    cfg = model.cfg
    wide = length * (4 * (cfg.d_mlp or cfg.d_model) + 2 * cfg.n_heads * length)
    logits = 3 * cfg.d_vocab * (length if position is None else 1)  # also as float64
    return max(1, min(MOST_ROWS, ELEMENTS // (wide + logits)))
