"""A life: one prompt and a few measures at every checkpoint of a training, as plain arrays.

Opening one needs numpy and safetensors only, so that the first picture of a notebook does not
wait for torch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int

Array = np.ndarray
Curve = tuple[Float[Array, " point"], Float[Array, " point"]]


@dataclass(frozen=True, eq=False)
class Life:
    """One prompt through every kept checkpoint of a training, and what was measured on the way.

    A moment is a checkpoint; every array that changes over the training has the moment as its
    first axis. What was not kept is empty (`heads == []`, `words == []`, …).

    Attributes:
        name, prompt: whose life, and the text it is looked at with.
        pieces, special: the prompt's tokens as text, and which are special.
        steps, tokens: [moment], steps done and pieces learned from at each moment.
        curves: name → (steps, values): loss, valid, and every metric.
        heads: the kept heads, each (layer, head).
        patterns: [moment, kept head, query, key], shares of 1; `pattern(l, h)` picks one head.
        lens_layers: the rows of the logit lens, "embed" and then "L0", "L1" …
        lens_pieces: every piece that is some row's best guess, once.
        lens_best: [moment, lens layer, pos], the best guess as its place in `lens_pieces`.
        lens_probs: its probability. The last row's are the model's own.
        targets: [pos], the piece whose chances are followed: what comes next, or the chosen one;
            empty where nothing is.
        target_probs, target_ranks: [moment, lens layer, pos], its probability and its rank (1 is
            the best guess); NaN and 0 where there is none.
        words, groups: the words of the map, and a group's name for each.
        word_map: [moment, word, 2], their embeddings in the plane fitted at the last moment.
        map_share: [moment], the share of the words' variance which that plane shows.
        samples: name → a text for each moment.
        scores: kind → [moment, layer, head], what `lab.head_scores` gives on random tokens said
            twice. chance: kind → what a head gets that attends evenly.

    >>> life = Life.open("formicarium/induction")  # doctest: +SKIP
    >>> life.pattern(1, 2).shape  # doctest: +SKIP
    (64, 24, 24)
    """

    name: str
    prompt: str
    pieces: list[str]
    special: Bool[Array, " pos"]
    steps: Int[Array, " moment"]
    tokens: Int[Array, " moment"]
    heads: list[tuple[int, int]]
    patterns: Float[Array, "moment kept query key"]
    lens_layers: list[str]
    lens_pieces: list[str]
    lens_best: Int[Array, "moment row pos"]
    lens_probs: Float[Array, "moment row pos"]
    targets: list[str]
    target_probs: Float[Array, "moment row pos"]
    target_ranks: Int[Array, "moment row pos"]
    words: list[str]
    groups: list[str]
    word_map: Float[Array, "moment word 2"]
    map_share: Float[Array, " moment"]
    curves: dict[str, Curve] = field(default_factory=dict)
    samples: dict[str, list[str]] = field(default_factory=dict)
    scores: dict[str, Float[Array, "moment layer head"]] = field(default_factory=dict)
    chance: dict[str, float] = field(default_factory=dict)

    def pattern(self, layer: int, head: int) -> Float[Array, "moment query key"]:
        """One head's attention at every moment, float32.

        Raises:
            KeyError: the life did not keep this head; the message names those it kept.
        """
        if (layer, head) not in self.heads:
            kept = ", ".join(f"L{one}H{other}" for one, other in self.heads) or "none"
            raise KeyError(f"L{layer}H{head} was not kept; kept heads: {kept}")
        return self.patterns[:, self.heads.index((layer, head))].astype(np.float32)

    def moment(self, step: int) -> int:
        """The moment nearest to a step.

        >>> life.moment(400)  # doctest: +SKIP
        21
        """
        return int(np.abs(self.steps - step).argmin())

    def save(self, path: str | Path) -> Path:
        """Write the life as safetensors, whole or not at all.

        >>> Life.open(life.save("mine.safetensors")).steps.tolist()  # doctest: +SKIP
        [0, 40, 160, 360, 640, 1000]
        """
        from lab.lives.files import written

        return written(self, Path(path))

    @classmethod
    def open(cls, path: str | Path) -> Life:
        """A saved life, or a shipped one by name. Loads neither torch nor TransformerLens.

        Raises:
            FileNotFoundError: there is no such file; the message names the shipped lives.
            ValueError: the file is not a life, or not a whole one.

        >>> Life.open("formicarium/induction").name  # doctest: +SKIP
        'induction'
        """
        from lab.lives.files import read

        return cls(**read(path))

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        text = self.prompt if len(self.prompt) <= 40 else self.prompt[:37] + "…"
        long = f"{len(self)} moments to step {int(self.steps[-1])}"
        return f"Life({self.name}, {long}, {text!r}, {len(self.heads)} heads)"
