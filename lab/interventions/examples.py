"""Learning from examples in the prompt, with the heads cut that copy what came after a like piece.

Pairs of words that have nothing to do with one another are shown, in another order each time, and
asked for as they are shown: nothing but the prompt can tell that " sun" goes with " green". Olsson
et al. (2022) hold that induction heads do this. They are found on random text and cut here, beside
as many random heads of the same layers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool

from lab.attention import head_scores, repeated_tokens
from lab.hooks import edited, lock_of
from lab.hooks.names import Key
from lab.interventions.averaging import Averages
from lab.interventions.drawing import Head, alike, head_name, heads_named
from lab.interventions.recalled import FewShot
from lab.interventions.verbs import mean, zero
from lab.traces.run import trace

WORDS = """
apple bread chair cloud river stone table house horse green music paper glass ocean tiger lemon
night train plant heart light sugar bridge garden window silver winter summer forest castle button
candle basket mirror pencil doctor farmer dragon planet rocket island orange purple school market
kitchen water fire tree bird fish dog cat book door hand eye sun moon star king queen ship road hill
lake snow rain wind salt milk gold iron wood
"""
FORM = " {} ->{}\n"
Progress = Callable[[int, int], Any]


class Asked(NamedTuple):
    """Rows of ids, all of one length, and where in each the answers are asked for, and which."""

    ids: np.ndarray
    places: np.ndarray
    answers: np.ndarray
    text: str


def few_shot(
    model: Any,
    heads: int | Sequence[str] = 8,
    *,
    pairs: int = 5,
    shown: int = 3,
    prompts: int = 8,
    random: int = 8,
    form: str = FORM,
    averages: Averages | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> FewShot:
    """How often the model gives the word that a word was shown with: whole, cut, cut at random.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        heads: those to cut by name ("L18H6"), or how many of the strongest induction heads.
        pairs: of words in a prompt. shown: how often each pair stands there, the orders drawn anew.
        prompts: how many, of other words each.
        random: how many draws of as many other heads of the same layers. At least 1.
        form: how a pair is written: {} for the word asked and {} for the answer.
        averages: cut heads give their mean over texts; nothing if left out.
        progress: called with (runs done, runs in all). cancelled: True stops between two runs.
    Raises:
        ValueError: numbers that cannot be, no such head, prompts over the context.

    >>> found = lab.interventions.few_shot(lab.load("smollm2-135m"))         # doctest: +SKIP
    >>> found.means()["whole"], found.means()["cut"]                         # doctest: +SKIP
    (array([0.  , 0.44, 0.81]), array([0.  , 0.07, 0.2 ]))
    """
    _refuse(pairs=pairs, shown=shown, prompts=prompts, random=random)
    chosen, scores = _chosen(model, heads, seed)
    draws = [alike(model, chosen, seed + number) for number in range(random)]
    asked = _asked(model, form, pairs, shown, prompts, seed)
    variants = [[], chosen, *draws]
    found: list[np.ndarray] = []
    for number, cut in enumerate(variants, 1):
        if number > 3 and cancelled is not None and cancelled():
            break  # never without one control
        right = _right(_without(model, cut, averages), asked)
        found.append(right.reshape(prompts, shown, pairs).mean(2).T)
        if progress is not None:
            progress(number, len(variants))
    done = len(found) - 2
    return FewShot(
        shown=np.arange(shown),
        whole=found[0],
        cut=found[1],
        random=np.stack(found[2:]),
        heads=[head_name(head) for head in chosen],
        scores=scores,
        random_heads=[[head_name(head) for head in draw] for draw in draws[:done]],
        pairs=pairs,
        text=asked.text,
        model_name=str(getattr(model.cfg, "model_name", "a model")),
        note="" if done == random else f"stopped after {done} of {random} random draws",
    )


def _chosen(model: Any, heads: int | Sequence[str], seed: int) -> tuple[list[Head], np.ndarray]:
    """The heads to cut, and the induction scores of all heads."""
    length = min(32, model.cfg.n_ctx // 2)
    texts = [repeated_tokens(model, length, seed + i) for i in range(2)]
    traces = (trace(model, text, keep=["pattern"]) for text in texts)
    scores = np.mean([head_scores(found)["induction"] for found in traces], axis=0)
    if not isinstance(heads, int):
        return heads_named(model, heads), scores
    if not 1 <= heads <= scores.size // 2:
        raise ValueError(f"heads={heads}: from 1 to {scores.size // 2}, half of them are controls")
    order = np.argsort(-scores, axis=None, kind="stable")[:heads]
    return [(int(flat) // scores.shape[1], int(flat) % scores.shape[1]) for flat in order], scores


def _without(model: Any, heads: Sequence[Head], averages: Averages | None) -> Any:
    by_layer: dict[int, list[int]] = {}
    for layer, head in heads:
        by_layer.setdefault(layer, []).append(head)
    cut: dict[Key, Any] = {
        ("z", layer): zero(those) if averages is None else mean(averages, those)
        for layer, those in by_layer.items()
    }
    return edited(model, cut) if cut else model


def _asked(model: Any, form: str, pairs: int, shown: int, prompts: int, seed: int) -> Asked:
    """Prompts of one length: every word is one piece."""
    if form.count("{}") != 2:
        raise ValueError(f"form={form!r}: {{}} for the word that is asked, {{}} for the answer")
    ids_of = lambda text: model.tokenizer(text, add_special_tokens=False)["input_ids"]  # noqa: E731
    words = [word for word in WORDS.split() if len(ids_of(" " + word)) == 1]
    if len(words) < 2 * pairs:
        raise ValueError(f"pairs={pairs}: {len(words)} words are one piece for this model")
    before, middle, after = form.split("{}")
    draw = np.random.default_rng(seed)
    rows = []
    for _ in range(prompts):
        drawn = [str(word) for word in draw.choice(words, 2 * pairs, replace=False)]
        order = [int(i) for _ in range(shown) for i in draw.permutation(pairs)]
        said = [(before + drawn[i] + middle, " " + drawn[pairs + i], after) for i in order]
        rows.append(_row(ids_of, said))
    if len({len(ids) for ids, *_ in rows}) > 1 or len(rows[0][0]) > model.cfg.n_ctx:
        sizes = sorted({len(ids) for ids, *_ in rows})
        raise ValueError(
            f"prompts of {sizes} pieces: all of one length and at most {model.cfg.n_ctx} are "
            "needed; a space before {} keeps words whole"
        )
    ids, places, answers = (np.array(column) for column in zip(*rows, strict=True))
    return Asked(ids, places, answers, model.tokenizer.decode(rows[0][0]))


def _row(ids_of: Any, said: Sequence[tuple[str, str, str]]) -> tuple[list[int], ...]:
    ids: list[int] = []
    places, answers = [], []
    for question, answer, after in said:
        ids += ids_of(question)
        places.append(len(ids) - 1)
        answers.append(ids_of(answer)[0])
        ids += [answers[-1], *(ids_of(after) if after else [])]
    return ids, places, answers


def _right(model: Any, asked: Asked) -> Bool[np.ndarray, "prompt asked"]:
    """Whether the likeliest piece is the answer."""
    found = []
    for ids, places, answers in zip(asked.ids, asked.places, asked.answers, strict=True):
        row = torch.tensor(ids[None], device=model.cfg.device)
        with lock_of(model), torch.inference_mode():
            logits = model(row, attention_mask=torch.ones_like(row), return_type="logits")
            best = logits[0, torch.from_numpy(places)].argmax(-1)
        found.append(best.cpu().numpy() == answers)
    return np.array(found)


def _refuse(**numbers: int) -> None:
    for name, number in numbers.items():
        if not isinstance(number, int) or number < 1:
            raise ValueError(f"{name}={number!r}: a whole number, at least 1")
