"""Small traces for the tests of views, made without a model."""

from types import SimpleNamespace

import numpy as np

PIECES = ["<s>", "Tom", " gave", " Lily", " a", " ball", ".", "\n", "⟨E2⟩", " שלום", " עולם"]


def a_trace(pieces=PIECES, seed=0, model_name="tiny") -> SimpleNamespace:
    """What `lab.trace` gives, as far as `Tokens` looks: random numbers over given pieces."""
    rng = np.random.default_rng(seed)
    count = len(pieces)
    text = "".join(pieces).encode("utf-8", "replace").decode()
    ends = np.cumsum([len(piece.encode("utf-8", "replace")) for piece in pieces])
    surprisal = rng.gamma(1.3, 2.4, count).astype(np.float32)
    surprisal[0] = np.nan
    return SimpleNamespace(
        pieces=list(pieces),
        surprisal=surprisal,
        ids=rng.integers(0, 50_000, count),
        spans=np.stack([np.r_[0, ends[:-1]], ends], axis=1),
        text=text,
        special=np.arange(count) == 0,
        top_pieces=[[" and", " the", "\n", ".", " so", " x"]] * count,
        top_probs=np.tile([0.5, 0.2, 0.1, 0.05, 0.01, 0.001], (count, 1)),
        model_name=model_name,
    )
