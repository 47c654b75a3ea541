# ruff: noqa: SIM905 - lists of words are easier to read, and to add to, as lines of text
"""Passages said twice or more: words in any order that only somebody who looks back can repeat."""

from __future__ import annotations

from functools import cache

from lab.corpora.casting import fill
from lab.corpora.documents import Number
from lab.corpora.grammar import write
from lab.corpora.lexicon import TAGS
from lab.corpora.names import BOYS, GIRLS
from lab.corpora.scene import Scene

BEFORE = (
    "$A know>A a [secret|magic|funny|old|new] [spell|song|rhyme|code] .",
    "$A [read>A|say>A|write>A] a list [for his$A n$M|] .",
    "“ Say it after me$M , ” ^ say>M his$A n$M .",
    "“ Can you$A remember the words ? ” ^ ask>M his$A n$M .",
    "There be>A a [song|list|code|line|spell] on the [wall|paper|door|box|tree] .",
    "$A find>A a [strange|secret|old] [letter|paper|book] .",
    "$A+B play>A+B a word/NOUN game .",
    "$A sing>A [a song|for $B] [in bed|in the garden|] .",
    "These be>A+B the [magic|secret] words :",
    "A robot say>A strange things .",
    "$A want>A to learn the [words|song|code] .",
    "The [song|code|list|spell|line] go>A like this/PRON :",
    "Once there be>A a [child|king|bird] who [say>A|sing>A] only this/PRON :",
    "Again and again , $A hear>A the [same|strange] words .",
)
AGAIN = (
    "Then $B say>B it again :",
    "$B say>B :",
    "Again :",
    "And again :",
    "“ Again ! ” ^ say>B $B .",
    "$A read>A it [again|once more] :",
    "“ Say it [again|once more] , ” ^ say>B $B .",
    "$B remember>B all the words :",
    "One more time :",
    "his$A n$M say>M the same :",
    "And then , very [quietly|loudly|slowly] :",
    "he$B sing>B it too :",
)
AFTER = (
    "Now $B know>B it too .",
    "“ Very good ! ” ^ say>M his$A n$M .",
    "he$A+B laugh>A+B .",
    "$A be>A very %happy .",
    "“ Well done , ” ^ say>A $A .",
)
SOUNDS = (
    "b bl br c ch cl cr d dr f fl fr g gl gr h j k l m n p pl pr qu r s sh sl sp st str t th tr v "
    "w y z"
).split()
VOWELS = "a e i o u ai ea ee oo ou y".split()
ENDS = ["", "", *"b ck d ft g ld ll m n nd ng p rt s st t x zz".split()]


@cache
def common_words() -> tuple[str, ...]:
    """Words of the stories, names among them."""
    return (*sorted(word for word in TAGS if word.isalpha()), *GIRLS, *BOYS)


def repeating(scene: Scene) -> None:
    """A passage of random words or syllables, then the same again, once to three times."""
    chance = scene.chance
    fill(scene, "A:child B:child M:kin(A)")
    bare = chance.happens(0.35)
    items, gap = passage(scene)
    times = chance.between(2, 4) if len(items) < 25 else 2
    if not bare:
        write(scene, chance.pick(BEFORE))
    for time in range(times):
        if time and not bare:
            again = chance.pick((*AGAIN, "", ""))
            if again:
                write(scene, again)
        if chance.happens(0.3) and not bare:
            scene.paragraph()
        recited(scene, items, gap)
    if not bare and chance.happens(0.6):
        write(scene, chance.pick(AFTER))


def passage(scene: Scene) -> tuple[list[str], str]:
    """Words, made-up words or scraps, and the sign between them."""
    chance = scene.chance
    count = chance.between(4, 16) if chance.happens(0.5) else chance.between(12, 50)
    kind = chance.pick(KINDS_OF_PASSAGE)
    if kind != "words":
        count = min(count, 28)
    items = [item(scene, kind) for _ in range(count)]
    if chance.happens(0.2):
        items = [one.capitalize() for one in items]
    return items, chance.pick(("", "", "", ","))


KINDS_OF_PASSAGE = ("words",) * 6 + ("made up", "made up", "scraps", "any", "any")


def item(scene: Scene, kind: str) -> str:
    """One word of a passage."""
    chance = scene.chance
    if kind == "any":
        kind = chance.pick(("words", "words", "made up", "scraps"))
    if kind == "words":
        return chance.pick(common_words())
    return made_up(scene) if kind == "made up" else scrap(scene)


def made_up(scene: Scene) -> str:
    """A word that is none."""
    chance = scene.chance
    return "".join(
        chance.pick(SOUNDS) + chance.pick(VOWELS) + chance.pick(ENDS)
        for _ in range(chance.between(1, 3))
    )


def scrap(scene: Scene) -> str:
    """A piece of a word, two words in one, a letter or a number."""
    chance, words = scene.chance, common_words()
    drawn = chance.random()
    if drawn < 0.15:
        return str(chance.below(10 ** chance.between(1, 3)))
    if drawn < 0.3:
        return chance.pick("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    word = chance.pick(words)
    if drawn < 0.5:
        return word + chance.pick(words)
    cut = chance.below(len(word))
    return word[cut:] if drawn < 0.8 else word[: cut + 1]


def _tag(item: str) -> tuple[str, Number | None]:
    if item in _NAMES:
        return "PROPN", "singular"
    return ("NUM", None) if item.isdigit() else TAGS.get(item.lower(), ("X", None))


def recited(scene: Scene, items: list[str], gap: str) -> None:
    """The passage, word by word."""
    for place, one in enumerate(items):
        if place and gap:
            scene.mark(gap)
        scene.small()
        pos, number = _tag(one)
        scene.word(one, pos, number)
    scene.mark(".")


_NAMES = {*GIRLS, *BOYS}
