"""Makes `lenses/` and `readings/`: run `python data/make_lenses.py` with the real model at hand.

The tuned lens of the default model takes about five minutes of one core.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
READ = ("two-names",)


def fitted(model: Any) -> Any:
    """The default model's tuned lens, on generated stories; judged by others."""
    import lab

    corpus, held_out = lab.corpora.stories(seed=7), lab.corpora.stories(seed=1007)
    how = {"steps": 400, "batch": 4, "every": 20, "lr": 3e-3}
    return lab.lenses.fitted(model, corpus, held_out=held_out, **how)


def read(model: Any, name: str) -> Any:
    """What every layer of a model says of a shipped trace's text: the logit lens."""
    import lab
    from data.make_traces import TEXTS

    return lab.lens(model, TEXTS[name])


if __name__ == "__main__":
    import lab

    fitted(lab.load("formicarium/stories")).save(HERE / "lenses" / "stories.safetensors")
    smollm2 = lab.load("smollm2-135m")
    for name in READ:
        read(smollm2, name).save(HERE / "readings" / f"{name}.safetensors")
