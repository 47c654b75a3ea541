# ruff: noqa: SIM905 - lists of words are easier to read, and to add to, as lines of text
"""Nouns by what they name, with their plurals and the adjectives that suit them."""

from __future__ import annotations

from typing import NamedTuple


class Noun(NamedTuple):
    """A noun: how it is written for one and for several, and what kind of thing it names."""

    one: str
    many: str
    kind: str


_IRREGULAR = {
    "man": "men", "woman": "women", "child": "children", "mouse": "mice", "fish": "fish",
    "sheep": "sheep", "goose": "geese", "leaf": "leaves", "knife": "knives", "loaf": "loaves",
    "shelf": "shelves", "wolf": "wolves", "foot": "feet", "tooth": "teeth", "scarf": "scarves",
    "deer": "deer", "fisherman": "fishermen", "postman": "postmen", "person": "people",
    "half": "halves",
}  # fmt: skip


def plural(noun: str) -> str:
    """How a noun is written for several.

    >>> plural("puppy"), plural("box"), plural("mouse"), plural("toy car")
    ('puppies', 'boxes', 'mice', 'toy cars')
    """
    head, space, last = noun.rpartition(" ")
    if last in _IRREGULAR:
        return head + space + _IRREGULAR[last]
    if last.endswith(("s", "x", "ch", "sh", "z")):
        return noun + "es"
    if last.endswith("y") and last[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


_WORDS = {
    "toy": "ball kite doll drum robot puzzle balloon whistle yo-yo top puppet marble "
    "spinner wagon scooter rocket truck car boat train crayon sticker",
    "treat": "apple cookie cake banana pear cupcake muffin pie peach plum sandwich carrot "
    "strawberry sweet lollipop biscuit pancake",
    "keepsake": "book hat scarf flower shell key coin map cup basket bag button feather "
    "necklace picture card pencil box bell blanket pillow lamp spoon stone hammer jar rope "
    "mirror ribbon bottle candle towel jacket coat shoe sock umbrella present",
    "animal": "dog cat rabbit bird duck frog fox bear mouse horse cow pig sheep goat squirrel "
    "turtle puppy kitten hen bee owl monkey lion elephant tiger wolf deer goose donkey pony "
    "hedgehog snail bunny fish",
    "place": "park garden beach school zoo farm forest market river lake shop library playground "
    "field hill kitchen yard museum pond bakery castle village meadow barn harbor island",
    "fixture": "tree house fence bench bridge gate wall bush tent well swing slide door chair "
    "table window shed tower statue sandbox fountain rock",
    "pet": "bird rabbit duck puppy kitten squirrel hedgehog owl mouse bunny hen",
    "cake": "cake pie muffin pancake cupcake tart",
    "vessel": "vase lamp cup jar bowl mirror plate",
    "seed": "seed bean",
    "woman": "woman teacher nurse neighbor baker lady",
    "man": "man farmer fisherman postman driver",
}

NOUNS: dict[str, tuple[Noun, ...]] = {
    kind: tuple(Noun(word, plural(word), kind) for word in words.split())
    for kind, words in _WORDS.items()
}
NOUNS["thing"] = NOUNS["toy"] + NOUNS["keepsake"]
NOUNS["gift"] = NOUNS["toy"] + NOUNS["treat"] + NOUNS["keepsake"]
NOUNS["girls and boys"] = tuple(
    Noun(word, plural(word), "person") for word in ("girl", "boy", "child", "friend", "teacher")
)
NOUNS["anything"] = NOUNS["animal"] + NOUNS["toy"] + NOUNS["keepsake"] + NOUNS["girls and boys"]
NOUNS["landmark"] = NOUNS["fixture"] + NOUNS["keepsake"] + NOUNS["animal"] + NOUNS["toy"]

KIN = {"woman": ("mom", "grandma", "sister", "aunt"), "man": ("dad", "grandpa", "brother", "uncle")}

ADJECTIVES = {
    "toy": "red blue green yellow new old shiny little big broken pretty wooden".split(),
    "treat": "sweet yummy big small fresh tasty juicy warm".split(),
    "keepsake": "red blue old new small big pretty shiny lovely special soft strange".split(),
    "animal": "little big brown white black gray friendly hungry sleepy funny clever shy".split(),
    "pet": "little small brown white black gray".split(),
    "cake": "big little sweet warm special".split(),
    "vessel": "blue white pretty old red".split(),
    "seed": "little tiny brown".split(),
    "place": "big old quiet sunny little new pretty busy green".split(),
    "fixture": "big old tall little red white wooden".split(),
    "woman": "kind old young tall friendly wise".split(),
    "man": "kind old young tall friendly wise".split(),
    "person": "happy little kind brave quiet clever funny".split(),
}
