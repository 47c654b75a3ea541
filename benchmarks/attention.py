"""Attention views: what they send, and how much of the browser's main thread the picture costs.

Ours, CircuitsVis (attention_heads, attention_patterns) and BertViz (head_view) draw the same
random causal patterns, each as a page on disk in the same headless Chromium without WebGL, in one
run. CPU is Chromium's own count of main-thread work (TaskDuration in thread time) from opening the
page until nothing has happened for half a second, less that of an empty page; wall time would be
noise on a shared machine. A page still at work after `LIMIT` seconds is stopped and reported.

BertViz loads its libraries from a CDN; here they come from npm once, before anything is measured.

    python benchmarks/attention.py --out benchmarks/results
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser import FLAGS, find_browser  # noqa: E402

LIMIT = 60
HEAVY = 100_000_000
TOKENS = (64, 128, 256, 1024)
SHAPES = ((1, 12), (12, 12))
NPM = {"require.js": "requirejs@2.3.6", "d3.min.js": "d3@5.7.0", "jquery.min.js": "jquery@2.2.4"}


def patterns(layers: int, heads: int, tokens: int) -> np.ndarray:
    """Random causal softmax patterns [layer, head, query, key]."""
    scores = np.random.default_rng(0).normal(size=(layers, heads, tokens, tokens)) * 2
    weights = np.exp(scores.astype(np.float32)) * np.tril(np.ones((tokens, tokens), np.float32))
    return weights / weights.sum(-1, keepdims=True)


def ours(weights: np.ndarray, pieces: list[str], _folder: Path) -> tuple[str, int]:
    """Our page, and what a notebook would be sent: all state but the module."""
    import widgets

    view = widgets.Attention(pieces=pieces, patterns=weights)
    binary = [view.thumbs, view.all_heads, view.all_stats]
    binary += [entry["picture"] for entry in view.opened.values()]
    text = json.dumps([view.pieces, view.layers, view.summary])
    return widgets.page([view]), sum(map(len, binary)) + len(text)


def circuitsvis(name: str) -> Callable:
    """CircuitsVis's page, its bundle from the installed package."""

    def page(weights: np.ndarray, pieces: list[str], _folder: Path) -> tuple[str, int]:
        from circuitsvis import attention

        flat = weights.reshape(-1, *weights.shape[-2:])
        html = getattr(attention, name)(tokens=pieces, attention=flat).local_src
        return f"<!doctype html><meta charset=utf-8><body>{html}", len(html)

    return page


def bertviz(weights: np.ndarray, pieces: list[str], folder: Path) -> tuple[str, int]:
    """BertViz's page, its three libraries from files beside it."""
    import torch
    from bertviz import head_view

    given = [torch.from_numpy(layer[None]) for layer in weights]
    html = head_view(given, pieces, html_action="return").data
    for address, name in (
        ("https://cdnjs.cloudflare.com/ajax/libs/require.js/2.3.6/require.min.js", "require.js"),
        ("https://cdnjs.cloudflare.com/ajax/libs/d3/5.7.0/d3.min", "d3.min"),
        ("https://cdnjs.cloudflare.com/ajax/libs/jquery/2.0.0/jquery.min", "jquery.min"),
    ):
        html = html.replace(address, (folder / name).as_uri())
    return f"<!doctype html><meta charset=utf-8><body>{html}", len(html)


# How each makes its page, and about how many bytes a weight takes in it.
TOOLS = {
    "ours": (ours, 0),
    "CircuitsVis attention_heads": (circuitsvis("attention_heads"), 14),
    "CircuitsVis attention_patterns": (circuitsvis("attention_patterns"), 14),
    "BertViz head_view": (bertviz, 21),
}


def libraries(folder: Path) -> bool:
    """Fetch BertViz's libraries with npm; False when there is none to be had."""
    if not shutil.which("npm"):
        return False
    for name, package in NPM.items():
        packed = subprocess.run(
            ["npm", "pack", "--silent", package], cwd=folder, capture_output=True, text=True
        )
        if packed.returncode:
            return False
        with tarfile.open(folder / packed.stdout.strip().splitlines()[-1]) as archive:
            found = next(m for m in archive.getmembers() if Path(m.name).name == name)
            data = archive.extractfile(found)
            assert data is not None
            (folder / name).write_bytes(data.read())
    return True


def watch(page: Path) -> dict[str, float]:
    """Open a page and wait until half a second passes without main-thread work."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=find_browser(), args=[*FLAGS, "--allow-file-access-from-files"]
        )
        tab = browser.new_context(viewport={"width": 1132, "height": 900}).new_page()
        metrics = tab.context.new_cdp_session(tab)
        metrics.send("Performance.enable", {"timeDomain": "threadTicks"})
        tab.goto(page.as_uri(), timeout=1000 * LIMIT)
        before, seen = -1.0, {}
        while seen.get("TaskDuration", 0) - before > 0.01:
            before = seen.get("TaskDuration", 0)
            time.sleep(0.5)
            answer = metrics.send("Performance.getMetrics")["metrics"]
            seen = {one["name"]: one["value"] for one in answer}
        drawn = tab.evaluate("document.querySelectorAll('canvas, svg, img').length")
        browser.close()
    return {"cpu": seen["TaskDuration"], "script": seen["ScriptDuration"], "drawn": drawn}


def measured(page: Path) -> dict[str, float] | None:
    """`watch` in a process of its own, stopped with its browser after LIMIT seconds."""
    command = [sys.executable, __file__, "--watch", str(page)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        out, _ = child.communicate(timeout=LIMIT + 5)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return None
    return json.loads(out) if child.returncode == 0 else None


def repeated(page: Path, times: int = 3) -> dict[str, float] | None:
    """Medians over a few runs; slow pages are run once."""
    runs = [measured(page)]
    while runs[-1] and runs[-1]["cpu"] < 5 and len(runs) < times:
        runs.append(measured(page))
    good = [run for run in runs if run]
    return {key: median(run[key] for run in good) for key in good[0]} if good else None


def measure(tokens: tuple[int, ...] = TOKENS) -> list[dict]:
    """A row for each shape, length and tool."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with_bertviz = libraries(folder)
        (folder / "page.html").write_text("<!doctype html><title>empty</title>", encoding="utf-8")
        empty = repeated(folder / "page.html") or {"cpu": 0.0, "script": 0.0}
        for layers, heads in SHAPES:
            for length in tokens:
                weights = patterns(layers, heads, length)
                pieces = [f" t{i}" for i in range(length)]
                for tool, (page, bytes_each) in TOOLS.items():
                    row = {"tool": tool, "heads": layers * heads, "tokens": length}
                    if tool.startswith("BertViz") and not with_bertviz:
                        row["note"] = "its libraries could not be had"
                    elif bytes_each * weights.size > HEAVY:
                        row["note"] = f"not tried: about {bytes_each * weights.size / 1e6:.0f} MB"
                    else:
                        row |= _row(page, weights, pieces, folder, empty)
                    rows.append(row)
                    print(row, file=sys.stderr, flush=True)
    return rows


def _row(page: Callable, weights: np.ndarray, pieces: list[str], folder: Path, empty: dict) -> dict:
    start = time.process_time()
    html, sent = page(weights, pieces, folder)
    made = time.process_time() - start
    (folder / "page.html").write_text(html, encoding="utf-8")
    row = {"sent_mb": round(sent / 1e6, 3), "python_s": round(made, 2)}
    run = repeated(folder / "page.html")
    if run is None:
        return {**row, "note": f"not in {LIMIT} s"}
    if not run["drawn"]:
        row["note"] = "drew nothing"
    cpu, script = (round(run[key] - empty[key], 2) for key in ("cpu", "script"))
    return {**row, "cpu_s": cpu, "script_s": script}


def javascript() -> dict[str, int]:
    """Bytes of our modules, as they are sent: the view's own, and what all views share."""
    from widgets.glass.assets import room

    rooms = {path.parent for path in (ROOT / "widgets").rglob("*.js")}
    sizes = {folder.name: len(room(folder).packed) for folder in rooms}
    everything = sum(sizes.values())
    return {"attention": sizes["attention"], "shared": sizes["glass"], "all views": everything}


def table(rows: list[dict]) -> str:
    """MB sent / main-thread CPU seconds, a line a tool, a column a length."""
    lengths = sorted({row["tokens"] for row in rows})
    lines = ["| heads | view | " + " | ".join(f"T={n}" for n in lengths) + " |"]
    lines.append("|" + "---|" * (len(lengths) + 2))
    for heads in sorted({row["heads"] for row in rows}):
        for tool in TOOLS:
            found = {r["tokens"]: r for r in rows if (r["tool"], r["heads"]) == (tool, heads)}
            cells = [_cell(found[n]) if n in found else "" for n in lengths]
            lines.append(f"| {heads} | {tool} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(row: dict) -> str:
    sent = f"{row['sent_mb']:.2f} MB" if "sent_mb" in row else ""
    cpu = f"{row['cpu_s']:.2f} s" if "cpu_s" in row else ""
    return " / ".join(part for part in (sent, cpu, row.get("note", "")) if part)


def main() -> None:
    """Measure and write, or watch one page for a measuring process."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--out", type=Path, help="folder for attention.json and attention.md")
    options.add_argument("--tokens", type=int, nargs="+", default=TOKENS)
    options.add_argument("--watch", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.watch:
        print(json.dumps(watch(given.watch)))
        return
    result = {"rows": measure(tuple(given.tokens)), "javascript": javascript()}
    text = table(result["rows"])
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
        (given.out / "attention.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
        (given.out / "attention.md").write_text(text + "\n", encoding="utf-8")
    print(text, json.dumps(result["javascript"]), sep="\n\n")


if __name__ == "__main__":
    main()
