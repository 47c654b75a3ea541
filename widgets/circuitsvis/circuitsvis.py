"""CircuitsVis' pictures, offline and safe, under the names and arguments people know.

    widgets.ColoredTokens(["The", " cat"], [0.2, -1.0])

The drawing is CircuitsVis 1.43.3's own (MIT, github.com/TransformerLensOrg/CircuitsVis). Its
JavaScript comes from the installed package and travels once per notebook; no host is asked, and
a token is shown as it is: `<s>` as `<s>`, a newline as `⏎`, and no token runs code. Arrays may be
numpy's, nested lists or tensors.
"""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ipywidgets import widget_serialization
from traitlets import Dict, Instance, Unicode

from widgets.circuitsvis import bundle
from widgets.glass.assets import Carrier
from widgets.glass.session import Session
from widgets.glass.shapes import Array, colour, numbers, same_length, strings
from widgets.glass.shapes import labels as checked_labels
from widgets.glass.text import number
from widgets.glass.view import View, refuse_heavy

SLOW_CELLS = 200_000  # about 25 s in CircuitsVis


class CircuitsVis(View):
    """Base of the six: a component's name, its props, and its arrays as bytes."""

    files = Path(__file__)

    component = Unicode(help="the component's name in CircuitsVis").tag(sync=True)
    props = Dict(help="what it is given besides arrays").tag(sync=True)
    arrays = Dict(help="its arrays, each {shape, data: float32}").tag(sync=True)
    bundle = Instance(Carrier).tag(sync=True, **widget_serialization)

    def __init__(
        self,
        props: dict[str, Any],
        arrays: dict[str, Any],
        summary: str,
        session: Session | None,
        title: str,
    ):
        packed = {name: _packed(array) for name, array in arrays.items()}
        weight = sum(len(part["data"]) for array in packed.values() for part in array["parts"])
        weight += len(json.dumps(props))
        refuse_heavy(type(self).__name__, weight, "show fewer tokens, layers, heads or neurons")
        super().__init__(
            session=session,
            title=title,
            component=type(self).__name__,
            props={name: value for name, value in props.items() if value is not None},
            arrays=packed,
            bundle=bundle.carrier(),
            summary=summary,
        )


def _packed(array: Any) -> dict[str, Any]:
    """One array, or a list of them with shapes of their own, as float32 bytes."""
    many = isinstance(array, list)
    parts = [np.ascontiguousarray(part, dtype="<f4") for part in (array if many else [array])]
    return {"many": many, "parts": [{"shape": p.shape, "data": p.tobytes()} for p in parts]}


class ColoredTokens(CircuitsVis):
    """Each token on a colour for its value: blue above zero, red below, white at zero.

    tokens: [pos]. values: [pos], NaN where there is none.
    min_value, max_value: the values of full colour (default: the smallest and the largest).
    negative_color, positive_color: CSS colours (default "red", "blue").
    Raises ValueError when lengths differ or a value is infinite.

    >>> ColoredTokens(["a<b", "\\n"], [1.0, -0.5]).summary
    '2 tokens; values −0.500 to 1.00'
    """

    def __init__(
        self,
        tokens: Sequence[str],
        values: Array,
        min_value: float | None = None,
        max_value: float | None = None,
        negative_color: str | None = None,
        positive_color: str | None = None,
        *,
        session: Session | None = None,
        title: str = "",
    ):
        tokens = strings("tokens", tokens)
        values = numbers("values", values, 1, nan=True)
        same_length("tokens", len(tokens), "values", values.shape, 0)
        low, high = _ends(values)
        props = {
            "tokens": tokens,
            "minValue": low if min_value is None else float(min_value),
            "maxValue": high if max_value is None else float(max_value),
            "negativeColor": colour("negative_color", negative_color),
            "positiveColor": colour("positive_color", positive_color),
        }
        summary = f"{len(tokens)} tokens; values {number(low)} to {number(high)}"
        super().__init__(props, {"values": values}, summary, session, title)


class ColoredTokensMulti(CircuitsVis):
    """Each token coloured by one of several values, chosen above; all of them under the mouse.

    tokens: [pos]. values: [pos, kind], NaN where there is none. labels: [kind] (default 0, 1, …).
    Raises ValueError when lengths differ or a value is infinite.

    >>> ColoredTokensMulti(["a", "b"], [[1, 2, 3], [4, 5, 6]], ["x", "y", "z"]).summary
    '2 tokens × 3 values: x, y, z'
    """

    def __init__(
        self,
        tokens: Sequence[str],
        values: Array,
        labels: Sequence[str] | None = None,
        *,
        session: Session | None = None,
        title: str = "",
    ):
        tokens = strings("tokens", tokens)
        values = numbers("values", values, 2, nan=True)
        same_length("tokens", len(tokens), "values", values.shape, 0)
        kinds = values.shape[1]
        names = checked_labels("labels", labels, kinds, "columns of values")
        names = names or [str(kind) for kind in range(kinds)]
        ends = [_ends(column) for column in values.T]
        props = {
            "tokens": tokens,
            "labels": names,
            "positiveBounds": [max(high, 1e-6) for _, high in ends],
            "negativeBounds": [min(low, -1e-6) for low, _ in ends],
        }
        summary = f"{len(tokens)} tokens × {len(names)} values: {', '.join(names)}"
        super().__init__(props, {"values": values}, summary, session, title)


class AttentionHeads(CircuitsVis):
    """Small heat maps of all heads, the one under the mouse large. For comparison with `Attention`.

    attention: [head, query, key]. tokens: [pos]. attention_head_names: [head].
    max_value, min_value: the weights of full colour (default 1, -1). negative_color,
    positive_color: CSS colours. mask_upper_tri: grey out keys after the query (default True).
    Raises ValueError when shapes differ. Warns when the picture takes long: every weight becomes
    an object in the browser.

    >>> AttentionHeads(np.full((2, 3, 3), 1 / 3), ["a", "b", "c"]).summary
    '2 heads, 3 tokens'
    """

    def __init__(
        self,
        attention: Array,
        tokens: Sequence[str],
        attention_head_names: Sequence[str] | None = None,
        max_value: float | None = None,
        min_value: float | None = None,
        negative_color: str | None = None,
        positive_color: str | None = None,
        mask_upper_tri: bool | None = None,
        *,
        session: Session | None = None,
        title: str = "",
    ):
        tokens = strings("tokens", tokens)
        weights = numbers("attention", attention, 3)
        for axis in (1, 2):
            same_length("tokens", len(tokens), "attention", weights.shape, axis)
        heads = len(weights)
        if weights.size > SLOW_CELLS:
            warnings.warn(
                f"{heads} heads × {len(tokens)} tokens take CircuitsVis half a minute or more; "
                "widgets.Attention draws them at once",
                stacklevel=2,
            )
        props = {
            "tokens": tokens,
            "attentionHeadNames": checked_labels(
                "attention_head_names", attention_head_names, heads, "heads"
            ),
            "maxValue": None if max_value is None else float(max_value),
            "minValue": None if min_value is None else float(min_value),
            "negativeColor": colour("negative_color", negative_color),
            "positiveColor": colour("positive_color", positive_color),
            "maskUpperTri": mask_upper_tri,
        }
        summary = f"{heads} heads, {len(tokens)} tokens"
        super().__init__(props, {"attention": weights}, summary, session, title)


def _ends(values: np.ndarray) -> tuple[float, float]:
    """Smallest and largest value, NaN left aside; 0 and 0 when there is nothing else."""
    seen = values[~np.isnan(values)]
    return (float(seen.min()), float(seen.max())) if seen.size else (0.0, 0.0)
