"""One pass through the model, in batches, that keeps the activations probes will look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from lab.hooks import lock_of, matching
from lab.probes.dataset import Dataset
from lab.probes.store import IN_MEMORY, MOST_BYTES, Place, Store, kept, places_of, roomy
from lab.tokenizers import clean

Positions = Literal["last", "each", "mean"]
CHUNK = 256  # texts that are sorted by length together, so that a batch holds little filling
TOKENS = 2048  # in a batch, filling included


class Stopped(RuntimeError):
    """Somebody asked to stop before there was anything to keep."""


class _Enough(Exception):
    """All that was asked for has been seen: the rest of the run would be for nothing."""


class Read(NamedTuple):
    """A text as the model reads it, and which of its pieces belong to which of its slots."""

    ids: list[int]
    members: list[tuple[int, list[int]]]
    """(slot, pieces): the slot's activation is their mean."""


def harvest(
    model: Any,
    data: Dataset,
    hook: str = "resid_post",
    positions: Positions = "last",
    *,
    layers: Sequence[int] | None = None,
    most_bytes: int = MOST_BYTES,
    in_memory: int = IN_MEMORY,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Store:
    """The activations at all places a data set looks at, from one pass; `probe` takes it.

    So several tasks, penalties or kinds of probe cost one pass. Texts begin as the tokenizer
    begins them, and go through in batches; nothing behind the last layer asked for is computed.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        data: from `table`, `words` or `treebank`.
        hook: a hook point that every layer has; `resid_post` has a row more, the embedding.
        positions: the last piece of each place, each of its pieces as an example of its own, or
            the mean over its pieces.
        layers: some of them, −1 for the embedding; all by default.
        most_bytes: refused beyond that.
        in_memory: what would take more, as float32, is kept in a file as float16.
        progress: called with the texts read and all of them.
        cancelled: asked after each batch; True ends it with `Stopped`.
    Raises:
        ValueError: no such layer, too much to keep, activations that are no numbers.
        UnknownHook: no such hook point.
        Stopped: cancelled.

    >>> store = harvest(model, words(lab.corpora.stories()))               # doctest: +SKIP
    >>> lab.probe(store, words(lab.corpora.stories(), "number"))           # doctest: +SKIP
    """
    lock_of(model)
    if positions not in ("last", "each", "mean"):
        raise ValueError(f"positions is {positions!r}: 'last', 'each' or 'mean'")
    names = _points(model, hook, layers)
    read, slots, lost = _read(model, data, positions)
    values: np.ndarray | None = None
    done = 0
    for texts, ids in _batches(read, model.cfg.device):
        if cancelled and cancelled():
            raise Stopped(f"stopped after {done} of {len(read)} texts: nothing was fitted yet")
        seen = _passed(model, ids, list(names), texts)
        for number, name in enumerate(names):
            found = seen[name]
            if values is None:
                count = max((stop for _, stop in slots.values()), default=0)
                values = roomy((len(names), count, found.shape[1]), most_bytes, in_memory)
            at = 0
            for text in texts:
                size = len(text.members)
                place = slice(text.members[0][0], text.members[0][0] + size)
                kept(values, number, place, found[at : at + size], name)
                at += size
        done += len(texts)
        if progress:
            progress(done, len(read))
    if values is None:
        raise ValueError("data has no place that the model reads within its context")
    found = list(names.values())
    rows = ["embed" if layer < 0 else f"L{layer}" for layer in found]
    return Store(model, hook, positions, rows, found, values, slots, lost)


def _points(model: Any, hook: str, layers: Sequence[int] | None) -> dict[str, int]:
    """The hook points in the order of the rows, and their layers."""
    count = model.cfg.n_layers
    first = ["blocks.0.hook_resid_pre"] if hook == "resid_post" else []
    points = dict(zip(first, [-1], strict=False))
    points |= {name: at for at, name in enumerate(matching(hook, model.hook_dict, count))}
    if len(points) != count + len(first):
        raise ValueError(f"hook is {hook!r}: give a name that each of the {count} layers has once")
    if layers is None:
        return points
    wrong = [layer for layer in layers if layer not in points.values()]
    if wrong or not len(layers):
        raise ValueError(f"layers is {list(layers)!r}: from {min(points.values())} to {count - 1}")
    return {name: layer for name, layer in points.items() if layer in layers}


def _read(
    model: Any, data: Dataset, positions: str
) -> tuple[list[Read], dict[Place, tuple[int, int]], int]:
    """All texts as ids, with the slots of their places, numbered text by text."""
    by_text: dict[str, list[tuple[int, int]]] = {}
    for text, start, stop in places_of(data):
        by_text.setdefault(text, []).append((start, stop))
    texts = list(by_text)
    slots: dict[Place, tuple[int, int]] = {}
    read: list[Read] = []
    slot = lost = 0
    for text, (ids, spans) in zip(texts, _cut(model, texts), strict=True):
        members: list[tuple[int, list[int]]] = []
        for start, stop in by_text[text]:
            pieces = [at for at, (a, b) in enumerate(spans) if a < stop and b > start and b > a]
            if not pieces or pieces[-1] >= model.cfg.n_ctx:
                lost += 1
                continue
            own = [[at] for at in pieces] if positions == "each" else [pieces]
            if positions == "last":
                own = [pieces[-1:]]
            slots[text, start, stop] = (slot, slot + len(own))
            members += [(slot + at, one) for at, one in enumerate(own)]
            slot += len(own)
        if members:
            last = max(pieces[-1] for _, pieces in members)
            read.append(Read(ids[: last + 1], members))
    return read, slots, lost


def _cut(model: Any, texts: list[str]) -> Iterator[tuple[list[int], list[tuple[int, int]]]]:
    for at in range(0, len(texts), CHUNK):
        coded = model.tokenizer(
            [clean(text) for text in texts[at : at + CHUNK]],
            return_offsets_mapping=True,
            padding=False,
            verbose=False,
        )
        yield from zip(coded["input_ids"], coded["offset_mapping"], strict=True)


def _batches(read: list[Read], device: Any) -> Iterator[tuple[list[Read], Tensor]]:
    waiting = iter(read)
    while chunk := sorted(islice(waiting, CHUNK), key=lambda text: len(text.ids)):
        while chunk:
            size = max(1, TOKENS // len(chunk[-1].ids))
            batch, chunk = chunk[-size:], chunk[:-size]
            ids = torch.zeros(len(batch), len(batch[-1].ids), dtype=torch.long)
            for row, text in enumerate(batch):
                ids[row, : len(text.ids)] = torch.tensor(text.ids)
            yield batch, ids.to(device)


def _passed(model: Any, ids: Tensor, names: list[str], texts: list[Read]) -> dict[str, np.ndarray]:
    seen: dict[str, np.ndarray] = {}

    def keeper(name: str) -> Any:
        def keep(value: Tensor, hook: Any) -> None:  # noqa: ARG001 (passed by name)
            # At once: a whole batch of a layer is many times what is kept of it.
            seen[name] = _pooled(value.detach(), texts)
            if len(seen) == len(names):
                raise _Enough

        return keep

    hooks = [(name, keeper(name)) for name in names]
    try:
        with torch.inference_mode(), model.hooks(fwd_hooks=hooks) as run:
            # The mask hides nothing; without one transformers warns of padding.
            run(ids, attention_mask=torch.ones_like(ids))
    except _Enough:
        return seen
    silent = next(name for name in names if name not in seen)
    raise ValueError(f"nothing passes through {silent}: this architecture does not use that part")


def _pooled(values: Tensor, texts: list[Read]) -> np.ndarray:
    """[slot of these texts, d]: the mean over each slot's pieces; heads stand side by side."""
    flat = values.flatten(2).float()
    found = []
    for row, text in enumerate(texts):
        if all(len(pieces) == 1 for _, pieces in text.members):
            found.append(flat[row, [pieces[0] for _, pieces in text.members]])
        else:
            found += [flat[row, pieces].mean(0, keepdim=True) for _, pieces in text.members]
    return torch.cat(found).cpu().numpy()
