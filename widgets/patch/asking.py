"""What a reader asks for in the picture: two prompts, a metric and its pieces, a place."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from widgets.glass.text import clean
from widgets.patch.telling import site_name

LONGEST = 20_000
AXES = {"position": ("layer", "position"), "head": ("layer", "head"), "layer": ("layer",),
        "head position": ("layer", "head", "position")}  # fmt: skip
SITES = (("resid_pre", "position"), ("attn_out", "position"), ("mlp_out", "position"),
         ("z", "head"))  # fmt: skip


class Question(NamedTuple):
    """A sweep that is wished for; `pieces` are those the metric is about."""

    clean: str
    corrupted: str
    metric: str
    pieces: tuple[str, ...]
    site: str
    by: str


def question(args: Mapping[str, Any]) -> Question:
    """A question as it comes from the browser.

    Raises ValueError for an empty prompt, and for one of more than `LONGEST` characters.
    """
    given = {part: clean(str(args.get(part, ""))) for part in Question._fields if part != "pieces"}
    for part in ("clean", "corrupted"):
        if not 0 < (count := len(given[part])) <= LONGEST:
            raise ValueError(f"the {part} prompt has {count} characters; 1 to {LONGEST} are taken")
    pieces = tuple(clean(str(piece)) for piece in args.get("pieces", ()))
    return Question(pieces=pieces, **given)


def offered(metrics: Mapping[str, Callable[..., Any]]) -> list[list[Any]]:
    """[name, number of pieces it takes] of each metric.

    Raises TypeError for a metric that cannot be called.

    >>> offered({"rank": lambda piece: None, "KL": lambda: None})
    [['rank', 1], ['KL', 0]]
    """
    for name, make in metrics.items():
        if not callable(make):
            raise TypeError(
                f"metrics[{name!r}] is a {type(make).__name__}; give a function of the pieces it "
                "is about, such as lab.interventions.logit_difference"
            )
    return [[clean(str(name)), min(2, _takes(make))] for name, make in metrics.items()]


def places(sites: Iterable[tuple[str, str]]) -> list[list[str]]:
    """[site, by, name] of each place that can be patched.

    >>> places([("z", "head")])
    [['z', 'head', 'heads']]
    """
    found = []
    for site, by in sites:
        if by not in AXES:
            raise ValueError(f"sites has {(site, by)}: by is one of {', '.join(AXES)}")
        found.append([clean(str(site)), by, site_name(str(site), AXES[by])])
    return found


def _takes(make: Callable[..., Any]) -> int:
    """How many arguments without a default a function has."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        given = inspect.signature(make).parameters.values()
    except ValueError:
        return 0
    return sum(one.kind in kinds and one.default is one.empty for one in given)
