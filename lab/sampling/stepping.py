"""One more piece through the model: on kept keys and values, or over the whole text anew."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor


def step(model: Any, new: list[int], state: Any) -> tuple[Float[Tensor, " vocab"], Any]:
    """What comes next after the new ids, and the keys and values so far (None before the first)."""
    logits, state = step_rows(model, [new], state)
    return logits[0], state


def afresh(model: Any, ids: list[int]) -> tuple[Float[Tensor, " vocab"], None]:
    """What comes next after all these ids, with nothing kept: every hook sees the whole text."""
    return afresh_rows(model, [ids])[0][0], None


def step_rows(
    model: Any, new: list[list[int]], state: Any
) -> tuple[Float[Tensor, "batch vocab"], Any]:
    """As `step`, for texts of one length, one row each."""
    ids = torch.tensor(new, device=model.cfg.device)
    how = _first(ids) if state is None else {"past_key_values": state}
    logits, state = model(ids, return_type="logits_and_cache", **how)
    return logits[:, -1], state


def afresh_rows(model: Any, ids: list[list[int]]) -> tuple[Float[Tensor, "batch vocab"], None]:
    """As `afresh`, for texts of one length, one row each."""
    rows = torch.tensor(ids, device=model.cfg.device)
    mask = torch.ones_like(rows)
    return model(rows, attention_mask=mask, return_type="logits")[:, -1], None


def _first(ids: Tensor) -> dict[str, Any]:
    # The mask hides nothing; without one transformers warns of padding at an end-of-text piece.
    return {"use_past_kv_cache": True, "attention_mask": torch.ones_like(ids)}
