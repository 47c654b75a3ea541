"""Makes `sweeps/`: run `python data/make_sweeps.py` with the real model at hand, about two minutes.

France's run into Italy's: where the capital comes from, beside the same places of other texts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CLEAN, CORRUPTED = "The capital of France is", "The capital of Italy is"
SWEPT = {"capitals": ("resid_pre", "position", 8), "capitals-heads": ("z", "head", 4)}


def swept(model: Any, name: str) -> Any:
    """One sweep of the pair of prompts: (site, by, controls) as `SWEPT` says."""
    import lab

    site, by, controls = SWEPT[name]
    metric = lab.interventions.logit_difference(" Paris", " Rome")
    return lab.interventions.sweep(model, CLEAN, CORRUPTED, metric, site, by, controls=controls)


if __name__ == "__main__":
    import lab

    smollm2 = lab.load("smollm2-135m")
    for name in SWEPT:
        swept(smollm2, name).save(HERE / "sweeps" / f"{name}.safetensors")
