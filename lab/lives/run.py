"""Running over the checkpoints of a training, one in memory at a time, and keeping a life."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.bridges import load
from lab.lives import folders
from lab.lives.gathering import gathered
from lab.lives.looks import look
from lab.lives.plans import PARTS, planned
from lab.lives.record import Life
from lab.lives.weights import take_weights


def life(
    folder: str | Path,
    prompt: str | Sequence[int],
    keep: Iterable[str] = PARTS,
    *,
    heads: Sequence[tuple[int, int]] | None = None,
    words: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    metrics: Mapping[str, Callable[[Any], float | str]] | None = None,
    moments: int | Sequence[int] | None = None,
    target: str | None = None,
    name: str = "",
    prepend_bos: bool | None = None,
    progress: Callable[[float, str], None] | None = None,
    device: str | None = None,
) -> Life:
    """The life of a model: one prompt, and what else is asked for, at every checkpoint.

    One checkpoint is in memory at a time, and one model takes the weights of each in turn.

    Args:
        folder: of a training: `step-000400/` and so on.
        prompt: text, or token ids, seen at every moment.
        keep: of "pattern", "lens", "map", "scores" and "samples" those wanted.
        heads: (layer, head) pairs whose patterns are kept; all if left out.
        words: on the map, each a single token (with a space before it, or else without), or
            groups of them by name; the prompt's own pieces if left out.
        metrics: functions of the model, as `lab.train` takes them, called at each moment: a
            number becomes a curve, a text a sample.
        moments: how many, spread over all there are, or at which steps; all if left out.
        target: the piece whose chances are followed at every position; if left out, the piece
            that comes next there.
        name: for headlines; the folder's own if left out.
        prepend_bos: as in `lab.trace`.
        progress: called with (part done, what) after each moment.
        device: see `lab.placement`.
    Raises:
        FileNotFoundError: no such folder, or no checkpoints in it.
        ValueError: an unknown part or head, a word of several tokens, a bad prompt.
        Refused: (a ValueError) a checkpoint that is damaged or of other sizes.

    >>> life = lab.life("runs/mine", "Tom and Lily went out. Tom and", moments=32)  # doctest: +SKIP
    >>> life.save("mine.safetensors")  # doctest: +SKIP
    """
    kept = folders.moments(folder, moments)
    model = load(kept[-1].path, device=device, progress=False)
    plan = planned(model, prompt, keep, heads, words, metrics, target, prepend_bos)
    looks = []
    for number, moment in enumerate(kept, 1):
        take_weights(model, moment.path)
        looks.append(look(plan))
        if progress:
            progress(number / len(kept), f"step {moment.step:,}")
    return gathered(plan, looks, kept, folders.curves(folder, kept), name or Path(folder).name)
