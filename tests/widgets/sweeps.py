"""Made-up sweeps, for tests of the view that shows them."""

from types import SimpleNamespace

import numpy as np

from widgets import Patch, Session

CLEAN = ["The", " capital", " of", " France", " is"]
CORRUPTED = ["The", " capital", " of", " Italy", " is"]


def a_sweep(layers=4, heads=3, n=6, axes=("layer", "position"), **changes):
    """Anything with the attributes that `widgets.Patch` reads.

    Of layer × position, the differing piece carries the answer in the lower half of the layers,
    and the last piece in the upper half; everything else does next to nothing.
    """
    clean = list(changes.get("clean_pieces", CLEAN))
    corrupted = list(changes.get("corrupted_pieces", CORRUPTED))
    sizes = {"layer": layers, "head": heads, "position": len(corrupted)}
    shape = tuple(sizes[axis] for axis in axes)
    rng = np.random.default_rng(0)
    effects = rng.normal(0, 0.1, shape)
    if axes == ("layer", "position"):
        effects[: layers // 2, -2] += 8.0
        effects[layers // 2 :, -1] += 9.0
    else:
        effects[(-1,) * len(axes)] += 5.0
    known = {
        "axes": axes, "layers": list(range(layers)), "effects": effects.astype(np.float32),
        "controls": rng.normal(0, 0.3, (n, *shape)).astype(np.float32),
        "done": np.ones(shape, bool), "clean": 6.0, "corrupted": -4.0,
        "clean_pieces": clean, "corrupted_pieces": corrupted,
        "columns": [(i, i) for i in range(len(corrupted))], "position": -1,
        "site": "resid_pre" if axes[-1] == "position" and len(axes) < 3 else "z",
        "metric": "logit difference:  Paris −  Rome", "unit": "logits",
        "control": f"the same place of {n} unrelated texts", "model_name": "tiny", "note": "",
    }  # fmt: skip
    return SimpleNamespace(**known | changes)


def by_head(**changes):
    """The same by layer and head."""
    return a_sweep(axes=("layer", "head"), **changes)


def partial_sweep(**changes):
    """One that was stopped in its third layer."""
    found = a_sweep(note="stopped after 12 of 20 cells", **changes)
    found.done[2, 2:] = found.done[3:] = False
    found.effects[~found.done] = np.nan
    found.controls[:, ~found.done] = np.nan
    return found


def patched(pieces: list, text: str) -> Patch:
    """The view, with a text wherever one can be put."""
    spoken = {"model_name": text, "metric": text, "unit": text, "control": text, "note": text}
    prompts = {"clean_pieces": pieces, "corrupted_pieces": pieces, "clean_text": text}
    view = Patch(
        [a_sweep(**spoken, **prompts), by_head(**spoken, **prompts)],
        run=lambda *args: None,
        write=lambda sweep, **cell: {"patched": text, "control": text},
        metrics={text: lambda piece: None},
        answer=[text],
        title=text,
        session=Session(layer=0, token=0),  # what is written of this cell is seen
    )
    view.write(view.picture, 0, 0)
    return view
