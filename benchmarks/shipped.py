"""What a shipped model can do, measured on your own copy of the stories.

    python -m benchmarks.shipped --stories tinystories_valid.txt
    python -m benchmarks.shipped my-folder --stories tinystories_valid.txt --quick

Bits a character on the stories; the best induction head on random pieces said twice, chosen on
other sequences than it is scored on; right words against wrong ones in sentence shapes and with
names that training never used; and some of its own stories. Each beside its control.

The stories are not part of the project: any text with `<|endoftext|>` between documents will do,
and figures are comparable only on the same text.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import numpy as np  # noqa: E402

import lab  # noqa: E402
from benchmarks.run import fill, machine, rows_table  # noqa: E402
from lab import corpora  # noqa: E402
from lab.attention import chance_scores, head_scores, repeated_tokens, top_heads  # noqa: E402
from lab.evaluation import accuracy, bits_per_character  # noqa: E402
from lab.sampling import continuation  # noqa: E402
from lab.storage import file_tensors  # noqa: E402

KINDS = ("indirect object", "he or she", "they", "agreement")
PROMPTS = ("Once upon a time", "Tom and Lily were at the river.", "The dogs wanted to")
FULL = {"characters": None, "choices": 2000, "sequences": 16, "pieces": 220}
QUICK = {"characters": 60_000, "choices": 100, "sequences": 4, "pieces": 80}


def main(words: list[str] | None = None) -> int:
    """Measures one model; 0 when all went well, 1 with a sentence on stderr when not."""
    asked = _parser().parse_args(words)
    if not Path(asked.stories).is_file():
        print(f"--stories {asked.stories}: no such file", file=sys.stderr)
        return 1
    try:
        model = lab.load(asked.model)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    found = measure(model, asked.stories, QUICK if asked.quick else FULL, print)
    write(asked.model, found, Path(asked.out))
    return 0


def measure(
    model: Any, stories: str | Path, sizes: dict[str, Any] = FULL, say: Callable = print
) -> dict[str, Any]:
    """All figures of one model, told to `say` as they come."""
    start = time.process_time()
    rows: list[dict[str, Any]] = []

    def tell(row: dict[str, Any]) -> None:
        rows.append(row)
        say(" | ".join(str(value) for value in row.values()))

    tell(_reading(model, stories, sizes))
    tell(_induction(model, sizes["sequences"]))
    for kind in KINDS:
        tell(_choosing(model, kind, sizes["choices"]))
    written = {prompt: _story(model, prompt, sizes["pieces"]) for prompt in PROMPTS}
    for prompt, story in written.items():
        say(f"\n{prompt}‖{story}")
    spent = round(time.process_time() - start)
    return {**_what(model), "sizes": sizes, "cpu_s": spent, "rows": rows, "stories": written}


def write(name: str, found: dict[str, Any], out: Path) -> Path:
    """Puts the figures down as shipped-<name>.json; those of a shipped model in the README too."""
    out.mkdir(parents=True, exist_ok=True)
    stem = Path(name).resolve().name if Path(name).exists() else name.replace("/", "-")
    path = out / f"shipped-{stem.removeprefix('formicarium-')}.json"
    found = {"model": name, "machine": machine(), **found}
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if name == "formicarium/stories" and found["sizes"] == FULL and out == HERE / "results":
        fill("shipped", f"{rows_table(found['rows'])}\n\nMeasured on {found['machine']}.")
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.shipped",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", nargs="?", default="formicarium/stories", help="name or folder")
    parser.add_argument("--stories", required=True, help="the text to measure on")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--out", default=str(HERE / "results"), help="folder for the figures")
    return parser


def _row(what: str, value: str, interval: str, control: str, on: str) -> dict[str, Any]:
    return {"what": what, "value": value, "95 %": interval, "control": control, "on": on}


def _reading(model: Any, stories: str | Path, sizes: dict[str, Any]) -> dict[str, Any]:
    text = corpora.text(stories)
    found = bits_per_character(model, text, characters=sizes["characters"])
    # What the letters alone bring: each as often as it comes, whatever stands around it.
    letters = np.unique(list(Path(stories).read_text(encoding="utf-8")), return_counts=True)[1]
    alone = -(letters / letters.sum() * np.log2(letters / letters.sum())).sum()
    low, high = found.interval
    return _row(
        "bits a character",
        f"{float(found):.4f}",
        f"{low:.4f}–{high:.4f}",
        f"{alone:.2f} (letters by frequency)",
        f"{found.characters:,} characters of {found.documents:,} documents; "
        f"{found.nats_per_piece:.4f} nats a piece",
    )


def _induction(model: Any, sequences: int) -> dict[str, Any]:
    """The head that is best on half of the sequences, scored on the other half."""
    scores, chances, nats = [], [], []
    length = min(32, model.cfg.n_ctx // 2)
    for seed in range(sequences):
        trace = lab.trace(model, repeated_tokens(model, length, seed), keep=["pattern"])
        scores.append(head_scores(trace)["induction"])
        chances.append(chance_scores(trace)["induction"])
        nats.append([trace.surprisal[1:length].mean(), trace.surprisal[length + 1 :].mean()])
    half = sequences // 2
    layer, head, _ = top_heads(np.mean(scores[:half], axis=0), 1)[0]
    own = np.array([score[layer, head] for score in scores[half:]])
    error = 1.96 * own.std(ddof=1) / len(own) ** 0.5
    return _row(
        f"induction, L{layer}H{head}",
        f"{own.mean():.3f}",
        f"{own.mean() - error:.3f}–{own.mean() + error:.3f}",
        f"{np.mean(chances):.3f} (attention spread evenly)",
        f"{len(own)} sequences of {length} random pieces said twice; "
        "{:.1f} nats a piece, then {:.1f}".format(*np.mean(nats, axis=0)),
    )


def _choosing(model: Any, kind: str, count: int) -> dict[str, Any]:
    found = accuracy(model, corpora.choices(kind, count, seed=0, held_out=True), prepend_bos=True)
    low, high = found.interval
    control = f"{found.control:.1%} (prompts exchanged)"
    if kind == "they":  # it is always right there: does the model say it of one person too?
        control = f"{_they_of_one(model, count):.1%} (of one person)"
    on = f"{found.n} held-out choices"
    return _row(kind, f"{found.share:.1%}", f"{low:.1%}–{high:.1%}", control, on)


def _they_of_one(model: Any, count: int) -> float:
    alone = corpora.choices("he or she", count, seed=0, held_out=True)
    asked = [one._replace(right=" they", wrong=one.right) for one in alone]
    return accuracy(model, asked, prepend_bos=True, control=False).share


def _story(model: Any, prompt: str, pieces: int) -> str:
    return continuation(model, prompt, pieces=pieces, seed=0, prepend_bos=True)


def _what(model: Any) -> dict[str, Any]:
    cfg = model.cfg
    count = sum(tensor.numel() for tensor in file_tensors(model.original_model).values())
    shape = {"layers": cfg.n_layers, "heads": cfg.n_heads, "d_model": cfg.d_model}
    return {"parameters": count, **shape, "context": cfg.n_ctx, "pieces": cfg.d_vocab}


if __name__ == "__main__":
    sys.exit(main())
