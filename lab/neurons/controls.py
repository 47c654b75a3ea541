"""What stands beside a neuron: others of its layer and size, and what it is without them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.hooks import edited
from lab.neurons.record import Survey


def alike(survey: Survey, layer: int, neuron: int, count: int = 8, seed: int = 0) -> list[int]:
    """Random neurons of the same layer that add about as much to the residual stream.

    Drawn from the 4 · count whose `writes` (mean size of activation times length of what is
    written) is nearest. The fair control of a cut: a neuron that does nothing is no control for
    one that does much.

    Raises:
        ValueError: no such layer or neuron, fewer other neurons than asked for.
    """
    at = survey.index(layer, neuron)
    if not 1 <= count < len(survey):
        raise ValueError(f"count is {count}: a layer has {len(survey) - 1} other neurons")
    size = np.log(survey.properties["writes"][at] + 1e-12)
    near = np.argsort(np.abs(size - size[neuron]), kind="stable")
    near = near[near != neuron][: 4 * count]
    drawn = np.random.default_rng(seed).choice(near, size=count, replace=False)
    return [int(other) for other in drawn]


def cut(model: Any, layer: int, neurons: int | Sequence[int], to: float = 0.0) -> Any:
    """The model as it runs with these neurons of a layer held at `to`; the model is untouched.

    Raises:
        ValueError: no such neuron.

    >>> lab.next_probs(cut(model, 3, 14), "Tom had a red").max()               # doctest: +SKIP
    0.21
    """
    wanted = np.atleast_1d(neurons).tolist()
    wrong = [n for n in wanted if not isinstance(n, int) or not 0 <= n < model.cfg.d_mlp]
    if wrong:
        raise ValueError(f"neuron is {wrong[0]}: a layer has neurons 0 to {model.cfg.d_mlp - 1}")

    def held(post: Any) -> Any:
        post = post.clone()
        post[..., wanted] = to
        return post

    return edited(model, {("post", layer): held})
