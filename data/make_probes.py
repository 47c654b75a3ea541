"""Makes `probes/`: run `python data/make_probes.py`, about a minute of one core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def number(model: Any, texts: int = 150, most: int = 3_000) -> Any:
    """Is a word of a story singular or plural? Read off every layer of the default model."""
    import lab

    data = lab.probes.words(lab.corpora.stories(seed=5), "number", texts=texts)
    return lab.probe(model, data, most=most)


def cities(model: Any) -> Any:
    """Is a statement about a city true? Read off every second layer, at its last piece."""
    import lab

    said = lab.corpora.statements("cities")
    data = lab.probes.table(said, label="true", group="subject", kind="answer", name="cities")
    layers = [-1, *range(0, model.cfg.n_layers, 2), model.cfg.n_layers - 1]
    return lab.probe(model, data, layers=layers)


if __name__ == "__main__":
    import lab

    (HERE / "probes").mkdir(exist_ok=True)
    number(lab.load("formicarium/stories")).save(HERE / "probes" / "number.safetensors")
    cities(lab.load("smollm2-135m")).save(HERE / "probes" / "cities.safetensors")
