"""The logit lens: what each layer would say if the model stopped there (nostalgebraist 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from lab.hooks import lock_of


@dataclass(frozen=True)
class Lens:
    """Best guesses of each row (the embedding, then every layer) at each position."""

    best: Int[np.ndarray, "row pos"]
    probs: Float[np.ndarray, "row pos"]
    target_probs: Float[np.ndarray, "row pos"]
    target_ranks: Int[np.ndarray, "row pos"]


def lens(model: Any, stream: Sequence[Float[np.ndarray, "pos d_model"]], targets: Any) -> Lens:
    """Each state of the residual stream through the model's own last norm and unembedding.

    targets: [pos], ids whose probability and rank are followed; -1 for none.
    The last row *is* the model's output.
    """
    rows = [_row(model, state, np.asarray(targets)) for state in stream]
    return Lens(*(np.stack(parts) for parts in zip(*rows, strict=True)))


def _row(model: Any, state: Any, targets: np.ndarray) -> tuple[np.ndarray, ...]:
    import torch

    with lock_of(model), torch.inference_mode():
        hidden = torch.as_tensor(state, device=model.cfg.device)[None]
        logits = model.unembed(model.ln_final(hidden))[0].float()
        best = logits.argmax(-1)
        probs = logits.softmax(-1)
        known = torch.as_tensor(targets, device=logits.device)[:, None]
        asked = known.clamp(min=0)
        ranks = 1 + (logits > logits.gather(1, asked)).sum(-1)
        none = known[:, 0] < 0
        chances = probs.gather(1, asked)[:, 0].masked_fill(none, torch.nan)
    top = probs.gather(1, best[:, None])[:, 0]
    arrays = (best, top, chances, ranks.masked_fill(none, 0))
    kinds = (np.int32, np.float32, np.float32, np.int32)
    return tuple(
        array.cpu().numpy().astype(kind) for array, kind in zip(arrays, kinds, strict=True)
    )
