"""The same sweep on SmolLM2, by lab.interventions.sweep and by transformer_lens.patching.

Two prompts of 14 pieces that differ in one name, patched one place after another, on one thread:
the stream before each layer at each position, and each head's output at all positions. Seconds of
CPU with everything that belongs to it (the runs patched from; the control patches beside each
effect, which TransformerLens has none of). Work: positions that pass through a layer, in whole
runs of the prompt. The difference is the largest between the two tools' logit differences.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from transformer_lens import patching

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import lab  # noqa: E402
from lab import interventions as iv  # noqa: E402
from lab.interventions.starting import prepared  # noqa: E402

CLEAN = "When Mary and John went to the store, John gave a drink to"
CORRUPTED = "When Mary and John went to the store, Mary gave a drink to"
ANSWERS = " Mary", " John"
SWEEPS = {
    "stream, 30 layers × 14 positions": ("resid_pre", "position", patching.get_act_patch_resid_pre),
    "heads, 30 layers × 9": ("z", "head", patching.get_act_patch_attn_head_out_all_pos),
}


def measure(rounds: int = 3) -> list[dict[str, Any]]:
    """A row for each sweep and way: seconds, whole runs, and how far the results lie apart."""
    torch.set_num_threads(1)
    model = lab.load("smollm2-135m")
    rows = []
    for name, (site, by, theirs) in SWEEPS.items():
        wanted, seconds, runs = _theirs(model, theirs)  # once: it takes minutes
        rows.append(
            _row(name, "transformer_lens.patching, no control", seconds, runs, 0.0, seconds)
        )
        for way, controls in (("patches alone", 0), ("with 1 control", 1), ("with 2 controls", 2)):
            each = [_ours(model, site, by, controls) for _ in range(rounds)]
            cost = median(one[1] for one in each)
            apart = float(np.abs(each[0][0] - wanted).max())
            rows.append(_row(name, f"lab.interventions, {way}", cost, each[0][2], apart, seconds))
    return rows


def _row(
    name: str, tool: str, seconds: float, runs: float, apart: float, theirs: float
) -> dict[str, Any]:
    return {
        "sweep": name,
        "tool": tool,
        "seconds of CPU": round(seconds, 1),
        "times quicker": round(theirs / seconds, 1),
        "whole runs": round(runs),
        "largest difference": float(f"{apart:.1g}"),
    }


def _theirs(model: Any, sweep: Callable[..., Any]) -> tuple[np.ndarray, float, float]:
    tokens = [
        model.tokenizer(text, return_tensors="pt")["input_ids"] for text in (CLEAN, CORRUPTED)
    ]
    first, second = (model.tokenizer(text)["input_ids"][0] for text in ANSWERS)
    start = time.process_time()
    with torch.inference_mode():
        _, cache = model.run_with_cache(tokens[0])
        read = lambda logits: logits[0, -1, first] - logits[0, -1, second]  # noqa: E731
        values = sweep(model, tokens[1], cache, read).numpy()
    return values, time.process_time() - start, values.size + 1


def _ours(model: Any, site: str, by: str, controls: int) -> tuple[np.ndarray, float, float]:
    """Without controls only here: `sweep` itself refuses."""
    start = time.process_time()
    metric = iv.logit_difference(*ANSWERS)
    made = prepared(model, CLEAN, CORRUPTED, metric, site, by, controls=max(1, controls))
    groups = made.groups if controls else _without(made.groups)
    with _Passing(model) as passing:
        for group in groups:
            made.measure(group)
    values = made.found().values
    return values, time.process_time() - start, 3 + controls + passing.whole


def _without(groups: Any) -> list[Any]:
    cells = [
        (place, [row for row in rows if not row.source])
        for group in groups
        for place, rows in group
    ]
    size = max(map(len, groups))
    return [cells[i : i + size] for i in range(0, len(cells), size)]


class _Passing:
    """Counts the positions that pass through the layers, in runs of the whole prompt."""

    def __init__(self, model: Any) -> None:
        self.model, self.seen = model, 0

    def __enter__(self) -> _Passing:
        def count(activation: Any, hook: Any) -> None:  # noqa: ARG001
            self.seen += activation.shape[0] * activation.shape[1]

        names = [f"blocks.{layer}.mlp.hook_in" for layer in range(self.model.cfg.n_layers)]
        self.standing = self.model.hooks(fwd_hooks=[(name, count) for name in names])
        self.standing.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.standing.__exit__(*error)

    @property
    def whole(self) -> float:
        return (
            self.seen / self.model.cfg.n_layers / len(self.model.tokenizer(CORRUPTED)["input_ids"])
        )


if __name__ == "__main__":
    for row in measure():
        print(row)
