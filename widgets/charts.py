"""Numbers → plotly figures, for the pictures that need no view of their own.

A `plotly.graph_objects.Figure` is a few kilobytes of data, drawn offline by plotly's own
JupyterLab extension.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from widgets.glass.figures import BLUE, GREY, NONE, ORANGE, dressed, plain
from widgets.glass.text import clean, visible

if TYPE_CHECKING:
    import plotly.graph_objects as go

LINES = (BLUE, ORANGE, "#009E73", "#CC79A7", GREY, "#56B4E9", "#E69F00")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def next_tokens(trace: Any, token: int = -1, count: int = 10) -> go.Figure:
    """What the model expects after a piece: the likeliest next ones and their probabilities.

    trace: anything with `pieces`, `top_pieces` and `top_probs` (shares of 1) for each position.
    Raises IndexError for a position the text does not have.

    >>> next_tokens(trace).data[0].x[0]  # doctest: +SKIP
    0.92
    """
    if not -len(trace.pieces) <= token < len(trace.pieces):
        raise IndexError(f"token={token}: the text has positions 0 to {len(trace.pieces) - 1}")
    token %= len(trace.pieces)
    names = [_label(piece) for piece in trace.top_pieces[token][:count]]
    title = f"After {_label(trace.pieces[token])} at {token}, {_label(trace.model_name)} expects"
    return bars(names, trace.top_probs[token][:count], title=title, unit="probability")


def bars(names: Sequence[str], values: Any, *, title: str, unit: str) -> go.Figure:
    """One horizontal bar per name, the first on top, each with its number."""
    import plotly.graph_objects as go

    values = np.asarray(values, dtype=float)
    if len(names) != len(values):
        raise ValueError(f"{len(names)} names but {len(values)} values")
    # Integer places with names as tick labels: plotly merges bars of the same name otherwise.
    figure = go.Figure(
        go.Bar(
            x=values,
            y=list(range(len(values))),
            orientation="h",
            marker_color=BLUE,
            text=[f"{value:.3g}" for value in values],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    places = {"tickvals": list(range(len(names))), "ticktext": list(names)}
    figure.update_yaxes(autorange="reversed", **places)
    figure.update_xaxes(title=unit, range=[0, float(np.nanmax(values, initial=0)) * 1.12 or 1])
    return _bare(figure, title, height=90 + 24 * len(names))


def against_control(
    effect: float, control: Any, *, title: str, unit: str, before: float | None = None
) -> go.Figure:
    """One effect beside its control: the control's values as points, and their range as a band.

    effect: the figure that was measured. control: the same figure for each control, shape [n].
    before: the figure with nothing changed.

    >>> against_control(9.5, [2.1, 1.9, 2.4], title="Five heads cut", unit="nats", before=1.9)
    ... # doctest: +SKIP
    """
    import plotly.graph_objects as go

    control = np.asarray(control, dtype=float)
    if control.ndim != 1 or not control.size:
        raise ValueError(f"control has shape {control.shape}; give one value per control run")
    figure = go.Figure()
    figure.add_vrect(x0=control.min(), x1=control.max(), fillcolor=GREY, opacity=0.18, line_width=0)
    count = f"control, n = {len(control)}"
    rows = [(count, control, GREY, "circle-open"), ("measured", [effect], ORANGE, "diamond")]
    if before is not None:
        rows.append(("unchanged", [before], BLUE, "line-ns-open"))
    for name, values, colour, symbol in rows:
        marker = {"color": colour, "symbol": symbol, "size": 13, "line": {"width": 2}}
        where = {"x": list(values), "y": [name] * len(values), "name": name}
        figure.add_scatter(**where, mode="markers", marker=marker)
    figure.update_xaxes(title=unit)
    return _bare(figure, title, height=240)


def lines(
    curves: Mapping[str, tuple[Any, Any]],
    *,
    title: str,
    unit: str,
    along: str = "step",
    log: bool = False,
) -> go.Figure:
    """Curves over one axis, each with its name in the legend, told apart by colour and by dash.

    curves: {name: (places, values)}. unit: of the values. along: what the places are.
    log: a logarithmic axis of values; those that are not above 0 leave gaps.
    Raises ValueError for places and values that differ in length.

    >>> lines({"loss": ([0, 1], [4.2, 1.7])}, title="A training", unit="nats").data[0].name
    'loss'
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    for number, (name, (places, values)) in enumerate(curves.items()):
        at, found = np.asarray(places, dtype=float), np.asarray(values, dtype=float)
        if at.ndim != 1 or at.shape != found.shape:
            raise ValueError(f"{name}: {at.shape} places but {found.shape} values")
        style = {"color": LINES[number % len(LINES)], "dash": DASHES[number % len(DASHES)]}
        figure.add_scatter(
            x=at, y=found, name=_label(name), mode="lines", line=style | {"width": 2}
        )
    figure.update_xaxes(title=along)
    figure.update_yaxes(title=unit, type="log" if log else "linear")
    legend = {"orientation": "h", "y": -0.22}
    dressed(figure, title, 340, showlegend=len(curves) > 1, legend=legend)
    figure.update_xaxes(zeroline=False)
    return figure.update_yaxes(zeroline=False)


def _bare(figure: go.Figure, title: str, height: int) -> go.Figure:
    """The look of charts of names: no legend, and lines of the grid up and down only."""
    dressed(figure, title, height, showlegend=False).update_xaxes(zeroline=False)
    return figure.update_yaxes(gridcolor=NONE)


def _label(text: str) -> str:
    """A piece as plotly shows it, all of it to be seen."""
    return plain(visible(clean(str(text))))
