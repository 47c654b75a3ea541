"""How few bits the labels take for somebody who sees the activations: the online code.

Voita & Titov (2020): labels are sent block by block, each block coded by a probe fitted on all
blocks before it. A probe that gets far with few examples makes a short code, so this measures how
easily a label is read, where accuracy only says that it can be. No choice of size or penalty can
make labels without structure cheap.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lab.probes.fitting import Fitted

Fit = Callable[[Tensor, Tensor, Tensor, int], Fitted]
SHARES = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)


def bits(
    x: Float[Tensor, "row example d"],
    targets: Int[Tensor, "probe example"],
    groups: Int[np.ndarray, " example"],
    classes: int,
    fit: Fit,
    probabilities: Callable[[Tensor], Tensor],
) -> Float[np.ndarray, "row probe"]:
    """Bits a label, for each row and each of `targets`; examples of a group stand together.

    The first block (a 64th, cut where a group ends) is sent at log2(classes) bits a label. A probe
    of n examples is believed but for classes / (classes + n) of its say, which goes to all classes
    alike: what it has never seen must not cost infinitely much.
    """
    ends = _ends(groups)
    uniform = float(np.log2(classes))
    total = torch.full((len(x), len(targets)), uniform * ends[0])
    for known, until in pairwise(ends):
        use = torch.ones(len(targets), known)
        fitted = fit(x[:, :known], targets[:, :known], use, classes)
        said = probabilities(fitted.logits(x[:, known:until]))
        doubt = classes / (classes + known)
        asked = targets[None, :, None, known:until].expand(len(x), -1, -1, -1)
        right = said.gather(2, asked)[:, :, 0]
        total -= ((1 - doubt) * right + doubt / classes).log2().sum(2)
    return (total / x.shape[1]).numpy()


def _ends(groups: Int[np.ndarray, " example"]) -> list[int]:
    """Where blocks end: at the shares of all examples, moved on to where a group ends."""
    closes = np.flatnonzero(np.append(groups[1:] != groups[:-1], True)) + 1
    wanted = [share * len(groups) for share in SHARES]
    return sorted({int(closes[np.searchsorted(closes, want)]) for want in wanted})
