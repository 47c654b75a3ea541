"""A whole notebook as one page: its prose, its code, and its views alive, without a kernel.

The notebook is run once, here; the page then needs neither kernel, nor server, nor network. Text
is written as text: no markup from a cell or an output gets into the page but what markdown makes.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

from widgets.glass import export
from widgets.glass.text import clean

WIDGET = "application/vnd.jupyter.widget-view+json"
STATES = "application/vnd.jupyter.widget-state+json"
FIGURE = "application/vnd.plotly.v1+json"
DRAWN = """for (const box of document.querySelectorAll("[data-figure]")) {
  const figure = JSON.parse(box.dataset.figure);
  box.textContent = "";
  Plotly.newPlot(box, figure.data, figure.layout, { responsive: true, displayModeBar: false });
}"""
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def notebook_page(
    notebook: str | Path, path: str | Path, *, title: str = "", seconds: int = 1800
) -> Path:
    """Run a notebook and write it as one page that stays interactive without kernel or network.

    notebook: the .ipynb; it is run in its own folder, and left as it is. path: where the page goes,
    in a folder that exists. title: of the page, instead of the notebook's name. seconds: a cell
    may take so long. Returns the path.
    Raises FileNotFoundError for a missing notebook or folder, and what a cell raised (as
    nbclient's CellExecutionError); then nothing is written.

    >>> widgets.notebook_page("09_sampling.ipynb", "09.html")   # doctest: +SKIP
    PosixPath('09.html')
    """
    notebook, path = Path(notebook), Path(path)
    if not notebook.is_file():
        raise FileNotFoundError(f"notebook: there is no file {notebook.resolve()}")
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"{path}: there is no folder {path.parent.resolve()}; make it first"
        )
    return export.write(path, written(_run(notebook, seconds), title or notebook.stem))


def written(book: Any, title: str) -> str:
    """The page of a notebook that was run and holds its widgets' state."""
    parts = [part for cell in book.cells for part in _cell(cell)]
    found = book.metadata.get("widgets", {}).get(STATES, {}).get("state", {})
    models = {name: _model(model) for name, model in found.items()}
    figures = any("data-figure" in part for part in parts)
    return export.filled("\n".join(parts), models, title, scripts=_plotly() if figures else [])


def _run(notebook: Path, seconds: int) -> Any:
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.read(notebook, as_version=4)
    folder = {"metadata": {"path": str(notebook.resolve().parent)}}
    return NotebookClient(book, timeout=seconds, resources=folder).execute()


def _cell(cell: Any) -> list[str]:
    if cell.cell_type == "markdown":
        return [f'<div class="booklet-prose">{_prose(cell.source)}</div>']
    if cell.cell_type != "code" or not cell.source.strip():
        return []
    code = f'<pre class="booklet-code" tabindex="0"><code>{_text(cell.source)}</code></pre>'
    return [code, *(_output(output) for output in cell.outputs)]


def _prose(source: str) -> str:
    import mistune

    return str(mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])(source))


def _output(output: Any) -> str:
    if output.output_type == "stream":
        return _said(output.text)
    data = output.get("data", {})
    if WIDGET in data:
        return f'<div data-view="{escape(data[WIDGET]["model_id"])}"></div>'
    if FIGURE in data:
        figure = escape(export.safe_json(data[FIGURE]))
        words = _said(data.get("text/plain", "a chart"))
        return f'<div class="booklet-figure" data-figure="{figure}">{words}</div>'
    return _said(data.get("text/plain", ""))


def _said(text: str) -> str:
    return f'<pre class="booklet-said" tabindex="0">{_text(_ANSI.sub("", text))}</pre>'


def _text(text: str) -> str:
    return escape(clean(text))


def _model(model: dict) -> dict:
    """A widget's stored state as `host.js` reads it; a container is known by its children."""
    buffers = model.get("buffers", [])
    state = {name: value for name, value in model["state"].items() if export.travels(name)}
    return {
        "kind": model["model_name"],
        "state": state,
        "paths": [each["path"] for each in buffers],
        "buffers": [each["data"] for each in buffers],
    }


def _plotly() -> list[str]:
    from plotly.offline import get_plotlyjs

    return [get_plotlyjs(), DRAWN]
