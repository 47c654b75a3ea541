"""Makes the default model and its life from the parts of its training.

    python data/make_stories.py runs/stories-1 runs/stories-2

The newest checkpoint ships in float16; the life goes through all parts as one.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from make_lives import DATA, last, ship

import lab
from lab.attention import strongest

PROMPT = "Tom and Lily went to the park. Tom gave a ball to Lily"
KINDS = ("indirect object", "he or she", "they", "agreement")
WORDS = {
    "girls": [" Lily", " Anna", " Sue", " Mia", " Sara"],
    "boys": [" Tom", " Tim", " Ben", " Max", " Sam"],
    "family": [" mom", " dad", " brother", " sister"],
    "animals": [" dog", " cat", " bird", " bear", " fish", " dogs", " cats", " birds"],
    "places": [" park", " house", " garden", " forest", " beach"],
    "feelings": [" happy", " sad", " scared", " angry", " excited"],
}


def joined(parts: list[Path], folder: Path) -> Path:
    """One folder with the checkpoints of all parts, each one's steps counted on from the last."""
    whole: dict[str, Any] = {}
    for part in parts:
        before, read = (whole["step"][-1], whole["tokens"][-1]) if whole else (0, 0)
        for moment in sorted(part.glob("step-*")):
            step = int(moment.name.removeprefix("step-")) + before
            if step > before or not whole:
                _linked(moment, folder / f"step-{step:06d}", before, read)
        whole = _gone_on(whole, json.loads((part / last(part) / "history.json").read_text()))
    newest = folder / last(folder) / "history.json"
    newest.unlink()
    newest.write_text(json.dumps(whole))
    return folder


def life(folder: Path) -> Any:
    """48 moments: every head on one sentence, lens, words, a story, and what the model can do."""
    tasks = {kind: lab.corpora.choices(kind, 60, seed=0) for kind in KINDS}
    metrics: dict[str, Callable[[Any], float | str]] = {
        kind: partial(_share, tasks[kind]) for kind in KINDS
    }
    metrics["induction"] = strongest("induction", length=24, texts=2)
    metrics["a story"] = partial(lab.continuation, prompt="Once upon a time", pieces=48)
    return lab.life(folder, PROMPT, words=WORDS, metrics=metrics, moments=48, name="stories")


def _share(choices: Any, model: Any) -> float:
    return lab.accuracy(model, choices, control=False).share


def _linked(moment: Path, place: Path, steps: int, tokens: int) -> None:
    place.mkdir(parents=True)
    for file in moment.iterdir():
        if file.name not in ("moment.json", "state.safetensors", "training.json"):
            (place / file.name).symlink_to(file.resolve())
    told = json.loads((moment / "moment.json").read_text())
    told |= {"step": told["step"] + steps, "tokens": told["tokens"] + tokens}
    (place / "moment.json").write_text(json.dumps(told))


def _gone_on(whole: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Two histories as one; the second begins with a step 0, which is the first one's last."""
    if not whole:
        return part
    for name in ("step", "tokens", "seconds"):
        part[name] = [value + whole[name][-1] for value in part[name]]
    return {name: [*whole[name], *part[name][1:]] for name in whole}


if __name__ == "__main__":
    parts = [Path(word) for word in sys.argv[1:]]
    ship(parts[-1], "stories")
    with tempfile.TemporaryDirectory() as place:
        grown = life(joined(parts, Path(place)))
    grown.save(DATA / "lives" / "stories.safetensors")
