"""Every view there is, with one text wherever a text can be put: for tests that all must pass."""

from __future__ import annotations

from functools import partial

import numpy as np

import widgets
from tests.widgets.circuits import told_circuit
from tests.widgets.heads import averages, breakdown, explained, without
from tests.widgets.probed import probed, sentence
from tests.widgets.readings import a_reading, some_contributions
from tests.widgets.steered import a_steered_run
from tests.widgets.superposed import phases, toys
from tests.widgets.surveys import neurons
from tests.widgets.sweeps import patched


def step(number: int, text: str) -> dict:
    return {"step": number, "loss": 2.0 / number, "metrics": {text: 0.5}, "samples": {text: text}}


def spoken(pieces: list, text: str) -> dict:
    """Changes that put a text wherever a made-up reading or contribution has one."""
    return {"pos": len(pieces), "pieces": pieces, "targets": [text] * len(pieces),
            "piece": text, "against": text, "model_name": text}  # fmt: skip


def grown(pieces: list, text: str) -> widgets.Generation:
    """A text that grew by this piece, with the piece among what could have stood there."""
    written = {
        "id": 7,
        "piece": text,
        "probability": 0.5,
        "alternatives": [(7, text, 0.5), (8, text, 0.2)],
    }
    ids = list(range(len(pieces)))
    return widgets.Generation(lambda ids: [written] * 3, ids=ids, pieces=pieces, title=text).step(3)


def told_probes(text: str, title: str) -> widgets.Probes:
    """Probes of two tasks with a text as task, class, warning and model, and on the sentence."""
    tasks = {text: [text, "b", "c"], "number": ["one", text]}
    made = probed(classes=tasks, model_name=text, hook=text, warnings=[f"{text}: rare"])
    return widgets.Probes(
        made, predict=lambda read: sentence(read, classes=tasks), text=f"{text} it", title=title,
        steer=lambda direction, layer, name: text,
    )  # fmt: skip


def every_view(trace, text: str) -> list:
    """All views that take text, with `text` wherever one can put it."""
    count, pieces, title = len(trace.pieces), trace.pieces, {"title": text}
    acts = np.random.default_rng(0).normal(size=(count, 2, 3))
    return [
        widgets.Tokens(trace, values={text: acts[:, 0, 0]}, unit=text, **title),
        explained(
            widgets.Attention(
                trace,
                labels={(0, 0): text},
                scores={text: np.eye(2), "entropy": np.ones((2, 2))},
                breakdown=partial(breakdown, text=text),
                ablate=partial(without, text=text),
                off=[(0, 1), (1, "mlp")],
                **title,
            ),
            *(0, 0, count - 1, 0),
        ),
        widgets.Attention(averages(name=text), labels={(0, 0): text}, **title),
        widgets.Prompt(lambda typed: trace, text=text, **title),
        widgets.EmbeddingMap(
            {text: acts[:, 0, :2], "b": acts[:, 1, :2]},
            pieces,
            notes={text: text},
            unit=text,
            properties={text: pieces},
            **title,
        ),
        widgets.Lens(a_reading(**spoken(pieces, text)), follow=lambda piece: None, **title),
        widgets.Contributions(some_contributions(**spoken(pieces, text)), **title),
        told_probes(text, **title),
        told_circuit(text, **title),
        widgets.Positions(pieces=pieces, **title),
        patched(pieces, text),
        widgets.Predict(text, choices=[text, "b"], explain=text),
        widgets.Check(text, answer=text, choices=[text, "b"], hints=[text], progress=None),
        widgets.Training.of([step(1, text), step(2, text)], **title),
        widgets.Life(steps=[0, 5], pieces=pieces, name=text, samples={text: [text, text]}, **title),
        grown(pieces, text),
        widgets.Sampler(trace, names=lambda ids: [f"{text}{i}" for i in ids], **title),
        widgets.Steer(a_steered_run(text=text), push=lambda *_: None, **title),
        widgets.Superposition(toys(), phases(), train=lambda seed: [toys(seed=seed)], **title),
        widgets.Tokenization([trace], examples={text: [trace]}, **title),
        widgets.Merges([("a", "b")], f"ab {text}", words="whole", **title),
        widgets.Neurons(**neurons(text), **title),
        widgets.ColoredTokens(pieces, acts[:, 0, 0], **title),
        widgets.ColoredTokensMulti(pieces, acts[:, 0], [text, "b", "c"], **title),
        widgets.TokenLogProbs(trace.ids, trace.logits, lambda i: text, 3, **title),
        widgets.TopkTokens([pieces], [acts.transpose(1, 0, 2)], 2, text, text, [text], **title),
        widgets.TextNeuronActivations(pieces, acts, text, text, [text, "b"], **title),
        widgets.AttentionHeads(trace["pattern", 0], pieces, [text, "b"], **title),
    ]
