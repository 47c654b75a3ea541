"""Modular addition, seen as waves: which frequencies a model uses to add on a circle.

A small transformer that learns a + b mod p after having memorised its examples turns each number
into cosines and sines of a few key frequencies w = 2πk/p, adds the angles, and scores each answer
c by Σ α cos w(a + b − c). Every measure here takes all answers' logits for all pairs, `[a b c]`,
as `answer_logits` gives them, and comes out for chosen frequencies, so that random ones can be put
beside the key ones.

Measures after Nanda, Chan, Lieberum, Smith & Steinhardt 2023, "Progress measures for grokking via
mechanistic interpretability" (arXiv:2301.05217), sections 4 and 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

FORM = "{a} {b} ="  # as lab.corpora.modular_addition writes a pair
CHUNK = 1024

Cube = Float[np.ndarray, "a b c"]
Shares = Float[np.ndarray, " frequency"]


def answer_logits(model: Any, p: int, form: str = FORM) -> Cube:
    """What a model scores each number after each of the p² pairs, as float32 `[a b c]`.

    Raises:
        ValueError: a number is no single piece of the model's tokenizer.

    >>> answer_logits(lab.load("formicarium/modular"), 113).shape    # doctest: +SKIP
    (113, 113, 113)
    """
    import torch

    from lab.hooks import lock_of

    numbers = _numbers(model, p)
    prompts = [form.format(a=a, b=b) for a in range(p) for b in range(p)]
    ids = torch.tensor(model.tokenizer(prompts)["input_ids"], device=model.cfg.device)
    with lock_of(model), torch.inference_mode():
        parts = [model(rows)[:, -1, numbers].float().cpu() for rows in ids.split(CHUNK)]
    return torch.cat(parts).numpy().reshape(p, p, p)


def number_rows(model: Any, p: int) -> Float[np.ndarray, "number d_model"]:
    """The model's embedding of the numbers 0 to p − 1."""
    return model.W_E[_numbers(model, p)].detach().float().cpu().numpy()


def wave_power(rows: Float[np.ndarray, "number column"]) -> Shares:
    """How much of what varies along the numbers is at each frequency 1 … (p−1)/2; sums to 1.

    >>> rows = np.cos(2 * np.pi * 3 * np.arange(11) / 11)[:, None]
    >>> wave_power(rows).round(6) + 0
    array([0., 0., 1., 0., 0.])
    """
    _refuse_even(len(rows))
    power = (np.abs(np.fft.rfft(rows, axis=0)) ** 2).sum(axis=1)[1:]
    return power / power.sum()


def identity_shares(logits: Cube) -> Shares:
    """The share of the logits' variance that α cos w(a + b − c) explains, for each frequency.

    Each pair's mean over the answers is taken off first: it changes no probability. The cosines
    of different frequencies are orthogonal, so shares of several frequencies add up.

    >>> wave = np.cos(2 * np.pi * 2 * np.arange(7) / 7)
    >>> a, b, c = np.ogrid[:7, :7, :7]
    >>> identity_shares(wave[(a + b - c) % 7]).round(6) + 0
    array([0., 1., 0.])
    """
    p = _size(logits)
    logits = logits - logits.mean(axis=2, keepdims=True)
    a, b, d = np.ogrid[:p, :p, :p]
    by_distance = logits[a, b, (a + b - d) % p].mean(axis=(0, 1), dtype=float)
    weights = 2 * np.fft.rfft(by_distance).real[1:] / p
    return weights**2 / 2 / logits.var(dtype=float)


def key_frequencies(shares: ArrayLike, least: float = 0.02) -> list[int]:
    """The frequencies that hold at least `least` of what there is, strongest first.

    >>> key_frequencies([0.01, 0.6, 0.0, 0.3])
    [2, 4]
    """
    shares = np.asarray(shares, float)
    return [int(k) + 1 for k in np.argsort(-shares, kind="stable") if shares[k] >= least]


def control_frequencies(keys: Sequence[int], p: int, seed: int = 0) -> list[int]:
    """As many random frequencies, none of them among `keys`: what to keep or remove beside."""
    others = [k for k in range(1, (p - 1) // 2 + 1) if k not in set(keys)]
    if len(others) < len(keys):
        raise ValueError(f"{len(keys)} of {(p - 1) // 2} frequencies are key: too few are left")
    return [int(k) for k in np.random.default_rng(seed).choice(others, len(keys), replace=False)]


def restricted(logits: Cube, frequencies: Iterable[int]) -> Cube:
    """The logits with nothing in them but these waves of a + b (and what is constant).

    Its loss falls when the circuit is there, however much memory talks over it.
    """
    constant = logits.mean(axis=(0, 1), dtype=float)
    return (_waves(logits, frequencies) + constant).astype(logits.dtype)


def excluded(logits: Cube, frequencies: Iterable[int]) -> Cube:
    """The logits without these waves of a + b: what a model knows by heart, or otherwise.

    Its loss on the training pairs rises as the model goes over from memory to the circuit.
    """
    return (logits - _waves(logits, frequencies)).astype(logits.dtype)


def answer_loss(logits: Cube, pairs: Int[np.ndarray, "pair 2"] | None = None) -> float:
    """Mean −log p of the right answers, in nats; over all pairs, or those given.

    >>> round(answer_loss(np.zeros((5, 5, 5))), 4)            # log 5: all answers alike
    1.6094
    """
    rows, right = _chosen(logits, pairs)
    peak = rows.max(axis=1)
    total = peak + np.log(np.exp(rows - peak[:, None]).sum(axis=1))
    return float((total - rows[np.arange(len(rows)), right]).mean())


def answer_accuracy(logits: Cube, pairs: Int[np.ndarray, "pair 2"] | None = None) -> float:
    """The share of pairs whose right answer scores highest; of all pairs, or those given."""
    rows, right = _chosen(logits, pairs)
    return float((rows.argmax(axis=1) == right).mean())


def progress(
    logits: Cube, frequencies: Sequence[int], learnt: Int[np.ndarray, "pair 2"]
) -> dict[str, float]:
    """The paper's measures at one moment of a training, for these frequencies.

    Losses in nats and accuracies on the `learnt` pairs and on the others; the restricted loss on
    the others, the excluded loss on the learnt ones; and the share of the logits' variance that
    the identity explains.

    >>> pairs = np.array([[0, 1], [2, 2]])
    >>> round(progress(np.zeros((5, 5, 5)) + np.eye(5), [1], pairs)["learnt loss"], 4)
    1.4048
    """
    p, learnt = _size(logits), np.asarray(learnt)
    known = np.zeros((p, p), bool)
    known[learnt[:, 0], learnt[:, 1]] = True
    others = np.argwhere(~known)
    explained = identity_shares(logits)[[k - 1 for k in frequencies]].sum()
    return {
        "learnt loss": answer_loss(logits, learnt),
        "held-out loss": answer_loss(logits, others),
        "restricted loss": answer_loss(restricted(logits, frequencies), others),
        "excluded loss": answer_loss(excluded(logits, frequencies), learnt),
        "learnt accuracy": answer_accuracy(logits, learnt),
        "held-out accuracy": answer_accuracy(logits, others),
        "explained by the identity": float(explained),
    }


def _waves(logits: Cube, frequencies: Iterable[int]) -> Float[np.ndarray, "a b c"]:
    """The part of the logits that is a wave of a + b with one of the frequencies."""
    p = _size(logits)
    a, d = np.ogrid[:p, :p]
    by_sum = logits[a, (d - a) % p].mean(axis=0, dtype=float)  # [sum c]
    spectrum = np.fft.rfft(by_sum, axis=0)
    gone = np.setdiff1d(np.arange(len(spectrum)), np.fromiter(frequencies, int))
    spectrum[gone] = 0
    waves = np.fft.irfft(spectrum, n=p, axis=0)
    return waves[(a + d) % p]


def _chosen(logits: Cube, pairs: Any) -> tuple[Float[np.ndarray, "pair c"], Int[np.ndarray, " p"]]:
    p = _size(logits)
    pairs = np.argwhere(np.ones((p, p))) if pairs is None else np.asarray(pairs)
    return logits[pairs[:, 0], pairs[:, 1]].astype(float), pairs.sum(axis=1) % p


def _numbers(model: Any, p: int) -> list[int]:
    pieces = model.tokenizer([str(number) for number in range(p)])["input_ids"]
    for number, ids in enumerate(pieces):
        if len(ids) != 1:
            raise ValueError(f"{number} is {len(ids)} pieces of this tokenizer; one is needed")
    return [ids[0] for ids in pieces]


def _size(logits: Cube) -> int:
    if logits.ndim != 3 or len(set(logits.shape)) != 1:
        raise ValueError(f"logits have shape {logits.shape}; (p, p, p) is needed: a, b, answer")
    _refuse_even(len(logits))
    return len(logits)


def _refuse_even(p: int) -> None:
    if p % 2 == 0:
        raise ValueError(f"p is {p}: waves are counted for odd p (a prime, in the paper)")
