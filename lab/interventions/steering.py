"""A model pushed along a direction, beside random directions of the same length: effect and price.

Everything is measured over layers and strengths at once, so that a slider has nothing to wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.hooks import lock_of
from lab.interventions.directions import Control, random_directions
from lab.interventions.passes import Passes
from lab.interventions.pushing import Push, last_logs, perplexities, perplexity, written
from lab.interventions.responses import Steered
from lab.interventions.tallying import Pieces, Tally, followed
from lab.traces.run import trace

STRENGTHS = (-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0)
NEUTRAL = (
    "Once upon a time, there was a big tree in the park. The tree had many green leaves. "
    "The sun was warm and the birds sang all day."
)


def steered(
    model: Any,
    prompt: str | Sequence[int],
    direction: Float[np.ndarray, " d_model"] | Float[np.ndarray, "layer d_model"],
    *,
    toward: Pieces | None = None,
    against: Pieces | None = None,
    layers: Sequence[int] | None = None,
    strengths: Sequence[float] = STRENGTHS,
    neutral: str = NEUTRAL,
    randoms: int = 10,
    control: Control = "stream",
    words: int = 16,
    seed: int = 0,
    name: str = "",
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Steered:
    """What pushing the stream along a direction does, and what random directions do instead.

    Args:
        direction: one for every layer, or one a layer; its length does not count.
        toward, against: pieces (one, or several taken together) whose log probability after the
            text is followed; without `toward` the effect is KL(before ‖ after).
        layers: behind which to push, one at a time; all by default.
        strengths: in mean lengths of the stream there; 0 is added where it is missing.
        neutral: the text that perplexity is measured on.
        randoms: how many random directions; control: drawn between two random pieces of the
            neutral text's own stream ("stream"), or from all directions alike ("sphere").
        words: how many pieces the pushed model writes.
        progress: called with the layers done and all layers; cancelled: says when to stop. What
            is done by then comes back, the rest is marked so in `done`.
    Raises:
        ValueError: a direction of another width, of no length or with NaN; fewer than 2 randoms;
            layers that do not exist; what `lab.trace` raises.

    >>> she = lab.interventions.between(model, ["The girl"], ["The boy"])  # doctest: +SKIP
    >>> lab.interventions.steered(model, "Tom was", she, toward=" she")  # doctest: +SKIP
    Steered(a direction: log p(' she'), 6 layers × 7 strengths, 10 random directions, …)
    """
    rows = _layers(model, layers)
    aims = _aims(model, direction, rows)
    if randoms < 2:
        raise ValueError(f"randoms={randoms}: a single control shows no spread; give at least 2")
    steps = np.array(sorted({0.0, *(float(value) for value in strengths)}))
    if len(steps) < 2 or not np.isfinite(steps).all():
        raise ValueError(f"strengths={list(strengths)}: give finite ones, and one beside 0")
    follow = followed(model, toward, against)
    with lock_of(model):
        text, plain = _Text(model, prompt, False), _Text(model, neutral, True)
        cost = float(perplexity(plain.passes.logits[None], plain.ids)[0])
        tally = Tally(model, rows, steps, randoms, follow, text.clean, cost)
        for place, layer in enumerate(rows):
            if cancelled is not None and cancelled():
                break
            stream = plain.stream(layer) if control == "stream" else None
            drawn = random_directions(randoms, model.cfg.d_model, seed + layer, stream)
            size = float(np.linalg.norm(text.stream(layer), axis=1).mean())
            ways = np.stack([aims[place], *drawn])
            pushes = [Push(layer, way * size * step) for way in ways for step in steps if step]
            logs, costs = last_logs(text.passes, pushes), perplexities(plain.passes, pushes)
            shown = pushes[: 2 * (len(steps) - 1)]  # the direction, and the first random one
            tally.take(place, size, logs, costs, written(model, text.ids, shown, words))
            if progress is not None:
                progress(place + 1, len(rows))
        base = written(model, text.ids, [Push(rows[0], 0 * aims[0])], words)[0]
    said = prompt if isinstance(prompt, str) else "".join(text.pieces)
    return tally.told(base, prompt=said, name=name, control=control, neutral_pieces=len(plain.ids))


class _Text:
    """A text that is pushed: its ids, its own stream, and changed runs of it, many at once."""

    def __init__(self, model: Any, prompt: str | Sequence[int], everywhere: bool) -> None:
        self._trace = trace(model, prompt, keep=["resid_post"])
        self.ids, self.pieces = self._trace.ids.tolist(), self._trace.pieces
        if everywhere and len(self.ids) < 2:
            raise ValueError("neutral has no second piece whose surprisal could be measured")
        self.passes = Passes(model, self.ids, None if everywhere else len(self.ids) - 1)
        assert self._trace.logits is not None
        last = self._trace.logits[-1].astype(np.float64)
        self.clean = last - np.logaddexp.reduce(last)

    def stream(self, layer: int) -> Float[np.ndarray, "pos d_model"]:
        """Behind a layer; without the first piece, whose length is like no other's."""
        return self._trace["resid_post", layer][1 if len(self.ids) > 1 else 0 :]


def _layers(model: Any, layers: Sequence[int] | None) -> list[int]:
    count = model.cfg.n_layers
    rows = list(range(count)) if layers is None else [int(layer) for layer in layers]
    wrong = [layer for layer in rows if not 0 <= layer < count]
    if wrong or not rows or len(set(rows)) < len(rows):
        raise ValueError(f"layers={rows}: different ones from 0 to {count - 1} are wanted")
    return sorted(rows)


def _aims(model: Any, direction: Any, layers: list[int]) -> Float[np.ndarray, "layer d_model"]:
    given = np.asarray(direction, dtype=np.float32)
    width, count = model.cfg.d_model, model.cfg.n_layers
    if given.shape == (width,):
        given = np.tile(given, (count, 1))
    if given.shape not in {(count, width), (len(layers), width)}:
        raise ValueError(
            f"direction has shape {given.shape}: [d_model] = ({width},), or one for each layer, "
            f"({count}, {width}), is wanted"
        )
    aims = given[layers] if len(given) == count else given
    size = np.linalg.norm(aims, axis=1, keepdims=True)
    if not np.isfinite(size).all() or not (size > 0).all():
        raise ValueError("direction holds NaN or infinity, or has no length: it points nowhere")
    return aims / size
