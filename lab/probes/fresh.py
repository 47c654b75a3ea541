"""The same architecture before it learnt anything: what probes read there is their own doing."""

from __future__ import annotations

from typing import Any

from lab.bridges.placing import placement
from lab.bridges.quietly import quiet
from lab.bridges.wrapping import wrapped


def untrained(model: Any, seed: int = 0) -> Any:
    """A model of the same config, tokenizer and device, with fresh random weights.

    torch's own random state is left alone.

    >>> untrained(lab.load("formicarium/stories")).cfg.n_layers            # doctest: +SKIP
    6
    """
    import torch
    from transformers import AutoModelForCausalLM

    bare = model.original_model
    placed = placement(str(bare.device))
    with quiet(), torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        plain = AutoModelForCausalLM.from_config(
            bare.config, attn_implementation="eager", dtype=torch.float32, trust_remote_code=False
        )
        plain = plain.to(placed.device).eval()
        return wrapped(plain, model.tokenizer, f"untrained {model.cfg.model_name}", placed)
