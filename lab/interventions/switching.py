"""Heads and MLPs switched off, and the prediction that is left: quick enough for a click.

One pass holds the run that was asked for and its controls, a row each from the first layer that
has something off in it; the text after the position asked about is left out (it can change
nothing), and only the last logits are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lab.hooks import lock_of
from lab.interventions.passes import Passes
from lab.interventions.silences import silent
from lab.interventions.stand_ins import Parts, stand_ins
from lab.interventions.switched import Switched, named
from lab.lenses.unembedding import target_id
from lab.tokenizers.pieces import pieces
from lab.traces.prompts import prompt_ids, within_context

TOP = 5
ELEMENTS = 2**24


def switches(model: Any, prompt: str | Sequence[int], **how: Any) -> Switches:
    """A switchboard for one text: call it with heads and MLPs to see the prediction without them.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        prompt: text or token ids (of a trace: `trace.ids`).
        how: `toward`, `against`, `draws`, `seed`, `prepend_bos`, see `Switches`.
    Raises:
        ValueError: what `lab.trace` raises, a target of several pieces.

    >>> board = lab.interventions.switches(model, "Tom gave Lily a")  # doctest: +SKIP
    >>> board(heads=[(5, 1)])  # doctest: +SKIP
    Switched(L5H1 off: log p(' ball') -0.41 nats; the 7 other heads of L5: -0.1 to +0.06)
    >>> widgets.Attention(trace, ablate=board)  # doctest: +SKIP
    """
    return Switches(model, prompt, **how)


class Switches:
    """Calls with parts to switch off give a `Switched`: the effect, and that of other parts.

    toward: the piece whose log probability is followed (text or id); the model's own best guess
    if left out. against: one whose log probability is taken off. draws: how many sets of other
    parts are switched off instead, at most. The same seed gives the same sets.

    A head is switched off by a zero in the place of what it adds; so is an MLP. What comes before
    it is kept from the first call at a position: for a model that is trained on, make another.
    """

    def __init__(
        self,
        model: Any,
        prompt: str | Sequence[int],
        *,
        toward: str | int | None = None,
        against: str | int | None = None,
        draws: int = 10,
        seed: int = 0,
        prepend_bos: bool | None = None,
    ) -> None:
        if draws < 2:
            raise ValueError(f"draws={draws}: a single control shows no spread; give at least 2")
        if against is not None and toward is None:
            raise ValueError("against needs toward: a difference has two pieces")
        lock_of(model)
        ids = prompt_ids(model, prompt, prepend_bos=prepend_bos)
        self.ids, _ = within_context(model, ids, False)
        self.model, self.draws, self.seed = model, draws, seed
        self.wanted = None if toward is None else target_id(model, toward)
        self.other = None if against is None else target_id(model, against)
        self._passes: Passes | None = None

    def __call__(
        self,
        heads: Iterable[Sequence[int]] = (),
        mlps: Iterable[int] = (),
        position: int = -1,
    ) -> Switched:
        """The prediction after `position` without these parts.

        Raises:
            ValueError: no parts or unknown ones, no such position, nothing left to compare with.
        """
        parts = self._parts(heads, mlps)
        if not -len(self.ids) <= position < len(self.ids):
            raise ValueError(f"position={position}: the text has {len(self.ids)} pieces")
        at = position % len(self.ids)
        cfg = self.model.cfg
        sets, kind = stand_ins(parts, cfg.n_layers, cfg.n_heads, self.draws, self.seed)
        before, *after = self._logs(at, [parts, *sets])
        names = [named(*one) for one in sets]
        return self._told(parts, at, before, torch.stack(after), names, kind)

    def _parts(self, heads: Iterable[Sequence[int]], mlps: Iterable[int]) -> Parts:
        cfg = self.model.cfg
        parts = Parts(sorted({(int(n), int(h)) for n, h in heads}), sorted({int(n) for n in mlps}))
        for layer, head in parts.heads:
            if not (0 <= layer < cfg.n_layers and 0 <= head < cfg.n_heads):
                raise ValueError(
                    f"L{layer}H{head} is no head of this model: layers 0 to {cfg.n_layers - 1}, "
                    f"heads 0 to {cfg.n_heads - 1}"
                )
        for layer in parts.mlps:
            if not 0 <= layer < cfg.n_layers:
                raise ValueError(f"mlps: no layer {layer}; layers go from 0 to {cfg.n_layers - 1}")
        if not (parts.heads or parts.mlps):
            raise ValueError("nothing is switched off: name a head, or the layer of an MLP")
        return parts

    def _logs(self, at: int, runs: list[Parts]) -> Tensor:
        """log p after a position, [1 + run, vocab]: of the text as it is, then without parts."""
        passes = self._passes
        if passes is None or passes.position != at:
            passes = self._passes = Passes(self.model, self.ids[: at + 1], at)
        cfg = self.model.cfg
        size = max(1, ELEMENTS // max(cfg.d_vocab, 4 * (at + 1) * cfg.d_model))
        rows = [silent(parts) for parts in runs]
        found = [passes.run(rows[i : i + size]) for i in range(0, len(rows), size)]
        return torch.cat([passes.logits[None], *found]).float().log_softmax(-1).cpu()

    def _told(
        self, parts: Parts, at: int, before: Tensor, after: Tensor, names: list[str], kind: str
    ) -> Switched:
        wanted = int(before.argmax()) if self.wanted is None else self.wanted
        logs = torch.cat([before[None], after])
        metric = logs[:, wanted] - (0 if self.other is None else logs[:, self.other])
        changes = (metric[1:] - metric[0]).numpy().astype(np.float64)
        kl = (before.exp() * (before - after)).sum(-1).clamp_min(0).numpy()
        top = logs[:2].topk(min(TOP, logs.shape[1])).indices.flatten()
        ids = list(dict.fromkeys([wanted, *top.tolist()]))
        probs = logs[:, ids].exp().numpy()
        order = np.argsort(-probs[:2].max(0), kind="stable")
        followed = [wanted] if self.other is None else [wanted, self.other]
        said = pieces(self.model.tokenizer, followed)
        return Switched(
            heads=parts.heads,
            mlps=parts.mlps,
            position=at,
            metric=" − ".join(f"log p({piece!r})" for piece in said),
            unit="nats",
            before=float(metric[0]),
            effect=float(changes[0]),
            controls=changes[1:],
            kl=float(kl[0]),
            kl_controls=kl[1:],
            names=names,
            kind=kind,
            pieces=pieces(self.model.tokenizer, [ids[i] for i in order]),
            probs=probs[0, order],
            probs_after=probs[1, order],
            probs_controls=probs[2:, order],
        )
