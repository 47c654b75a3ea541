"""What a patched model goes on to write, beside what it writes unpatched and under a control."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from lab.hooks import Edited, lock_of
from lab.interventions.alignment import Alignment
from lab.interventions.cells import AXES, Place, grid
from lab.interventions.preparing import change_of
from lab.interventions.record import Sweep
from lab.interventions.sources import clean_source, control_sources
from lab.sampling.stepping import afresh_rows, step_rows
from lab.sampling.streaming import room_for
from lab.traces.run import trace


class Written(NamedTuple):
    """How each run goes on, greedily; without the prompt."""

    clean: str
    corrupted: str
    patched: str
    """The corrupted prompt, patched from the clean run."""
    control: str
    """The corrupted prompt, patched from a control."""


def written(
    model: Any,
    sweep: Sweep,
    layer: int,
    position: int | None = None,
    head: int | None = None,
    *,
    pieces: int = 20,
    control: str = "unrelated",
    seed: int = 0,
) -> Written:
    """What the model goes on to write with one cell of a sweep patched.

    The patch stands in the prompt; what is written after it is not patched, and reads the patched
    prompt.

    Args:
        model: the one that was swept.
        sweep: names prompts, site and cells.
        layer, position, head: the cell; None where the sweep has no such axis.
        pieces: at most so many; fewer where the model ends the text or its context is full.
        control: as in `sweep`; the first control of that seed is put into the same cell.
    Raises:
        ValueError: a cell that the sweep does not have, or that has no partner.

    >>> lab.interventions.written(model, found, layer=3, position=1)         # doctest: +SKIP
    Written(clean=' Mary.', corrupted=' John.', patched=' Mary.', control=' the dog.')
    """
    place = _place(model, sweep, layer, position, head)
    by = next(name for name, axes in AXES.items() if axes == sweep.axes)
    layout = grid(model, sweep.site, by, [layer])
    prompts = sweep.clean_ids.tolist(), sweep.corrupted_ids.tolist()
    ways = [trace(model, ids, keep=layout.hooks) for ids in prompts]
    pairs = Alignment(
        sweep.clean_ids,
        sweep.corrupted_ids,
        sweep.clean_pieces,
        sweep.corrupted_pieces,
        sweep.partner,
    )
    clean = clean_source(layout, ways[0], ways[1], pairs)
    other = control_sources(model, layout, control, 1, clean, ways[1], None, seed)[0]
    changes = [None, *(change_of(place, source, layout.pattern) for source in (clean, other))]
    (first,) = _greedy(model, prompts[0], [None], place.hook, pieces)
    return Written(first, *_greedy(model, prompts[1], changes, place.hook, pieces))


def _place(model: Any, sweep: Sweep, layer: int, position: Any, head: Any) -> Place:
    by = next(name for name, axes in AXES.items() if axes == sweep.axes)
    hook = grid(model, sweep.site, by, [layer]).hooks[0]
    given = {"position": position, "head": head}
    for name, value in given.items():
        if (value is None) == (name in sweep.axes):
            raise ValueError(f"{name}={value}: this sweep has the axes {', '.join(sweep.axes)}")
    at = tuple({"layer": 0, **given}[name] for name in sweep.axes)
    sizes = sweep.done.shape
    for name, value, size in zip(sweep.axes[1:], at[1:], sizes[1:], strict=True):
        if not 0 <= value < size:
            raise ValueError(f"{name}={value}: the sweep has {size}, 0 to {size - 1}")
    if position is not None and sweep.partner[position] < 0:
        raise ValueError(f"position={position}: that piece has no partner in the clean prompt")
    return Place(at, layer % model.cfg.n_layers, hook, head, position)


def _greedy(model: Any, ids: list[int], changes: list[Any], hook: str, pieces: int) -> list[str]:
    """One text for each change, written together: the likeliest piece each time."""
    rows = [list(ids) for _ in changes]
    room, end = room_for(model, ids, pieces), model.tokenizer.eos_token_id
    state: Any = None
    patched = [(hook, _changing(changes))]
    for _ in range(room):
        with lock_of(model), torch.inference_mode():
            if state is not None:
                logits, state = step_rows(model, [[row[-1]] for row in rows], state)
            else:
                read = _afresh if isinstance(model, Edited) else step_rows
                with model.hooks(fwd_hooks=patched) as bridge:
                    logits, state = read(bridge, rows, None)
        for row, token in zip(rows, logits.argmax(-1).tolist(), strict=True):
            row.append(token)
        if all(end in row[len(ids) :] for row in rows):
            break
    return [_text(model, row[len(ids) :], end) for row in rows]


def _afresh(model: Any, rows: list[list[int]], _: None) -> tuple[Tensor, None]:
    """An edit sees the whole text each time: nothing is kept."""
    return afresh_rows(model, rows)


def _changing(changes: list[Any]) -> Any:
    def run(activation: Tensor, hook: Any) -> Tensor:  # noqa: ARG001 (passed by name)
        activation = activation.clone()
        for number, change in enumerate(changes):
            if change is not None:
                change(activation[number], 0)
        return activation

    return run


def _text(model: Any, ids: list[int], end: int | None) -> str:
    kept = ids[: ids.index(end)] if end in ids else ids
    return str(model.tokenizer.decode(kept))
