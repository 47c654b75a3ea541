"""Edge attribution: what every edge is worth, from a few gradients.

Cut each edge in turn and look what is lost: thousands of runs. The gradient with respect to what
a node reads tells, to first order, what any small change there would do, so one backward run
estimates all of them (attribution patching, Nanda 2023; by edges, Syed et al. 2023). Where the
metric is saturated the gradient at the clean text misleads; taking it at several points on the
way from the corrupted embedding to the clean one helps (EAP-IG, Hanna et al. 2024).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from lab.circuits.measuring import Measure, Metric, metric
from lab.circuits.pairing import Pairs
from lab.circuits.parts import (
    END,
    Rows,
    deltas,
    names,
    normed,
    projection,
    rows,
    run,
    wiring_of,
    written,
)
from lab.circuits.record import Graph
from lab.circuits.wiring import Wiring
from lab.hooks import lock_of


def edge_attribution(
    model: Any,
    pairs: Pairs,
    steps: int = 0,
    *,
    metric: str | Measure | None = None,
    batch: int = 16,
) -> Graph:
    """Every edge of the model with what it is worth on these pairs of texts.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        pairs: from `lab.circuits.pairs` or `two_names`.
        steps: 0 for the gradient at the clean text (EAP); else at how many points between the
            corrupted embedding and the clean one (EAP-IG; the middles of so many equal parts).
        metric: "logit difference" (right − wrong) if left out, "log probability" (of the right
            one), or a function (logits [row, vocab], right [row], wrong [row]) → [row].
        batch: how many pairs are run at once.
    Raises:
        ValueError: a model that has no edges of this kind, a metric that gives no finite numbers
            with a gradient, steps below 0.

    >>> edge_attribution(model, pairs, steps=5).largest(1)  # doctest: +SKIP
    [('L4 MLP', 'logits', '', 1.52)]
    """
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 0:
        raise ValueError(f"steps is {steps!r}: 0 (EAP) or a number of points (EAP-IG)")
    measure, wiring = _metric(metric), wiring_of(model)
    sums = np.zeros((4, len(wiring.sources)))
    ends = np.zeros(2)
    with lock_of(model):
        for start in range(0, len(pairs), batch):
            found, measured = _scores(model, wiring, pairs[start : start + batch], steps, measure)
            sums[:2] += found
            ends += measured
    scores, squares = sums[0] / len(pairs), sums[1]
    return Graph(
        wiring=wiring,
        scores=scores.astype(np.float32),
        chance=(np.sqrt(squares / model.cfg.d_model) / len(pairs)).astype(np.float32),
        kept=np.ones(len(scores), bool),
        pairs=pairs,
        method="EAP-IG" if steps else "EAP",
        metric=measure.name,
        unit=measure.unit,
        steps=steps,
        clean=float(ends[0] / len(pairs)),
        corrupted=float(ends[1] / len(pairs)),
        model_name=str(getattr(model.cfg, "model_name", "a model")),
    )


_metric = metric


def _scores(
    model: Any, wiring: Wiring, pairs: Pairs, steps: int, measure: Metric
) -> tuple[np.ndarray, np.ndarray]:
    """[score or chance², edge], summed over some pairs, and the metric's sums on both kinds."""
    clean, corrupted = rows(model, pairs), rows(model, pairs, corrupted=True)
    with torch.no_grad():
        one, other = written(model, clean), written(model, corrupted)
        ends = [clean.measured(each.logits, measure).sum().item() for each in (one, other)]
        change = deltas(model, one, other)
    points = [(step + 0.5) / steps for step in range(steps)] or [1.0]
    reads: list[Tensor] = []
    for share in points:
        start = other.embed + share * (one.embed - other.embed)
        found = gradients(model, wiring, clean, start, measure)
        reads = [a + b for a, b in zip(reads, found, strict=True)] if reads else found
    reads = [each / len(points) for each in reads]
    return _edges(wiring, change, reads), np.array(ends)


def gradients(
    model: Any, wiring: Wiring, clean: Rows, start: Tensor, measure: Metric
) -> list[Tensor]:
    """The metric's gradient by what is read, from a run that begins with `start`.

    [row, pos, reader, d_model] for the heads of each layer, then its MLP, and at last the logits.
    """
    known, held = names(model), {}
    ports = [name for port in "qkv" for name in known[port]]
    edits: dict[str, Any] = {name: _holding(held, name) for name in ports}
    edits |= {name: _holding(held, name) for name in [*known["middle"], END]}
    begun = start.clone().requires_grad_()
    edits |= {name: _holding(held, name) for name in known["before"]}
    edits[known["before"][0]] = lambda _: held.setdefault(known["before"][0], begun * 1)
    with torch.enable_grad():
        logits = run(model, clean, edits)
        total = clean.measured(logits, measure).sum()
        read = [*ports, *known["middle"], END]
        slopes = dict(zip(read, torch.autograd.grad(total, [held[n] for n in read]), strict=True))
    found = []
    for layer in range(wiring.layers):
        here = [slopes[known[port][layer]] for port in "qkv"]
        found.append(_through_norm(model, layer, held[known["before"][layer]].detach(), here))
        found.append(slopes[known["middle"][layer]][:, :, None])
    return [*found, slopes[END][:, :, None]]


def _holding(held: dict[str, Tensor], name: str) -> Any:
    # A tensor of its own, so that its gradient is that of this one reader.
    return lambda value: held.setdefault(name, value * 1)


def _through_norm(model: Any, layer: int, stream: Tensor, slopes: list[Tensor]) -> Tensor:
    """From the gradient by queries, keys and values back to the stream, reader by reader."""
    inside = []
    for port, slope in zip("qkv", slopes, strict=True):
        weight, _ = projection(model, layer, port)
        inside.append(torch.einsum("bphe,hde->bphd", slope, weight.detach()))
    wanted = torch.cat(inside, dim=2)
    with torch.enable_grad():
        streams = stream[:, :, None].expand_as(wanted).detach().requires_grad_()
        (found,) = torch.autograd.grad(normed(model, layer, streams), streams, wanted)
    return found


def _edges(wiring: Wiring, change: Tensor, reads: list[Tensor]) -> np.ndarray:
    """[score or chance², edge]: change of each writer times gradient of each reader."""
    sizes = change.square().sum(-1)
    found: list[Tensor] = []
    for number, slope in enumerate(reads):
        layer = number // 2
        count = wiring.before(layer) + (wiring.heads if number % 2 else 0)
        score = torch.einsum("sbpd,bprd->rs", change[:count], slope)
        spread = torch.einsum("sbp,bpr->rs", sizes[:count], slope.square().sum(-1))
        found.append(torch.stack([score, spread]).flatten(1))
    return torch.cat(found, dim=1).double().cpu().numpy()
