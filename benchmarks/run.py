"""Every benchmark in one run: results/*.json, the tables and the plot of README.md.

make bench                    # about a quarter of an hour
make bench ARGS="trace map"   # some of them, by the names in NAMES
NANOGPT=/a/checkout make bench ARGS="training"      # its peer is brought by whoever measures
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks import attention  # noqa: E402

NAMES = (
    "attention", "pictures", "prompt", "cut", "board", "map", "sampler", "lens", "probes",
    "patching", "trace", "training",
)  # fmt: skip


def main(names: list[str]) -> None:
    """Measure what is named (everything by default) and write it down."""
    if unknown := set(names) - set(NAMES):
        sys.exit(f"no benchmark {', '.join(unknown)}: there are {', '.join(NAMES)}")
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    # Without its peer the one comparison is left out, and its table stays as it was.
    usual = [name for name in NAMES if name != "training" or "NANOGPT" in os.environ]
    for name in names or usual:
        found = {"machine": machine(), **measured(name)}
        (results / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        fill(name, text_of(name, found))
    if "attention" in (names or NAMES):
        plot(json.loads((results / "attention.json").read_text())["rows"])


def measured(name: str) -> dict[str, Any]:
    """The rows of one benchmark, and what belongs to them."""
    rows = import_module(f"benchmarks.{name}").measure()  # some load torch, which others do without
    return {"rows": rows} | ({"javascript": attention.javascript()} if name == "attention" else {})


def machine() -> str:
    """The machine in a few words: processor, cores in use, Python."""
    try:
        model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        model = None
    name = model[1] if model else platform.processor() or platform.machine()
    return (
        f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    )


def text_of(name: str, found: dict[str, Any]) -> str:
    """The result as the README shows it."""
    if name == "attention":
        sizes = ", ".join(
            f"{what} {size / 1000:.0f} kB" for what, size in found["javascript"].items()
        )
        body = attention.table(found["rows"]) + f"\n\nJavaScript: {sizes}."
    else:
        body = rows_table(found["rows"])
    return f"{body}\n\nMeasured on {found['machine']}."


def rows_table(rows: list[dict[str, Any]]) -> str:
    """Rows of equal keys as a Markdown table."""
    head = list(rows[0])
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(row[key]) for key in head) + " |" for row in rows]
    return "\n".join(lines)


def fill(name: str, text: str) -> None:
    """Put a result between its two marks in README.md."""
    path = HERE / "README.md"
    marks = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, _, rest = path.read_text(encoding="utf-8").partition(marks[0])
    after = rest.partition(marks[1])[2]
    path.write_text(f"{before}{marks[0]}\n{text}\n{marks[1]}{after}", encoding="utf-8")


def plot(rows: list[dict[str, Any]]) -> None:
    """Main-thread CPU by length for 12 heads, as attention.png: drawn by plotly in our browser."""
    import plotly.graph_objects as go
    from playwright.sync_api import sync_playwright

    colours = dict(zip(attention.TOOLS, ("#0072B2", "#D55E00", "#E69F00", "#009E73"), strict=True))
    figure = go.Figure()
    for tool, colour in colours.items():
        own = [r for r in rows if (r["tool"], r["heads"]) == (tool, 12) and "cpu_s" in r]
        where = {"x": [r["tokens"] for r in own], "y": [r["cpu_s"] for r in own]}
        figure.add_scatter(**where, name=tool, mode="lines+markers", line_color=colour)
    figure.update_xaxes(title="tokens", type="log", tickvals=[64, 128, 256, 1024])
    figure.update_yaxes(title="main-thread CPU to first draw, seconds", type="log", dtick=1)
    figure.update_layout(
        title="12 heads; where a line ends, the next length would have sent over 100 MB",
        template="plotly_white",
        width=920, height=420, margin={"t": 50, "b": 50}, legend={"x": 1.02, "y": 1},
    )  # fmt: skip
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=attention.find_browser(), args=[*attention.FLAGS]
        )
        page = browser.new_page(viewport={"width": 940, "height": 440})
        page.set_content(figure.to_html(include_plotlyjs=True))
        page.wait_for_selector(".legend .traces")
        page.screenshot(path=HERE / "attention.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
