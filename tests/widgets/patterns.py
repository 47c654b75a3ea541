"""Patterns for the tests of attention views: softmax of random scores, causal or not."""

import numpy as np


def attention(layers, heads, tokens, *, seed=0, causal=True, spread=2.0):
    """[layer, head, query, key] float32, each row a softmax."""
    scores = np.random.default_rng(seed).normal(size=(layers, heads, tokens, tokens)) * spread
    if causal:
        scores[..., np.triu_indices(tokens, 1)[0], np.triu_indices(tokens, 1)[1]] = -np.inf
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    return (shares / shares.sum(-1, keepdims=True)).astype(np.float32)


def words(tokens):
    """`tokens` different pieces."""
    return [f" w{i}" for i in range(tokens)]
