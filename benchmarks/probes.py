"""Probes of every layer and seed: ours in one descent, against a loop over scikit-learn.

The same activations, splits, labels and penalty (scikit-learn's own, C = 1): for every row of the
network and every seed the task, its labels dealt anew and the control task. The loop standardises
each training part once and fits scikit-learn's LogisticRegression (L-BFGS, its own tolerance of
1e-4) or RidgeClassifier on float32, as it is usually done, on all cores, which its thin products do
not always gain by: so once more on one thread. Ours may use all cores; it goes down to a slope of
3e-4; `spread` is that of our accuracy over the seeds, in the middle row: the two should differ by
less.

TransformerLens's `fit_sparse_probe`, which tells two classes apart by k features (here all of them)
and converges further, is timed on one row and one seed and multiplied. Harvesting is counted for
none. Ratios are to ours.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).parent.parent))

import lab
from lab.probes.dataset import prepared
from lab.probes.rowwise import at_once, descended_rows, evened
from lab.probes.tasks import Task, task_of

SEEDS = 5
PENALTY = 1.0  # as scikit-learn comes: C = 1
CASES = (
    ("formicarium/stories", "number", 2_000, None, "logistic"),
    ("formicarium/stories", "pos", 2_000, None, "logistic"),
    ("formicarium/stories", "pos", 2_000, None, "ridge"),
    ("smollm2-135m", "number", 2_000, [0, 6, 12, 18, 24, 29], "logistic"),
)


def measure(rounds: int = 3) -> list[dict[str, Any]]:
    """A row for each case and way: seconds, ratio, and the accuracy on what was held out."""
    rows = []
    for name, label, examples, layers, kind in CASES:
        model = lab.load(name)
        data = lab.probes.words(lab.corpora.stories(), label, texts=100)
        data, _ = prepared(data, examples, 20)
        store = lab.probes.harvest(model, data, layers=layers)
        task = task_of(data, label, store, SEEDS, 0.25)
        size = f"{len(task):,} × {store.values.shape[2]}, {len(store.rows)} rows"
        classes = len(task.classes)
        case = f"{name}, {label} ({classes} classes), {kind}: {size}"
        rows += _ways(case, store, task, rounds, kind)
    return rows


def _ways(case: str, store: Any, task: Task, rounds: int, kind: str) -> list[dict[str, Any]]:
    xs = np.stack([store.row(row, task.slots) for row in range(len(store.rows))])
    _ours(xs[:1], task, kind)  # what is done once only
    ours = [_timed(lambda: _ours(xs, task, kind)) for _ in range(rounds)]
    loop = _timed(lambda: [_scikit(x, task, kind) for x in xs])
    with threadpool_limits(1):
        alone = _timed(lambda: [_scikit(x, task, kind) for x in xs])
    found = [("lab.probe", *_medians(ours)), ("scikit-learn, a loop", *loop),
             ("the loop, on one thread", *alone)]  # fmt: skip
    if len(task.classes) == 2 and kind == "logistic":
        one = _timed(lambda: [_lens(xs[len(xs) // 2], task)])
        times = [len(xs) * SEEDS * 3 * seconds for seconds in one[:2]]
        found.append(("TransformerLens, fit_sparse_probe", *times, one[2]))
    return [
        {"case": case, "way": way, "probes": len(xs) * SEEDS * 3, "wall s": round(wall, 2),
         "CPU s": round(cpu, 2), "ratio": round(wall / found[0][1], 1),
         "CPU ratio": round(cpu / found[0][2], 1), "accuracy": round(accuracy, 4),
         "spread": round(_spread(xs, task, kind), 4)}
        for way, wall, cpu, accuracy in found
    ]  # fmt: skip


def _spread(xs: np.ndarray, task: Task, kind: str) -> float:
    even, _, _ = evened(xs[len(xs) // 2 :][:1])
    return float(descended_rows(even, task, kind, PENALTY).right[0, 0].std())


def _timed(run: Callable[[], list[Any]]) -> tuple[float, float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    found = run()
    return time.perf_counter() - wall, time.process_time() - cpu, float(np.mean(found))


def _medians(found: list[tuple[float, float, float]]) -> list[float]:
    return [median(part) for part in zip(*found, strict=True)]


def _ours(xs: np.ndarray, task: Task, kind: str) -> list[float]:
    size, right = at_once(task, xs.shape[2]), []
    for at in range(0, len(xs), size):
        even, _, _ = evened(xs[at : at + size])
        right += descended_rows(even, task, kind, PENALTY).right[:, 0].mean(1).tolist()
    return right


def _scikit(x: np.ndarray, task: Task, kind: str) -> float:
    from sklearn.linear_model import LogisticRegression, RidgeClassifier
    from sklearn.preprocessing import StandardScaler

    right = []
    for seed, held in enumerate(task.held):
        scale = StandardScaler().fit(x[~held])
        known, asked = scale.transform(x[~held]), scale.transform(x[held])
        for which, labels in enumerate((task.targets, task.dealt[seed], task.control[seed])):
            plain = LogisticRegression(C=1 / PENALTY, max_iter=1000)
            regression = RidgeClassifier(alpha=PENALTY) if kind == "ridge" else plain
            score = regression.fit(known, labels[~held]).score(asked, labels[held])
            right += [score] if which == 0 else []
    return float(np.mean(right))


def _lens(x: np.ndarray, task: Task) -> float:
    from transformer_lens.tools.analysis import fit_sparse_probe

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = fit_sparse_probe(
            torch.from_numpy(x), torch.from_numpy(task.targets), k=x.shape[1], test_fraction=0.25,
            preprocess="standardize", groups=torch.from_numpy(task.order), class_weight=None,
            l2_strength=PENALTY / len(x),
        )  # fmt: skip
    return float(found.metrics.accuracy)


if __name__ == "__main__":
    for row in measure():
        print(row)
