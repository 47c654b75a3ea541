"""Makes the small models in `models/` and the lives in `lives/` from trainings by `recipes/`.

    python -m lab train --config data/recipes/modular.toml --folder runs/modular
    python data/make_lives.py modular runs/modular

The models ship in float16: no probability of theirs changes by more than 0.003.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lab
from lab import corpora, modular, phases
from lab.storage import save

DATA = Path(__file__).parent
SUM = "17 100 ="
P, SHARE = 113, 0.25
MOMENTS = 64
SUM_MOMENTS = 44  # each a table of all 113³ answers


def induction(folder: Path) -> Any:
    """The two layers: all eight heads on 16 words said twice, and the paper's measures."""
    twice = corpora.repeated(length=32, periods=(16, 16), seed=2).document(0).text
    parts = ("pattern", "lens", "map", "scores")
    measures = in_context(lab.load(folder / last(folder)))
    return lab.life(folder, twice, parts, metrics=measures, moments=MOMENTS, name="two layers")


def one_layer(folder: Path) -> Any:
    """The control: curves and head scores alone."""
    word = corpora.repeated().vocabulary[0]
    measures = in_context(lab.load(folder / last(folder)))
    name = "one layer"
    return lab.life(folder, word, ("scores",), metrics=measures, moments=MOMENTS, name=name)


def addition(folder: Path) -> Any:
    """Modular addition: the numbers' plane, and the measures of Nanda et al."""
    learnt = corpora.modular_addition(P, SHARE)
    grown = lab.load(folder / last(folder))
    keys = modular.key_frequencies(modular.identity_shares(modular.answer_logits(grown, P)))
    parts, words = ("pattern", "lens", "map"), learnt.vocabulary[:P]
    measures = waves(keys, learnt.pairs)
    return lab.life(
        folder,
        SUM,
        parts,
        words=words,
        metrics=measures,
        moments=SUM_MOMENTS,
        name="adding modulo 113",
    )


def in_context(model: Any) -> dict[str, Callable[[Any], float]]:
    """The in-context score on texts that were not learned from; a life scores the heads itself."""
    rows = phases.rows(model, corpora.repeated(seed=1).first(64))
    return {
        "in-context score": lambda model: phases.in_context_score(phases.surprisals(model, rows))
    }


def waves(keys: list[int], learnt: Any) -> dict[str, Callable[[Any], float]]:
    """The progress measures for the key frequencies, and the control for as many random ones."""
    random = modular.control_frequencies(keys, P)
    told: dict[str, float] = {}
    stamp: list[float] = []

    def at(model: Any, name: str) -> float:
        now = float(model.W_E.detach().sum())
        if stamp != [now]:  # all measures come from one table of logits: made once a moment
            stamp[:] = [now]
            logits, power = modular.answer_logits(model, P), modular.wave_power(rows(model))
            told.update(modular.progress(logits, keys, learnt))
            told["restricted to random"] = modular.answer_loss(modular.restricted(logits, random))
            told["power at the keys"] = float(power[[k - 1 for k in keys]].sum())
        return told[name]

    def rows(model: Any) -> Any:
        return modular.number_rows(model, P)

    names = ("held-out loss", "restricted loss", "excluded loss", "restricted to random",
             "learnt accuracy", "held-out accuracy", "explained by the identity",
             "power at the keys")  # fmt: skip
    return {name: lambda model, name=name: at(model, name) for name in names}


def last(folder: Path) -> str:
    """The name of the newest checkpoint."""
    return sorted(path.name for path in folder.glob("step-*"))[-1]


def ship(folder: Path, name: str) -> None:
    """The newest checkpoint as a shipped model, in half precision."""
    from transformers import AutoModelForCausalLM

    newest = folder / last(folder)
    half = AutoModelForCausalLM.from_pretrained(newest, dtype="float16")
    save(half, DATA / "models" / name, tokenizer=lab.load(newest).tokenizer)


MAKERS = {"induction": induction, "one-layer": one_layer, "modular": addition}

if __name__ == "__main__":
    name, folder = sys.argv[1], Path(sys.argv[2])
    (DATA / "lives").mkdir(exist_ok=True)
    if name != "one-layer":
        ship(folder, name)
    MAKERS[name](folder).save(DATA / "lives" / f"{name}.safetensors")
