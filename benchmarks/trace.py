"""`lab.trace` against a bare forward, transformers' own outputs, and a full cache.

CPU time on one thread, because wall time on a shared machine is noise; the runs are taken in
turn, so that a slow minute slows them all. Bytes are of what is kept, each storage counted once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch
from transformers import AutoModelForCausalLM

import lab
from lab.bridges.sources import folder_of

TEXT = "The ants carried the seed past the glass, and the child who kept them wrote it down. "


def measure(rounds: int = 7) -> list[dict[str, Any]]:
    """One row per model and way of running: CPU milliseconds, ratio to bare, megabytes kept."""
    torch.set_num_threads(1)
    rows = []
    for name, model, bare in _models():
        vocab = model.cfg.d_vocab
        ids = (model.tokenizer(TEXT * 8)["input_ids"])[:64]
        assert len(ids) == 64 and max(ids) < vocab
        times, sizes = _in_turn(_ways(model, bare, ids), rounds)
        base = times["bare forward (sdpa)"]
        rows += [
            {
                "model": name,
                "way": way,
                "cpu_ms": round(1000 * seconds, 2),
                "ratio": round(seconds / base, 2),
                "kept_mb": round(sizes[way] / 2**20, 2),
            }
            for way, seconds in times.items()
        ]
    return rows


def _models() -> list[tuple[str, Any, Any]]:
    import tempfile
    from pathlib import Path

    from lab.storage import save

    tiny = lab.build("gpt2", layers=4, heads=4, d_model=128, context=128)
    with tempfile.TemporaryDirectory() as folder:
        save(tiny, Path(folder) / "tiny")
        bare = AutoModelForCausalLM.from_pretrained(Path(folder) / "tiny")
    smol = AutoModelForCausalLM.from_pretrained(folder_of("smollm2-135m"))
    return [("tiny, 4 × 4 heads", tiny, bare), ("smollm2-135m", lab.load("smollm2-135m"), smol)]


def _ways(model: Any, bare: Any, ids: list[int]) -> dict[str, Callable[[], Any]]:
    batch = torch.tensor([ids])
    eager = _eager_twin(bare)
    patterns = dict.fromkeys(["pattern"])
    return {
        "bare forward (sdpa)": lambda: bare(batch).logits,
        "bare forward (eager)": lambda: eager(batch).logits,
        "transformers, output_attentions": lambda: eager(batch, output_attentions=True),
        "bridge forward, nothing kept": lambda: model(batch),
        "lab.trace, nothing kept": lambda: lab.trace(model, ids, keep=[]),
        "lab.trace, patterns": lambda: lab.trace(model, ids, keep=list(patterns)),
        "lab.trace, patterns and residuals": lambda: lab.trace(
            model, ids, keep=["pattern", "resid_post"]
        ),
        "run_with_cache, patterns": lambda: model.run_with_cache(
            batch, names_filter=lambda name: name.endswith("hook_pattern")
        ),
        "run_with_cache, everything": lambda: model.run_with_cache(batch),
    }


def _eager_twin(bare: Any) -> Any:
    twin = type(bare)(bare.config).eval()
    twin.load_state_dict(bare.state_dict())
    twin.set_attn_implementation("eager")
    return twin


def _in_turn(ways: dict[str, Callable[[], Any]], rounds: int) -> tuple[dict, dict]:
    times: dict[str, list[float]] = {way: [] for way in ways}
    sizes: dict[str, int] = {}
    with torch.inference_mode():
        for _ in range(rounds + 2):
            for way, run in ways.items():
                start = time.process_time()
                result = run()
                times[way].append(time.process_time() - start)
                sizes[way] = _bytes(result)
    return {way: median(values[2:]) for way, values in times.items()}, sizes


def _bytes(result: Any) -> int:
    """Bytes of the kept activations, without the logits; aliases share storage and count once."""
    if isinstance(result, lab.Trace):
        return sum(array.nbytes for array in result.activations.values())
    if isinstance(result, tuple):  # (logits, cache)
        kept = result[1].values()
    else:
        kept = getattr(result, "attentions", None) or ()
    storages = {tensor.untyped_storage().data_ptr(): tensor for tensor in kept}
    return sum(tensor.untyped_storage().nbytes() for tensor in storages.values())


if __name__ == "__main__":
    for row in measure():
        print(row)
