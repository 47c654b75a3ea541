"""Makes `probes/`: run `python data/make_probes.py`, some ten seconds of one core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def number(model: Any, texts: int = 150, most: int = 3_000) -> Any:
    """Is a word of a story singular or plural? Read off every layer of the default model."""
    import lab

    data = lab.probes.words(lab.corpora.stories(seed=5), "number", texts=texts)
    return lab.probe(model, data, most=most)


if __name__ == "__main__":
    import lab

    (HERE / "probes").mkdir(exist_ok=True)
    number(lab.load("formicarium/stories")).save(HERE / "probes" / "number.safetensors")
