"""CircuitsVis' pictures of what ranks highest: guesses, top tokens, neurons.

    widgets.TokenLogProbs(ids, log_probs, tokenizer.decode)

See `circuitsvis.py` for how they are drawn.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from widgets.circuitsvis.circuitsvis import CircuitsVis
from widgets.glass.arrays import as_array
from widgets.glass.session import Session
from widgets.glass.shapes import Array, labels, numbers, same_length, strings
from widgets.glass.text import clean, number


class TokenLogProbs(CircuitsVis):
    """How well each next token was foreseen; under the mouse the top guesses and its own rank.

    token_indices: [pos] or [1, pos]. log_probs: [pos, vocab] or [1, pos, vocab], in nats.
    to_string: the text of a token id. top_k: how many guesses to show.
    Raises ValueError when lengths differ or an id is outside the vocabulary.

    >>> logs = np.log([[0.25, 0.75], [0.5, 0.5]])
    >>> TokenLogProbs([0, 1], logs, lambda i: "ab"[i], top_k=2).summary
    '1 of 1 tokens foreseen first; mean log probability −0.288 nats'
    """

    def __init__(
        self,
        token_indices: Array,
        log_probs: Array,
        to_string: Callable[[int], str],
        top_k: int = 10,
        *,
        session: Session | None = None,
        title: str = "",
    ):
        ids = _ids(token_indices)
        logs = _without_batch(numbers("log_probs", log_probs, np.ndim(as_array(log_probs))), 2)
        same_length("token_indices", len(ids), "log_probs", logs.shape, 0)
        if len(ids) < 2 or not (ids.min() >= 0 and ids.max() < logs.shape[1]):
            raise ValueError(
                f"token_indices {ids[:5].tolist()}…: two or more ids from 0 to {logs.shape[1] - 1} "
                f"are wanted, log_probs having shape {logs.shape}"
            )
        rank, value, top, top_value = _foreseen(ids, logs, min(top_k, logs.shape[1]))
        spell = {i: str(to_string(i)) for i in {*ids.tolist(), *top.ravel().tolist()}}
        props = {
            "prompt": strings("to_string", [spell[i] for i in ids.tolist()]),
            "topKTokens": [[clean(spell[i]) for i in row] for row in top.tolist()],
        }
        arrays = {"topKLogProbs": top_value, "correctTokenRank": rank, "correctTokenLogProb": value}
        summary = (
            f"{int((rank == 0).sum())} of {len(rank)} tokens foreseen first; "
            f"mean log probability {number(float(value.mean()), 'nats')}"
        )
        super().__init__(props, arrays, summary, session, title)


class TopkTokens(CircuitsVis):
    """The tokens on which each neuron is strongest and weakest, as a table with choosers.

    tokens: one list of tokens a sample. activations: one array [layer, pos, neuron] a sample.
    max_k: how many tokens at most from either end. The names and labels stand in the choosers.
    Raises ValueError when counts or shapes differ.

    >>> TopkTokens([["a", "b"]], [np.zeros((1, 2, 3))], max_k=1).summary
    '1 sample, 1 × 3 Layer × Neuron, top and bottom 1 tokens'
    """

    def __init__(
        self,
        tokens: Sequence[Sequence[str]],
        activations: Sequence[Array],
        max_k: int = 10,
        first_dimension_name: str = "Layer",
        third_dimension_name: str = "Neuron",
        sample_labels: Sequence[str] | None = None,
        first_dimension_labels: Sequence[str] | None = None,
        *,
        session: Session | None = None,
        title: str = "",
    ):
        tokens = [strings(f"tokens[{i}]", sample) for i, sample in enumerate(tokens)]
        arrays = _samples(tokens, activations, pos=1)
        if not isinstance(max_k, int) or max_k < 1:
            raise ValueError(f"max_k is {max_k!r}; it counts tokens, so 1 or more")
        k = min(max_k, *(array.shape[1] for array in arrays))
        ends = [_both_ends(array, k) for array in arrays]
        layers, _, neurons = arrays[0].shape
        props = {
            "tokens": tokens,
            "firstDimensionName": clean(first_dimension_name),
            "thirdDimensionName": clean(third_dimension_name),
            "sampleLabels": labels("sample_labels", sample_labels, len(tokens), "samples"),
            "firstDimensionLabels": labels(
                "first_dimension_labels", first_dimension_labels, layers, "layers"
            ),
        }
        names = ("topkVals", "topkIdxs", "bottomkVals", "bottomkIdxs")
        summary = (
            f"{_samples_of(tokens)}, {layers} × {neurons} {first_dimension_name} × "
            f"{third_dimension_name}, top and bottom {k} tokens"
        )
        packed = {name: [end[i] for end in ends] for i, name in enumerate(names)}
        super().__init__(props, packed, summary, session, title)


class TextNeuronActivations(CircuitsVis):
    """Each token coloured by one neuron's activation; layer and neuron are chosen above.

    tokens: [pos], or a list of such for several samples.
    activations: [pos, layer, neuron], or a list of such. Names and labels stand in the choosers.
    Raises ValueError when counts or shapes differ, or when more than 2 MB would be sent.

    >>> TextNeuronActivations(["a", "b"], np.zeros((2, 3, 4))).summary
    '1 sample, 3 × 4 Layer × Neuron'
    """

    def __init__(
        self,
        tokens: Sequence[str] | Sequence[Sequence[str]],
        activations: Array | Sequence[Array],
        first_dimension_name: str | None = "Layer",
        second_dimension_name: str | None = "Neuron",
        first_dimension_labels: Sequence[str] | None = None,
        second_dimension_labels: Sequence[str] | None = None,
        *,
        session: Session | None = None,
        title: str = "",
    ):
        single = all(isinstance(token, str) for token in tokens)
        given: Any = [tokens] if single else tokens
        samples = [strings(f"tokens[{i}]", sample) for i, sample in enumerate(given)]
        arrays = _samples(samples, [activations] if single else activations, pos=0)
        _, layers, neurons = arrays[0].shape
        first = clean(first_dimension_name or "Layer")
        second = clean(second_dimension_name or "Neuron")
        props = {
            "tokens": samples,
            "firstDimensionName": first,
            "secondDimensionName": second,
            "firstDimensionLabels": labels(
                "first_dimension_labels", first_dimension_labels, layers, "layers"
            ),
            "secondDimensionLabels": labels(
                "second_dimension_labels", second_dimension_labels, neurons, "neurons"
            ),
        }
        summary = f"{_samples_of(samples)}, {layers} × {neurons} {first} × {second}"
        super().__init__(props, {"activations": arrays}, summary, session, title)


def _samples_of(samples: list[list[str]]) -> str:
    return f"{len(samples)} sample{'s' * (len(samples) != 1)}"


def _without_batch(array: np.ndarray, axes: int) -> np.ndarray:
    """`array` without a leading batch of one."""
    return array[0] if array.ndim == axes + 1 and len(array) == 1 else array


def _ids(token_indices: Array) -> np.ndarray:
    ids = _without_batch(as_array(token_indices), 1)
    if ids.ndim != 1 or not np.issubdtype(ids.dtype, np.integer):
        raise ValueError(f"token_indices: {ids.dtype} of shape {ids.shape}; integers [pos] wanted")
    return ids


def _foreseen(ids: np.ndarray, logs: np.ndarray, k: int) -> tuple[np.ndarray, ...]:
    """For each position but the last, of the token that came next: rank and log probability; and
    the k likeliest ids with theirs. The best rank is 0."""
    logs, came = logs[:-1], ids[1:]
    value = np.take_along_axis(logs, came[:, None], axis=1)
    top = np.argsort(-logs, axis=1, kind="stable")[:, :k]
    rank = (logs > value).sum(1)
    return rank, value[:, 0], top, np.take_along_axis(logs, top, axis=1)


def _samples(tokens: list[list[str]], activations: Any, pos: int) -> list[np.ndarray]:
    """One array of three axes a sample, its axis `pos` as long as the sample has tokens."""
    if len(activations) != len(tokens):
        raise ValueError(f"{len(tokens)} samples of tokens but {len(activations)} of activations")
    arrays = [numbers(f"activations[{i}]", sample, 3) for i, sample in enumerate(activations)]
    for i, array in enumerate(arrays):
        same_length(f"tokens[{i}]", len(tokens[i]), f"activations[{i}]", array.shape, pos)
        rest, wanted = np.delete(array.shape, pos), np.delete(arrays[0].shape, pos)
        if (rest != wanted).any():
            raise ValueError(
                f"activations[{i}] has shape {array.shape}, activations[0] has {arrays[0].shape}; "
                "they may differ in the number of tokens only"
            )
    return arrays


def _both_ends(array: np.ndarray, k: int) -> tuple[np.ndarray, ...]:
    """Of [layer, pos, neuron] the k largest along pos, largest first, and the k smallest, smallest
    last; values and positions of each: [layer, k, neuron]."""
    order = np.argsort(-array, axis=1, kind="stable")
    top, bottom = order[:, :k], order[:, -k:]
    take = np.take_along_axis
    return take(array, top, 1), top, take(array, bottom, 1), bottom
