"""How far a sweep came."""

from __future__ import annotations

from typing import Any

import numpy as np


def possible(sweep: Any) -> np.ndarray:
    """[*axes], the cells that can be measured: not those of a piece without a counterpart."""
    can = np.ones(np.shape(sweep.effects), bool)
    partner = getattr(sweep, "partner", None)
    return (
        can & (np.asarray(partner) >= 0)
        if "position" in sweep.axes and partner is not None
        else can
    )


def reached(sweep: Any) -> tuple[int, int]:
    """Cells that are done, and cells that can be."""
    can = possible(sweep)
    done = np.asarray(getattr(sweep, "done", can), bool)
    return int((done & can).sum()), int(can.sum())
