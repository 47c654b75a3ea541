"""What a notebook of the course must be like, and the small parameters that tests run it with."""

from __future__ import annotations

import ast
import re
from itertools import groupby
from pathlib import Path

import nbformat

MOST_BYTES = 5_000_000
MOST_LINES = 12
MOST_DEF = 8
CHANGES = {
    "ablated", "cut_effects", "edited", "freeze", "patch", "patched", "resample", "steer",
    "steered", "swap", "sweep", "zero",
}  # fmt: skip
"""What a notebook calls to change a model."""
CONTROL = re.compile(r"control|random|chance|shuffle|alike|comparison|untrained", re.IGNORECASE)
"""One of these words stands in a section that names what an effect is held against."""
SMALL = {
    "00_start": {"sentence": "The cat sat on the", "controls": 2},
    "02_grow": {"steps": 12, "shallow_steps": 6, "story_steps": 6, "batch": 8},
    "03_life": {"texts": 16, "steps": 30},
    "04_grokking": {"p": 11, "steps": 20},
    "07_attention": {"length": 8, "stories": 2, "cuts": 2, "controls": 2},
    "08_lens": {
        "fit_steps": 2,
        "texts": 2,
        "items": 1,
        "controls": 2,
        "read": 4000,
        "told": 1200,
    },
    "06_embeddings": {
        "questions": 8,
        "looked_at": 100,
        "texts": 3,
        "shuffles": 10,
        "place_steps": 5,
        "runs": 1,
    },
    "05_tokens": {"stories": 40, "pieces": 300, "asked": 3},
    "11_break_it": {
        "controls": 2,
        "looked": 10,
        "asked_prompts": 1,
        "cuts": 1,
        "frames": 1,
        "jobs": 2,
        "every": 30,
    },
    "09_sampling": {
        "texts": 2,
        "length": 8,
        "judged": 1,
        "judge": "formicarium/stories",
        "pieces": 8,
        "long": 20,
        "beginnings": 2,
    },
    "10_probes": {
        "texts": 40,
        "most": 300,
        "that_texts": 150,
        "penalties": [100],
        "prompts": 1,
        "randoms": 2,
        "facts": 20,
    },
    "13_superposition_and_features": {
        "steps": 40,
        "restarts": 1,
        "grid": 4,
        "read": 800,
        "judge": 200,
        "words": 800,
        "least": 2,
        "places": 4,
        "draws": 2,
        "learn": 600,
    },
    "12_circuits": {"number": 3, "steps": 2, "randoms": 2, "controls": 3, "sizes": [10, 30]},
}


def complaints(path: Path) -> list[str]:
    """What the house rules have against the notebook at `path`, one line each."""
    book = nbformat.read(path, as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    found = [f"is {path.stat().st_size:,} bytes"] if path.stat().st_size >= MOST_BYTES else []
    if "widgets" in book.metadata:
        found.append("stores widget state (metadata.widgets)")
    if 2 * len(code) > len(book.cells):
        found.append(f"{len(code)} of {len(book.cells)} cells are code: less than half is prose")
    if (count := sum("parameters" in cell.metadata.get("tags", []) for cell in code)) != 1:
        found.append(f"has {count} cells tagged parameters, not one")
    for i, cell in enumerate(book.cells):
        if cell.cell_type == "code":
            found += [f"cell {i} {fault}" for fault in cell_faults(cell)]
    return found + [f"{name!r} changes a model without a control" for name in uncontrolled(book)]


def uncontrolled(book: nbformat.NotebookNode) -> list[str]:
    """The sections of a notebook that change a model, and name nothing that it is held against."""
    section, sections = 0, []
    for cell in book.cells:
        section += cell.cell_type == "markdown" and bool(re.search("^## ", cell.source, re.M))
        sections.append((section, cell))
    found = []
    for _, group in groupby(sections, key=lambda pair: pair[0]):
        cells = [cell for _, cell in group]
        if any(map(changes, cells)) and not any(CONTROL.search(cell.source) for cell in cells):
            found.append(cells[0].source.splitlines()[0])
    return found


def changes(cell: nbformat.NotebookNode) -> bool:
    """Whether a cell changes a model."""
    if cell.cell_type != "code":
        return False
    calls = (node.func for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call))
    return any(CHANGES & {getattr(call, "id", ""), getattr(call, "attr", "")} for call in calls)


def cell_faults(cell: nbformat.NotebookNode) -> list[str]:
    """What is wrong with one code cell."""
    found = []
    if cell.outputs:
        found.append("stores outputs")
    if cell.execution_count is not None:
        found.append("stores an execution count")
    if (lines := len(cell.source.splitlines())) > MOST_LINES:
        found.append(f"has {lines} lines")
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, functions) and node.end_lineno - node.lineno >= MOST_DEF:
            found.append(f"defines {node.name} in more than {MOST_DEF} lines")
    return found
