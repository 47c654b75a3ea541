"""Makes the traces in `traces/`: run `python data/make_traces.py` with the real model at hand.

They are the first pictures of the notebooks, which thus wait for no model.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

TEXTS = {
    "two-names": "When Mary and John went to the store, John gave a drink to Mary.",
    "said-twice": "The ants carried a red seed home. The ants carried a red seed home.",
}


def made(model: Any, name: str) -> Any:
    """The trace as it ships: attention patterns of every layer, no logits."""
    import lab

    return lab.trace(model, TEXTS[name], keep=["pattern"]).only("pattern")


if __name__ == "__main__":
    import lab

    smollm2 = lab.load("smollm2-135m")
    for name in TEXTS:
        made(smollm2, name).save(
            Path(__file__).parent / "traces" / f"{name}.safetensors", half=True
        )
