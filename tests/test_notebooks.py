"""The course's notebooks: stored clean, short cells, and they run with small parameters."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.course import MOST_BYTES, SMALL, complaints
from tests.offline.child import offline

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAPERMILL = """
import json, sys, papermill
book, folder, parameters = sys.argv[1:]
papermill.execute_notebook(
    book, "out.ipynb", json.loads(parameters), cwd=folder, progress_bar=False
)
"""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_keeps_the_house_rules(path: Path) -> None:
    assert complaints(path) == []


@pytest.mark.smollm2
@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_with_small_parameters_and_no_network(path: Path, tmp_path: Path) -> None:
    small = json.dumps(SMALL.get(path.stem, {}))
    assert offline(tmp_path, PAPERMILL, str(path), str(path.parent), small) == []
    ran = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert (tmp_path / "out.ipynb").stat().st_size < MOST_BYTES
    sizes = [len(json.dumps(out)) for cell in ran.cells for out in cell.get("outputs", [])]
    assert max(sizes) <= 100_000, "an output is heavier than 100 kB"


def good() -> nbformat.NotebookNode:
    """A notebook that keeps every rule."""
    return new_notebook(
        cells=[
            new_markdown_cell("# Why?"),
            new_code_cell("steps = 3", metadata={"tags": ["parameters"]}),
        ]
    )


def written(book: nbformat.NotebookNode, folder: Path) -> Path:
    path = folder / "book.ipynb"
    nbformat.write(book, path)
    return path


def test_a_good_notebook_has_no_complaints(tmp_path: Path) -> None:
    assert complaints(written(good(), tmp_path)) == []


def spoil_state(book):
    book.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


def spoil_outputs(book):
    book.cells[1].outputs = [new_output("stream", text="3")]


def spoil_count(book):
    book.cells[1].execution_count = 7


def spoil_lines(book):
    book.cells[1].source = "\n".join(f"x{i} = {i}" for i in range(13))


def spoil_def(book):
    book.cells[1].source = "def long():\n" + "\n".join(f"    x = {i}" for i in range(8))


def spoil_prose(book):
    book.cells.append(new_code_cell("1"))


def spoil_parameters(book):
    book.cells[1].metadata.tags = []


def spoil_size(book):
    book.cells[0].source = "x" * 5_000_000


BAD = {
    "stores widget state": spoil_state,
    "cell 1 stores outputs": spoil_outputs,
    "cell 1 stores an execution count": spoil_count,
    "cell 1 has 13 lines": spoil_lines,
    "cell 1 defines long in more than 8 lines": spoil_def,
    "less than half is prose": spoil_prose,
    "has 0 cells tagged parameters": spoil_parameters,
    "bytes": spoil_size,
}


@pytest.mark.parametrize("words", BAD)
def test_a_bad_notebook_is_told_why(words: str, tmp_path: Path) -> None:
    book = good()
    BAD[words](book)
    (only,) = complaints(written(book, tmp_path))
    assert words in only


def test_a_change_to_a_model_stands_beside_a_control(tmp_path: Path) -> None:
    book = good()
    steered = new_code_cell("lab.edited(model, {('z', 1): lab.steer(way, 4.0)})")
    book.cells += [new_markdown_cell("## Push"), steered, new_markdown_cell("It moved.")]
    book.cells += [new_markdown_cell("## Else"), new_markdown_cell("Beside random directions.")]
    (found,) = complaints(written(book, tmp_path))
    assert found == "'## Push' changes a model without a control"
    book.cells[-3].source = "It moved; the control, a random direction, did not."
    assert complaints(written(book, tmp_path)) == []
