"""How well an estimate agrees with what it estimates: one point for each place that was patched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from widgets.glass.arrays import as_array
from widgets.glass.figures import BLUE, GREY, ORANGE, dressed, plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

_ZERO = "rgba(138,138,138,0.6)"


def agreement(found: Any, *, named: int = 5, title: str = "") -> go.Figure:
    """Estimated effects across, exact ones up, and the line on which both are the same.

    found: what `lab.circuits.attribution_patching` gives, or anything with these attributes:
    estimates and exact, of one shape (exact effects NaN where they were not measured), controls
    and control_estimates, the same of patches that should do nothing, with draws in front; and if
    known names (of the places, in the order of `estimates.ravel()`) and sweep.unit.
    named: so many of the largest misses are named.

    Raises TypeError for something without exact effects or controls, ValueError for shapes that
    disagree.

    >>> agreement(found).layout.title.text  # doctest: +SKIP
    'Estimated against exact: correlation 0.95 over 48 places'
    """
    import plotly.graph_objects as go

    (estimate, exact), (blank, control) = _given(found)
    names = [plain(str(name)) for name in getattr(found, "names", range(estimate.size))]
    figure = go.Figure()
    ends = [float(end([*estimate.flat, *exact.flat])) for end in (np.nanmin, np.nanmax)]
    dash = {"color": GREY, "width": 1, "dash": "dash"}
    figure.add_scatter(x=ends, y=ends, mode="lines", name="both the same", line=dash)
    for name, across, up, colour, symbol in (
        ("control", blank, control, GREY, "circle-open"),
        ("exact", estimate, exact, BLUE, "circle"),
    ):
        figure.add_scatter(
            x=across.ravel(), y=up.ravel(), text=names * (up.size // estimate.size), mode="markers",
            name=f"{name}, n = {int(np.isfinite(up).sum())}",
            marker={"color": colour, "symbol": symbol, "size": 7},
            hovertemplate="%{text}<br>estimated %{x:.3g}, " + name + " %{y:.3g}<extra></extra>",
        )  # fmt: skip
    _name_misses(figure, names, estimate.ravel(), exact.ravel(), named)
    title, unit = plain(title or _title(estimate, exact)), _unit(found)
    dressed(figure, title, 400, legend={"orientation": "h", "y": -0.2})
    figure.update_xaxes(title=f"estimated by the gradient{unit}", zerolinecolor=_ZERO)
    return figure.update_yaxes(title=f"patched, exactly{unit}", zerolinecolor=_ZERO)


def _given(found: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    wanted = ("estimates", "exact", "control_estimates", "controls")
    lacks = [name for name in wanted if getattr(found, name, None) is None]
    if lacks:
        raise TypeError(
            f"found is a {type(found).__name__} without {', '.join(lacks)}: an estimate stands "
            "beside the exact effect and its control, or it is not shown"
        )
    arrays = [np.array(as_array(getattr(found, name)), dtype=float) for name in wanted]
    shapes = [array.shape for array in arrays]
    size = shapes[0]
    if shapes[1] != size or shapes[2] != shapes[3] or shapes[3][1:] != size or not arrays[3].size:
        told = ", ".join(f"{name} {shape}" for name, shape in zip(wanted, shapes, strict=True))
        raise ValueError(f"{told}: one shape is wanted, with draws in front for the controls")
    return [(arrays[0], arrays[1]), (arrays[2], arrays[3])]


def _name_misses(figure: Any, names: Any, estimate: Any, exact: Any, named: int) -> None:
    """The places where the two are furthest apart, their names in a column beside all points."""
    off = np.where(np.isfinite(exact), np.abs(exact - estimate), -1)
    furthest = [at for at in np.argsort(-off)[:named] if off[at] > 0.02 * np.nanmax(np.abs(exact))]
    left, right, bottom, top = _ends(figure)
    wide, step = right - left, 0.07 * (top - bottom)
    heights: list[float] = []
    for at in sorted(furthest, key=exact.__getitem__):
        heights.append(max(exact[at], heights[-1] + step) if heights else exact[at])
        figure.add_annotation(
            x=estimate[at], y=exact[at], text=names[at], ax=right + 0.05 * wide, ay=heights[-1],
            axref="x", ayref="y", xanchor="left", arrowcolor=ORANGE, font={"size": 11},
        )  # fmt: skip
    if furthest:
        down = max(0.0, heights[-1] - top)
        figure.for_each_annotation(lambda one: one.update(ay=one.ay - down))
        figure.update_xaxes(range=[left - 0.04 * wide, right + 0.22 * wide])


def _ends(figure: Any) -> list[float]:
    """The least and the largest of what is drawn, across and up."""
    drawn = [np.concatenate([one[axis] for one in figure.data]) for axis in "xy"]
    return [float(end(values)) for values in drawn for end in (np.nanmin, np.nanmax)]


def _title(estimate: np.ndarray, exact: np.ndarray) -> str:
    done = np.isfinite(exact)
    pair = estimate[done], exact[done]
    known = done.sum() > 1 and min(one.std() for one in pair) > 0
    same = f"{np.corrcoef(*pair)[0, 1]:.2f}" if known else "unknown"
    return f"Estimated against exact: correlation {same} over {done.sum()} places"


def _unit(found: Any) -> str:
    unit = plain(str(getattr(getattr(found, "sweep", found), "unit", "") or ""))
    return f" ({unit})" if unit else ""
