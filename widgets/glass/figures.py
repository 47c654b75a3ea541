"""The dress of plotly figures: one paper and ink, and text that stays text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from widgets.glass.text import clean

if TYPE_CHECKING:
    import plotly.graph_objects as go

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#6E6E6E"  # Okabe & Ito's, and a grey
PAPER, INK, FAINT, NONE = "#FEFEFE", "#333333", "rgba(138,138,138,0.25)", "rgba(0,0,0,0)"


def dressed(figure: go.Figure, title: str, height: int, **layout: Any) -> go.Figure:
    """The figure on paper of its own, whatever the notebook's theme; `layout` goes on top.

    Plotly takes no colour from a theme, and no ink is readable on both white and black. By this
    one paper a page with a view in it knows the figure, and gives it the page's own ground and ink
    (`figures.css`).
    """
    figure.update_layout(
        title={"text": title, "font": {"size": 14}},
        height=height,
        margin={"l": 10, "r": 40, "t": 48, "b": 44},
        paper_bgcolor=PAPER,
        plot_bgcolor=NONE,
        legend_bgcolor=NONE,
        font={"color": INK, "family": "monospace"},
        **layout,
    )
    figure.update_xaxes(gridcolor=FAINT, automargin=True)
    return figure.update_yaxes(gridcolor=FAINT, automargin=True)


def plain(text: str) -> str:
    """Text as plotly shows it: plotly reads a few tags as mark-up, so none may remain.

    >>> plain("<b> & a")
    '&lt;b&gt; &amp; a'
    """
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
