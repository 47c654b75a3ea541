"""Classes of words that may stand for each other: `%happy` in a pattern is one of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from lab.corpora.scene import Scene

_WORDS = {
    "happy/ADJ": "happy glad proud cheerful excited",
    "sad/ADJ": "sad upset unhappy sorry",
    "colour/ADJ": "red blue green yellow pink purple orange white black brown golden gray",
    "fine/ADJ": "nice good lovely great wonderful fine",
    "nice/ADJ": "nice kind brave clever little happy young quiet",
    "small/ADJ": "small little tiny",
    "size/ADJ": "big small little tiny huge tall",
    "weather/ADJ": "sunny warm rainy windy cold cloudy snowy",
    "state/ADJ": "wet clean dirty new old pretty big small little broken empty red blue green",
    "mood/ADJ": "happy sad hungry tired sleepy quiet loud funny friendly small big brave young",
    "time/NOUN": "day morning afternoon evening",
    "soon/ADV": "soon then later finally suddenly",
    "gladly/ADV": "happily quickly gently quietly proudly loudly kindly",
    "part/NOUN": "morning afternoon evening",
    "number/NUM": "two three four five six seven eight nine ten",
    "month/PROPN": "May June July",
}


def _written(word: str, pos: str, scene: Scene) -> None:
    scene.word(word, pos, "singular" if pos in ("NOUN", "PROPN") else None)


CLASSES: dict[str, tuple[Callable[[Scene], None], ...]] = {
    key.split("/")[0]: tuple(partial(_written, word, key.split("/")[1]) for word in words.split())
    for key, words in _WORDS.items()
}
