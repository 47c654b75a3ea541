"""A model reading a text piece by piece, with the keys and values it keeps: forked, reordered.

Only what is new runs through the model. A reading can be forked at any place, so that another text
goes on from there without its beginning being run again, and can hold several rows of one length,
as beam search needs.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from lab.hooks import Edited, lock_of

_HIDDEN = "ln_final.hook_out"


class Reading:
    """Rows of token ids that a model has read, with their keys and values.

    `logits()` is what the model expects after each row; `take(tokens)` lengthens the rows;
    `fork(at)` is another reading of the first `at` tokens. `positions` counts the positions run
    through the model, here and in the reading it was forked from.

    The model's lock is held only while it runs. Edited models, and models on which hooks stand,
    read everything anew each time: an edit then sees the whole text, as it does in a trace. What
    is kept belongs to the weights as they were; where they have been trained or set since, it is
    dropped (a change made through `.data` is not noticed).

    >>> reading = Reading(model, [84, 111, 109])  # doctest: +SKIP
    >>> reading.take([reading.logits()[0].argmax()])  # doctest: +SKIP
    """

    def __init__(
        self, model: Any, ids: Sequence[int], *, hidden: bool = False, kept: bool = True
    ) -> None:
        self.model = model
        self.rows = [[int(token) for token in ids]]
        self.positions = 0
        self.hidden: Tensor | None = None
        self._wants, self._keeps = hidden, kept
        self._state: Any = None
        self._held, self._weights = 0, ()
        self._last: Tensor | None = None

    @property
    def ids(self) -> list[int]:
        """The first row."""
        return self.rows[0]

    def logits(self) -> Float[Tensor, "rows vocab"]:
        """What the model expects after each row."""
        if self._last is None:
            with lock_of(self.model), torch.inference_mode():
                self._last = self._run()[:, -1].float().cpu()
        return self._last

    def take(self, tokens: Sequence[int], rows: Sequence[int] | None = None) -> None:
        """Lengthen the rows by a token each, or (`rows`) make new ones out of these rows."""
        if rows is None:
            rows = range(len(self.rows))
        elif list(rows) != list(range(len(self.rows))):
            self._reorder(list(rows))
        self.rows = [[*self.rows[r], int(t)] for r, t in zip(rows, tokens, strict=True)]
        self._last = None

    def only(self, row: int) -> None:
        """Go on with this row alone."""
        self._reorder([row])
        self.rows = [self.rows[row]]
        self._last = None if self._last is None else self._last[[row]]

    def fork(self, at: int | None = None) -> Reading:
        """A reading of the first `at` tokens; it shares what is kept, and goes its own way."""
        with lock_of(self.model):  # it may be running in another thread
            other = copy.copy(self)
        other.rows = [row[:at] for row in self.rows]
        if len(other.rows[0]) == len(self.rows[0]):
            other._state = _copied(self._state)
            return other
        other._last = None
        # The last token is run again: what comes after it was not kept.
        other._shorten(min(self._held, len(other.rows[0]) - 1))
        return other

    def _run(self) -> Float[Tensor, "rows pos vocab"]:
        whole = not (self._keeps and unhooked(self.model))
        weights = () if whole else _stamp(self.model)
        if whole or weights != self._weights:
            self._state, self._held, self.hidden = None, 0, None
        new, state = [row[self._held :] for row in self.rows], self._state
        self._state, held, self._held = None, self._held, 0  # an error on the way leaves half of it
        ids = torch.tensor(new, device=self.model.cfg.device)
        self.positions += ids.numel()
        logits, kept = self._through(ids, state, whole)
        if not whole:
            self._state, self._held, self._weights = kept, held + ids.shape[1], weights
        return logits

    def _through(self, ids: Tensor, state: Any, whole: bool) -> tuple[Tensor, Any]:
        # The mask hides nothing; without one transformers warns of padding at an end-of-text piece.
        how: dict[str, Any] = {"attention_mask": torch.ones_like(ids)}
        if state is not None:
            how = {"past_key_values": state}
        if whole:
            how |= {"return_type": "logits"}
        else:
            how |= {"return_type": "logits_and_cache"}
            how |= {"use_past_kv_cache": True} if state is None else {}
        if self._wants:
            with self.model.hooks(fwd_hooks=[(_HIDDEN, self._hear)]):
                out = self.model(ids, **how)
        else:
            out = self.model(ids, **how)
        return (out, None) if whole else out

    def _hear(self, hidden: Tensor, hook: Any = None) -> None:
        new = hidden.float().cpu()
        self.hidden = new if self.hidden is None else torch.cat([self.hidden, new], 1)

    def _reorder(self, rows: list[int]) -> None:
        order = torch.tensor(rows)
        if self._state is not None:
            self._state.reorder_cache(order.to(self.model.cfg.device))
        if self.hidden is not None:
            self.hidden = self.hidden[order]

    def _shorten(self, held: int) -> None:
        if self._state is None or held < 1 or not self._state.is_croppable:
            self._state, self._held, self.hidden = None, 0, None
            return
        self._state = _copied(self._state)
        if held < self._held:
            self._state.crop(held - self._held)
        if self.hidden is not None:
            self.hidden = self.hidden[:, :held]
        self._held = held


def unhooked(model: Any) -> bool:
    """Does a run of the model change nothing on its way, so that keys and values can be kept?"""
    if isinstance(model, Edited):
        return False
    return not any(point.fwd_hooks for point in model.hook_dict.values())


def _copied(state: Any) -> Any:
    """Another cache over the same tensors: one grows by new tensors and writes into none."""
    if state is None:
        return None
    other = copy.copy(state)
    other.layers = [copy.copy(layer) for layer in state.layers]
    return other


def _stamp(model: Any) -> tuple[Any, ...]:
    """Changes where a weight is set, or is changed in place by an optimiser."""
    weights = model.parameters()
    return tuple((w.data_ptr(), -1 if w.is_inference() else w._version) for w in weights)
