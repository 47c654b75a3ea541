"""How well an estimate agrees with what it estimates: one point for each place that was patched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from widgets.glass.arrays import as_array
from widgets.glass.text import clean, visible

if TYPE_CHECKING:
    import plotly.graph_objects as go

_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#6E6E6E"  # Okabe & Ito's, and a grey
_PAPER, _INK = "#FFFFFF", "#333333"


def agreement(found: Any, kind: str | None = None, *, named: int = 5, title: str = "") -> go.Figure:
    """Estimated effects across, exact ones up, and the line on which both are the same.

    found: what `lab.circuits.attribution_patching` gives, or anything with these attributes:
    estimates, exact and controls, each {kind: array of the same shape} (exact effects may be NaN
    where they were not measured; controls are exact effects of patches that should do nothing);
    and if known pieces, unit, metric, model_name. kind: which of them; the first by default.
    named: so many of the largest misses are named.

    Raises TypeError for something without exact effects or controls, KeyError for an unknown kind,
    ValueError for shapes that disagree.

    >>> agreement(found, "z").layout.title.text  # doctest: +SKIP
    'z: estimated against exact, correlation 0.97 (48 places)'
    """
    import plotly.graph_objects as go

    kind, estimate, exact, control = _given(found, kind)
    names = _names(found, kind, exact.shape)
    figure = go.Figure()
    rows = {"control": (control, _GREY, "circle-open"), "exact": (exact, _BLUE, "circle")}
    ends = [np.nanmin([*estimate.flat, *exact.flat]), np.nanmax([*estimate.flat, *exact.flat])]
    dash = {"color": _GREY, "width": 1, "dash": "dash"}
    figure.add_scatter(x=ends, y=ends, mode="lines", name="both the same", line=dash)
    for name, (values, colour, symbol) in rows.items():
        across, said = (np.broadcast_to(one, values.shape).ravel() for one in (estimate, names))
        figure.add_scatter(
            x=across, y=values.ravel(), text=said, mode="markers",
            name=f"{name}, n = {int(np.isfinite(values).sum())}",
            marker={"color": colour, "symbol": symbol, "size": 7, "opacity": 0.75},
            hovertemplate="%{text}<br>estimated %{x:.3g}, " + name + " %{y:.3g}<extra></extra>",
        )  # fmt: skip
    _name_misses(figure, names.ravel(), estimate.ravel(), exact.ravel(), named)
    return _dressed(figure, title or _title(kind, estimate, exact), _unit(found))


def _given(found: Any, kind: str | None) -> tuple[str, np.ndarray, np.ndarray, np.ndarray]:
    lacks = [name for name in ("estimates", "exact", "controls") if not getattr(found, name, None)]
    if lacks:
        raise TypeError(
            f"found is a {type(found).__name__} without {', '.join(lacks)}: an estimate stands "
            "beside the exact effect and its control, or it is not shown"
        )
    kind = next(iter(found.estimates)) if kind is None else kind
    arrays = []
    for name in ("estimates", "exact", "controls"):
        known = getattr(found, name)
        if kind not in known:
            raise KeyError(f"{name} has no {kind!r}: {', '.join(map(str, known))}")
        arrays.append(np.array(as_array(known[kind]), dtype=float))
    estimate, exact, control = arrays
    if exact.shape != estimate.shape or control.shape[-estimate.ndim :] != estimate.shape:
        raise ValueError(
            f"{kind}: estimates {estimate.shape}, exact {exact.shape}, controls {control.shape}; "
            "all must have the same shape, controls may have draws in front"
        )
    return kind, estimate, exact, control


def _names(found: Any, kind: str, shape: tuple[int, ...]) -> np.ndarray:
    """What each place is called: L5H1 for heads, L5 ·Mary 3 for positions."""
    pieces = [visible(clean(str(piece))) for piece in getattr(found, "pieces", [])]
    by_head = kind in ("z", "pattern", "q", "k", "v")

    def name(*at: int) -> str:
        layer, other = at[0], at[-1]
        if by_head or len(at) < 2:
            return _plain(f"L{layer}H{other}" if len(at) > 1 else f"L{layer}")
        return _plain(f"L{layer} {pieces[other] if other < len(pieces) else ''} {other}")

    return np.array([name(*at) for at in np.ndindex(shape)], dtype=object).reshape(shape)


def _name_misses(figure: Any, names: Any, estimate: Any, exact: Any, named: int) -> None:
    """The names of the places where the two are furthest apart."""
    off = np.where(np.isfinite(exact), np.abs(exact - estimate), -1)
    for at in np.argsort(-off)[:named]:
        if off[at] > 0:
            place = {"x": estimate[at], "y": exact[at], "text": names[at]}
            figure.add_annotation(**place, arrowcolor=_ORANGE, arrowsize=0.8, font={"size": 11})


def _title(kind: str, estimate: np.ndarray, exact: np.ndarray) -> str:
    done = np.isfinite(exact)
    pair = estimate[done], exact[done]
    known = done.sum() > 1 and min(one.std() for one in pair) > 0
    same = f"{np.corrcoef(*pair)[0, 1]:.2f}" if known else "unknown"
    return f"{kind}: estimated against exact, correlation {same} ({done.sum()} places)"


def _unit(found: Any) -> str:
    unit = _plain(str(getattr(found, "unit", "") or ""))
    return f" ({unit})" if unit else ""


def _dressed(figure: go.Figure, title: str, unit: str) -> go.Figure:
    figure.update_layout(
        title={"text": _plain(title), "font": {"size": 14}}, height=400,
        margin={"l": 10, "r": 40, "t": 48, "b": 44}, paper_bgcolor=_PAPER, plot_bgcolor=_PAPER,
        font={"color": _INK, "family": "monospace"}, legend={"orientation": "h", "y": -0.2},
    )  # fmt: skip
    grid = {"gridcolor": "rgba(138,138,138,0.25)", "zerolinecolor": "rgba(138,138,138,0.6)"}
    figure.update_xaxes(title=f"estimated by the gradient{unit}", **grid)
    return figure.update_yaxes(title=f"patched, exactly{unit}", automargin=True, **grid)


def _plain(text: str) -> str:
    """Text as plotly shows it: plotly reads a few tags as mark-up, so none may remain."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
