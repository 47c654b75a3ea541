"""Activation patching, one place after another, with its control and in as few passes as it needs.

The corrupted prompt is run with one activation of the clean run in the place of its own ("causal
tracing", Meng et al. 2022; "activation patching", Heimersheim & Nanda 2024). How far the metric
moves says how much of the difference between the prompts passes there. Beside each such patch
stand others that should mean nothing: how far *any* disturbance moves the metric there.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lab.interventions.metrics import MetricError
from lab.interventions.preparing import Prepared
from lab.interventions.record import Sweep
from lab.interventions.starting import prepared

Prompt = str | Sequence[int]


def sweep(
    model: Any,
    clean: Prompt,
    corrupted: Prompt,
    metric: Any,
    site: str = "resid_pre",
    by: str = "position",
    *,
    progress: Callable[[int, int], Any] | None = None,
    cancelled: Callable[[], bool] | None = None,
    **how: Any,
) -> Sweep:
    """What patching each place of a clean run into a corrupted one does to a metric.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        clean: the prompt whose activations are put in.
        corrupted: the prompt that is run. Prompts of different lengths are aligned (`aligned`);
            a piece without a partner is not patched.
        metric: `logit_difference(" Mary", " John")`, `probability`, `log_probability`, `rank`,
            `divergence()`, or a function of logits [row, vocab] that gives a number for each row.
        site: a hook point by its short name: resid_pre, resid_post, attn_out, mlp_out; z, q, k, v,
            pattern.
        by: "position" (each layer and position), "layer" (all positions at once), and for sites
            with heads "head" (all positions) or "head position".
        progress: called with (cells done, cells in all) after each pass.
        cancelled: asked before each pass; True stops, and what was measured comes back, marked.
        how: layers (which; all), position (where the metric reads in the corrupted prompt; the
            last piece), controls (how many control patches beside each, at least 1; 2), control
            ("unrelated": the same place of other texts; "random": a push of the same length in a
            random direction), unrelated (texts of one's own), seed, rows (patched runs in one
            pass; as many as 256 MiB hold, and at most 128), prepend_bos.
    Raises:
        ValueError: prompts, sites and numbers that cannot be.
        MetricError: (a ValueError) a metric that raises or gives no finite number for each row;
            `error.partial` is the sweep as far as it came.

    An interrupted sweep comes back as far as it came: `done` says where, `note` how far.

    >>> metric = lab.interventions.logit_difference(" Mary", " John")         # doctest: +SKIP
    >>> lab.interventions.sweep(model, clean, corrupted, metric)             # doctest: +SKIP
    Sweep(resid_pre by 6 layers × 15 positions, logit difference: Mary − John, -2.1 → 3.4 logits; …)
    """
    steps: Any = sweeping(model, clean, corrupted, metric, site, by, **how)
    found = next(steps)
    try:
        while not found.whole and not (cancelled is not None and cancelled()):
            found = next(steps, found)
            if progress is not None:
                progress(int((found.done & found.possible).sum()), int(found.possible.sum()))
    except KeyboardInterrupt:
        warnings.warn(f"interrupted: {found.note}", stacklevel=2)
    finally:
        steps.close()
    return found


def sweeping(
    model: Any,
    clean: Prompt,
    corrupted: Prompt,
    metric: Any,
    site: str = "resid_pre",
    by: str = "position",
    **how: Any,
) -> Iterator[Sweep]:
    """The same sweep as it grows: one `Sweep` before the first pass and one after each.

    Closing the generator ends it; the model is free, and without a hook, between two passes.
    Takes and raises what `sweep` does.

    >>> for found in lab.interventions.sweeping(model, clean, corrupted, metric):  # doctest: +SKIP
    ...     print(found.note)
    """
    return _steps(prepared(model, clean, corrupted, metric, site, by, **how))


def _steps(made: Prepared) -> Iterator[Sweep]:
    found = made.found()
    yield found
    for group in made.groups:
        try:
            made.measure(group)
        except MetricError as error:
            error.partial = found
            raise
        found = made.found()
        yield found
