"""Makes `circuits/`: run `python data/make_circuits.py` with the real model; four minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SIZES = (5, 10, 20, 30, 50, 100, 200, 500, 1000, 2000)


def made(model: Any) -> tuple[Any, Any]:
    """The graph of who gets something, and its circuits tried beside ten random ones each."""
    import lab

    graph = lab.circuits.edge_attribution(model, lab.circuits.two_names(model, 16), steps=5)
    return graph, lab.circuits.trial(model, graph, SIZES, random=10)


def studied(model: Any) -> Any:
    """Movers, inhibitors, suppressors and negative heads of a model, each cut beside others."""
    import lab

    pairs = lab.circuits.two_names(model, 16)
    return lab.circuits.indirect_objects(model, pairs, senders=20, draws=8)


if __name__ == "__main__":
    import lab

    graph, trial = made(lab.load("formicarium/stories"))
    graph.save(HERE / "circuits" / "two-names.safetensors")
    trial.save(HERE / "circuits" / "two-names-trial.safetensors")
    found = studied(lab.load("smollm2-135m"))
    found.save(HERE / "circuits" / "indirect-smollm2.safetensors")
