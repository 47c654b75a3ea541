"""`lab.train` against nanoGPT: the same GPT-2, batch, precision and threads, step by step in turn.

nanoGPT is brought by whoever measures: NANOGPT=/a/checkout make bench ARGS=training. Its `model.py`
is imported from there; a step is that of its `train.py` (AdamW from `configure_optimizers`, clip
1.0, float32), with random crops of the same text. CPU time of the process, because wall time on a
shared machine is noise.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from transformers import GPT2Config, GPT2LMHeadModel

import lab

SIZES = {
    "4 layers, d_model 128": {"layers": 4, "d_model": 128, "context": 128},
    "6 layers, d_model 256": {"layers": 6, "d_model": 256, "context": 256},
}
HEADS, BATCH, LR, DECAY, BETAS = 4, 16, 1e-3, 0.1, (0.9, 0.95)
TEXT = "The ants carried the seed past the glass, and the child who kept them wrote it down. "


def measure(rounds: int = 20, compiled: tuple[bool, ...] = (False, True)) -> list[dict[str, Any]]:
    """One row per size and way: tokens a CPU second of both, and the ratio ours / nanoGPT."""
    torch.set_num_threads(1)
    nanogpt = _brought()
    rows = []
    for compile_it in compiled:
        for name, size in SIZES.items():
            ways = {"ours": _ours(size, compile_it), "nanogpt": _theirs(nanogpt, size, compile_it)}
            seconds, ratio = _in_turn(ways, rounds)
            tokens = BATCH * size["context"]
            rows.append(
                {
                    "model": f"{name}, context {size['context']}, batch {BATCH}",
                    "torch.compile": "both" if compile_it else "neither",
                    "ours tokens/s": round(tokens / seconds["ours"]),
                    "nanoGPT tokens/s": round(tokens / seconds["nanogpt"]),
                    "ratio": round(ratio, 2),
                }
            )
    return rows


def _ours(size: dict[str, int], compile_it: bool) -> Callable[[], Any]:
    config = GPT2Config(
        vocab_size=257, n_layer=size["layers"], n_head=HEADS, n_embd=size["d_model"],
        n_positions=size["context"], activation_function="gelu",  # nanoGPT's, not GPT-2's tanh
    )  # fmt: skip
    model = lab.load(GPT2LMHeadModel(config), tokenizer=lab.tokenizers.byte_tokenizer())
    steps = lab.train(
        model, _texts(), steps=10_000, batch=BATCH, lr=LR, decay=DECAY, betas=BETAS, every=10_000,
        compiled=compile_it, schedule="constant", warmup=0, precision="fp32",
    )  # fmt: skip
    next(steps)  # the look at the untrained model
    return lambda: next(steps)


def _theirs(nanogpt: Any, size: dict[str, int], compile_it: bool) -> Callable[[], Any]:
    config = nanogpt.GPTConfig(
        block_size=size["context"], vocab_size=257, n_layer=size["layers"], n_head=HEADS,
        n_embd=size["d_model"], dropout=0.0, bias=True,
    )  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        model = nanogpt.GPT(config).train()
        optimiser = model.configure_optimizers(DECAY, LR, BETAS, "cpu")
    loss_of = torch.compile(model) if compile_it else model
    crops = _crops(size["context"])

    def step() -> float:
        ids, targets = next(crops)
        for group in optimiser.param_groups:
            group["lr"] = LR
        _, loss = loss_of(ids, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        return loss.item()

    return step


def _crops(context: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    text = np.frombuffer("".join(_texts()).encode(), np.uint8)
    random = np.random.default_rng(0)
    while True:
        starts = random.integers(0, len(text) - context - 1, BATCH)
        rows = np.stack([text[s : s + context + 1] for s in starts]).astype(np.int64)
        yield torch.from_numpy(rows[:, :-1].copy()), torch.from_numpy(rows[:, 1:].copy())


def _texts() -> list[str]:
    return [TEXT * (5 + i % 7) for i in range(2000)]


def _in_turn(ways: dict[str, Callable[[], Any]], rounds: int) -> tuple[dict[str, float], float]:
    """Median seconds of each way, and the median of the rounds' ratios."""
    times: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(rounds + 3):  # three to warm up, torch.compile's compiling among them
        for way in list(ways)[:: 1 if turn % 2 else -1]:
            start = time.process_time()
            ways[way]()
            times[way].append(time.process_time() - start)
    kept = {way: values[3:] for way, values in times.items()}
    ratios = [theirs / ours for ours, theirs in zip(kept["ours"], kept["nanogpt"], strict=True)]
    return {way: median(values) for way, values in kept.items()}, median(ratios)


def _brought() -> Any:
    path = Path(os.environ.get("NANOGPT", "")) / "model.py"
    if not os.environ.get("NANOGPT") or not path.is_file():
        raise SystemExit("NANOGPT=/a/checkout/of/karpathy/nanoGPT is needed for this benchmark")
    spec = importlib.util.spec_from_file_location("nanogpt_model", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    for row in measure():
        print(row)
