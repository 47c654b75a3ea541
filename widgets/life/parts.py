"""The parts of a life, each as (traits, arrays): checked, and packed for the browser.

Attention travels as bytes round(255·√p), the lower triangle alone where nobody looks ahead;
probabilities of the lens as 16 bits of √p, so that one in a million is still told from nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.glass import arrays
from widgets.glass.shapes import numbers, strings
from widgets.glass.text import clean
from widgets.life import curves as _life_curves

Given = Mapping[str, Any]
Part = tuple[dict[str, Any], dict[str, bytes]]


def tokens(given: Given, moments: int) -> dict[str, bytes]:
    """How many pieces were learned from at each moment."""
    known = len(listed(given["tokens"]))
    return {"tokens": _whole("tokens", given["tokens"], (moments,))} if known else {}


def curves(given: Given, steps: list[int]) -> Part:
    """The curves in the order in which they are drawn, and the marks on them."""
    found = _life_curves.ordered(given["curves"] or {})
    drawn = {clean(name): _life_curves.drawn(name, found[name], steps) for name in found}
    data = {f"curve {i} x": _f4(x) for i, (x, _) in enumerate(drawn.values())}
    data |= {f"curve {i} y": _f4(y) for i, (_, y) in enumerate(drawn.values())}
    return {"curves": list(drawn), "marks": _life_curves.marks(drawn, len(steps))}, data


def attention(given: Given, moments: int, pos: int) -> Part:
    """The kept heads' patterns, and their scores."""
    patterns, heads = given["patterns"], given["heads"]
    traits: dict[str, Any] = {"heads": [], "kinds": [], "chance": []}
    if patterns is None or not np.size(patterns):
        return traits, {}
    patterns = arrays.as_array(patterns)
    if patterns.ndim == 5:
        heads = list(np.ndindex(*patterns.shape[1:3]))
        patterns = patterns.reshape(len(patterns), -1, *patterns.shape[3:])
    traits["heads"] = [[int(layer), int(head)] for layer, head in listed(heads)]
    wanted = (moments, len(traits["heads"]), pos, pos)
    _refuse_shape("patterns", patterns, wanted, "[moment, head, query, key]")
    if not np.isfinite(patterns).all() or patterns.min() < 0:
        raise ValueError("patterns: only finite weights of 0 or more can be drawn")
    levels = arrays.to_bytes(patterns)
    causal = not np.triu(levels, 1).any()
    data = {"triangles": arrays.pack(levels)} if causal else {"squares": levels}
    more, scores = _scores(given, moments, traits["heads"])
    return traits | more, {name: array.tobytes() for name, array in data.items()} | scores


def _scores(given: Given, moments: int, heads: list[list[int]]) -> Part:
    """The scores of the kept heads, [kind, moment, kept]."""
    scores, chance = given["scores"] or {}, given["chance"] or {}
    if not scores:
        return {}, {}
    least = (moments, *(1 + max(pair[axis] for pair in heads) for axis in (0, 1)))
    rows = []
    for kind, values in scores.items():
        array = numbers(f"scores {kind!r}", values, 3, nan=True)
        fits = all(size >= wanted for size, wanted in zip(array.shape, least, strict=True))
        if len(array) != moments or not fits:
            raise ValueError(
                f"scores {kind!r} has shape {array.shape}; [moment, layer, head] = {least} is "
                "wanted, or more layers and heads"
            )
        rows.append(array[:, [pair[0] for pair in heads], [pair[1] for pair in heads]])
    shares = [float(chance.get(kind, np.nan)) for kind in scores]
    told = [share if np.isfinite(share) else None for share in shares]
    kinds = [clean(str(kind)) for kind in scores]
    return {"kinds": kinds, "chance": told}, {"scores": _f4(np.stack(rows))}


def lens(given: Given, moments: int, pos: int) -> Part:
    """What every layer would say."""
    names = ("lens_layers", "lens_pieces", "targets")
    traits: dict[str, Any] = {name: texts(name, given[name]) for name in names}
    layers, pieces, targets = traits.values()
    if not layers:
        return traits, {}
    shape = (moments, len(layers), pos)
    data = {
        "best": _whole("lens_best", given["lens_best"], shape),
        "probs": _root("lens_probs", given["lens_probs"], shape),
    }
    best = np.frombuffer(data["best"], "<i4")
    if best.min() < 0 or best.max() >= len(pieces):
        raise ValueError(f"lens_best: places in lens_pieces, 0 to {len(pieces) - 1}, are wanted")
    if given["target_probs"] is not None and targets:
        refuse_other_count("targets", len(targets), "pieces", pos)
        data["chances"] = _root("target_probs", given["target_probs"], shape)
        data["ranks"] = _whole("target_ranks", given["target_ranks"], shape)
    return traits, data


def words(given: Given, moments: int) -> Part:
    """The words' plane."""
    known = texts("words", given["words"])
    groups = texts("groups", given["groups"]) or [""] * len(known)
    if not known:
        return {"words": [], "groups": []}, {}
    refuse_other_count("groups", len(groups), "words", len(known))
    places = numbers("word_map", given["word_map"], 3)
    _refuse_shape("word_map", places, (moments, len(known), 2), "[moment, word, 2]")
    data = {"places": _f4(places)}
    if given["map_share"] is not None:
        share = numbers("map_share", given["map_share"], 1, nan=True)
        _refuse_shape("map_share", share, (moments,), "[moment]")
        data["share"] = _f4(share)
    return {"words": known, "groups": groups}, data


def samples(given: Given, moments: int) -> Part:
    """What the model wrote, a text for each moment."""
    known = given["samples"] or {}
    written = [[clean(str(text)) for text in one] for one in known.values()]
    for name, one in zip(known, written, strict=True):
        refuse_other_count(f"samples {name!r}", len(one), "steps", moments)
    return {"sample_names": [clean(str(name)) for name in known], "samples": written}, {}


def listed(values: Any) -> list[Any]:
    """A list of what is given, or none."""
    return [] if values is None else list(values)


def texts(name: str, given: Any) -> list[str]:
    """Sendable strings, or none."""
    return strings(name, given) if given is not None and len(given) else []


def refuse_other_count(name: str, count: int, other: str, wanted: int) -> None:
    """Raise ValueError unless there are as many."""
    if count != wanted:
        raise ValueError(f"{name}: {count} for {wanted} {other}")


def _refuse_shape(name: str, array: np.ndarray, wanted: tuple[int, ...], axes: str) -> None:
    if array.shape != wanted:
        raise ValueError(f"{name} has shape {array.shape}; {axes} = {wanted} is wanted")


def _whole(name: str, given: Any, shape: tuple[int, ...]) -> bytes:
    array = arrays.as_array(given)
    _refuse_shape(name, array, shape, "whole numbers of shape")
    return np.ascontiguousarray(array, dtype="<i4").tobytes()


def _root(name: str, given: Any, shape: tuple[int, ...]) -> bytes:
    """Probabilities as 16 bits of their root; NaN as 0."""
    array = arrays.as_array(given).astype(np.float64)
    _refuse_shape(name, array, shape, "probabilities of shape")
    array = np.nan_to_num(array)
    if array.min() < 0 or array.max() > 1.001:
        raise ValueError(f"{name}: probabilities are shares from 0 to 1")
    return np.rint(65535 * np.sqrt(np.minimum(array, 1))).astype("<u2").tobytes()


def _f4(array: np.ndarray) -> bytes:
    return np.ascontiguousarray(array, dtype="<f4").tobytes()
