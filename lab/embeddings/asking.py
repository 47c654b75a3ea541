"""Analogies as questions: made from the lexicon of the stories, or read from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lab.corpora.lexicon import VERB_BASES
from lab.corpora.nouns import KIN, NOUNS, plural
from lab.corpora.verbs import doing, past, third


class Analogy(NamedTuple):
    """`a` is to `b` as `c` is to `d`: the last is asked for."""

    a: str
    b: str
    c: str
    d: str
    kind: str = ""


_THINGS = tuple(noun.one for noun in NOUNS["anything"] if " " not in noun.one)
_VERBS = tuple(sorted(verb for verb in VERB_BASES if verb != "be"))
_WOMEN = (*KIN["woman"], "woman", "girl", "mother", "queen")
_MEN = (*KIN["man"], "man", "boy", "father", "king")
_OPPOSITES = (
    "big small,hot cold,happy sad,old young,long short,dark light,full empty,open closed,"
    "early late,loud quiet,wet dry,clean dirty,good bad,first last,high low,fast slow,up down,"
    "in out,inside outside,before after,black white,give take,come go,push pull,win lose,"
    "laugh cry,day night,summer winter,yes no"
)


def _forms(words: Iterable[str], form: Callable[[str], str]) -> list[tuple[str, str]]:
    """Each word with its form, where the two differ."""
    return [(word, form(word)) for word in words if form(word) != word]


def _pairs() -> dict[str, list[tuple[str, str]]]:
    return {
        "plural": _forms(_THINGS, plural),
        "past": _forms(_VERBS, past),
        "-ing": _forms(_VERBS, doing),
        "he or she": _forms(_VERBS, third),
        "gender": list(zip(_WOMEN, _MEN, strict=True)),
        "opposite": [tuple(pair.split()) for pair in _OPPOSITES.split(",")],  # type: ignore
    }


def own_analogies(per_kind: int = 200, seed: int = 0) -> list[Analogy]:
    """Questions from the lexicon of the generated stories, `per_kind` of each kind at most.

    Kinds: plural (dog : dogs), past (go : went), -ing, he or she (run : runs), gender
    (queen : king), opposite (hot : cold). The same ones for a seed.

    >>> len(own_analogies(per_kind=5)), own_analogies(per_kind=1)[0].kind
    (30, 'plural')
    """
    if per_kind < 1:
        raise ValueError(f"per_kind is {per_kind}: at least 1 question of each kind")
    asked: list[Analogy] = []
    for kind, pairs in _pairs().items():
        both: list[Any] = list(permutations(range(len(pairs)), 2))
        chosen = np.random.default_rng(seed).permutation(len(both))[:per_kind]
        asked += [_question(pairs, both[i], kind) for i in chosen]
    return asked


def _question(pairs: list[tuple[str, str]], at: tuple[int, int], kind: str) -> Analogy:
    return Analogy._make([*pairs[at[0]], *pairs[at[1]], kind])


def read_analogies(source: str | Path | Iterable[str]) -> list[Analogy]:
    """Questions in word2vec's form: four words a line, and `: name` where a kind begins.

    Args:
        source: a file's path, or its lines.

    Raises:
        ValueError: a line of other than four words; the message says which.

    >>> read_analogies([": capital", "Paris France Rome Italy"])
    [Analogy(a='Paris', b='France', c='Rome', d='Italy', kind='capital')]
    """
    is_file = isinstance(source, str | Path)
    lines = Path(source).read_text(encoding="utf-8").splitlines() if is_file else source
    kind, asked = "", []
    for number, line in enumerate(lines, 1):
        words = line.split()
        if words[:1] and words[0].startswith(":"):
            kind = line.strip().lstrip(":").strip()
        elif len(words) == 4:
            asked.append(Analogy._make([*words, kind]))
        elif words:
            raise ValueError(
                f"line {number} has {len(words)} words, not four: {line.strip()!r:.60}"
            )
    return asked
