"""The state of a life's view: every part checked, packed, and said in one line."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from widgets.glass.arrays import as_array
from widgets.glass.text import clean, number
from widgets.life import parts

NAMES = ("steps", "tokens", "name", "pieces", "special", "curves", "heads", "patterns",
         "lens_layers", "lens_pieces", "lens_best", "lens_probs", "targets", "target_probs",
         "target_ranks", "words", "groups", "word_map", "map_share", "samples", "scores",
         "chance")  # fmt: skip
FOUND = 0.3
"""The score from which on a head counts as an induction head."""


def state(life: Any, named: Mapping[str, Any]) -> dict[str, Any]:
    """The synced traits of a view of this life; raises ValueError where parts do not fit.

    What is given by name stands before what the life itself has.
    """
    given = {
        name: getattr(life, name, None) if named.get(name) is None else named[name]
        for name in NAMES
    }
    steps = _steps(given["steps"], life)
    pieces = parts.texts("pieces", given["pieces"])
    moments, pos = len(steps), len(pieces)
    special = [bool(flag) for flag in parts.listed(given["special"])]
    parts.refuse_other_count("special", len(special) or pos, "pieces", pos)
    made: dict[str, Any] = {"steps": steps, "pieces": pieces, "special": special}
    made["name"] = clean(str(given["name"] or ""))
    data = parts.tokens(given, moments)
    for traits, arrays in (
        parts.curves(given, steps),
        parts.attention(given, moments, pos),
        parts.lens(given, moments, pos),
        parts.words(given, moments),
        parts.samples(given, moments),
    ):
        made, data = made | traits, data | arrays
    made |= {"_data": data, "start": _start(given, made)}
    return made | {"summary": _summary(made, given["curves"] or {})}


def weight(state: Mapping[str, Any]) -> int:
    """Bytes of a state that travel: the arrays, and the texts."""
    texts = [text for one in state["samples"] for text in one]
    texts += [*state["pieces"], *state["lens_pieces"], *state["words"]]
    arrays = sum(len(array) for array in state["_data"].values())
    return arrays + sum(len(text.encode()) for text in texts)


def _steps(given: Any, life: Any) -> list[int]:
    if given is None:
        kind = "" if life is None else f", not a {type(life).__name__}"
        raise ValueError(f"Life: give a life (anything with steps){kind}, or steps=[…]")
    steps = [int(step) for step in parts.listed(given)]
    if not steps or any(before >= after for before, after in pairwise(steps)):
        raise ValueError(f"steps: at least one, rising from moment to moment, not {steps[:9]}")
    return steps


def _start(given: Mapping[str, Any], made: Mapping[str, Any]) -> list[int]:
    """The kept head that is an induction head at the end, else the one that changed most."""
    last = max(0, len(made["pieces"]) - 1)
    if not made["heads"]:
        return [0, last]
    if "induction" in (given["scores"] or {}):
        score = np.nan_to_num(as_array(given["scores"]["induction"])[-1])
        kept = [float(score[layer, head]) for layer, head in made["heads"]]
        if max(kept) >= FOUND:
            return [int(np.argmax(kept)), last]
    patterns = as_array(given["patterns"])
    patterns = patterns.reshape(len(patterns), -1, *patterns.shape[-2:])
    change = np.abs(patterns[-1].astype(np.float32) - patterns[0]).sum(axis=(1, 2))
    return [int(change.argmax()), last]


def _summary(made: Mapping[str, Any], curves: Mapping[str, Any]) -> str:
    steps = made["steps"]
    count = f"{len(steps):,} moment{'s' * (len(steps) != 1)}"
    reach = f"{count} from step {steps[0]:,} to {steps[-1]:,}"
    said = [f"Life of {made['name'] or 'a model'}: {reach}"]
    if "loss" in curves and len(curves["loss"][1]):
        values = np.asarray(curves["loss"][1], dtype=float)
        said.append(f"loss {number(float(values[0]))} → {number(float(values[-1]))}")
    for mark in made["marks"]:
        said.append(f"{mark['name']} changed fastest around step {steps[mark['moment']]:,}")
    return "; ".join(said)
