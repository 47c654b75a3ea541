"""What happens at the edge of the context: read on beyond it, or move the window along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.evaluation.scoring import Row, log_probs
from lab.traces import prompt_ids


@dataclass(frozen=True)
class Edge:
    """The surprisal of each piece of a long text (nats), read in two ways."""

    at_once: Float[np.ndarray, " pos"]
    """All of it at once, at places that training never reached."""
    moving: Float[np.ndarray, " pos"]
    """Through a window of the model's context that moves along: the control."""
    context: int

    def beyond(self) -> tuple[float, float]:
        """Mean surprisal after the context's end: at once, and through the moving window."""
        return float(self.at_once[self.context :].mean()), float(self.moving[self.context :].mean())


def beyond(
    model: Any, text: Any, *, step: int | None = None, prepend_bos: bool | None = None
) -> Edge:
    """How a model with rotary positions reads on where its training never went.

    Nothing in the arithmetic of rotary positions ends at the context; what ends is what the model
    has seen. (A table of positions has no row there at all.)

    Args:
        text: a string or ids, longer than the context.
        step: by how many pieces the window moves; a quarter of the context if left out.
    Raises:
        ValueError: a text within the context, a model whose positions are a table.

    >>> lab.positions.beyond(model, stories).beyond()                         # doctest: +SKIP
    (4.1, 1.2)
    """
    context: int = model.cfg.n_ctx
    if getattr(model.cfg, "positional_embedding_type", "") != "rotary":
        raise ValueError(f"model has no rotary positions: its places end at {context - 1}")
    ids = prompt_ids(model, text, prepend_bos=prepend_bos)
    if len(ids) <= context:
        raise ValueError(
            f"text has {len(ids)} pieces; more than the context, {context}, are needed"
        )
    stride = context // 4 if step is None else step
    if not 1 <= stride <= context:
        raise ValueError(f"step={step}: from 1 to the context, {context}")
    (at_once,) = log_probs(model, [_row(ids, 0, len(ids) - 1, 1)])
    windows = log_probs(model, list(_windows(ids, context, stride)))
    return Edge(_led(-at_once), _led(-np.concatenate(windows)), context)


def _windows(ids: list[int], context: int, step: int) -> Any:
    """Rows that ask for each piece but the first once, from at least context − step before it."""
    done = 1
    while done < len(ids):
        end = min(max(context, done + step), len(ids))
        yield _row(ids, max(0, end - context), end - 1, done)
        done = end


def _row(ids: list[int], begin: int, end: int, done: int) -> Row:
    """Reads ids[begin:end] and asks for the pieces from `done` to `end`."""
    return Row(ids[begin:end], range(done - 1 - begin, end - begin), ids[done : end + 1])


def _led(surprisal: np.ndarray) -> np.ndarray:
    """With a place for the first piece, of which nobody can say how surprising it is."""
    return np.concatenate([[np.nan], surprisal])
