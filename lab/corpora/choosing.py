"""Two ways to go on, one right: what a model is asked to see whether it follows.

The prompts' patterns are not among those of the stories; with `held_out` the pairs of names and
of nouns in them are pairs that no story brings together. (`held_out=False` takes the other pairs,
in the same patterns.)
"""

from __future__ import annotations

from typing import NamedTuple

from lab.corpora.casting import fill
from lab.corpora.chance import Chance
from lab.corpora.grammar import write
from lab.corpora.names import COMMON_BOYS, COMMON_GIRLS, kept_back
from lab.corpora.nouns import ADJECTIVES, NOUNS
from lab.corpora.scene import Scene, Thing


class Choice(NamedTuple):
    """A prompt, the word that goes on rightly and one that doesn't, both with their space."""

    prompt: str
    right: str
    wrong: str
    kind: str


KINDS = ("indirect object", "he or she", "they", "agreement")

MEETINGS = (
    "On a warm day , $A+B go>A+B to the$P .",
    "After school/NOUN , $A+B play>A+B in the$P .",
    "$A+B spend>A+B the %time at the$P .",
    "In the summer , $A+B like>A+B to sit in the$P .",
    "$A+B find>A+B a$Y at the$P .",
    "When $A+B come>A+B back from the$P , everything be>A quiet .",
)
ASIDES = (
    "",
    "",
    "The water be>P cold and the birds be>A+B loud .",
    "It be>P getting/VERB dark .",
    "There be>A+B many people around .",
)
GIVINGS = (
    "Then $G give>G a$X to",
    "After a while , $G give>G the$X to",
    "$G take>G a$X and hand>G him$X to",
    "Soon , $G bring>G a$X to",
    "$G be>G happy and say>G hello to",
    "At last , $G show>G the$X to",
    "$G laugh>G and throw>G a$X to",
)
ONE = (
    "$A be>A very tired , so/CCONJ",
    "One night $A see>A a$X . Then",
    "$A want>A to open the box , but",
    "Everyone know>A that $A be>A kind . Every day",
    "The rain stop>A and $A go>A out . Soon",
    "$A eat>A the$T because",
    "When $A wake>A up ,",
)
TWO = (
    "$A+B be>A+B very tired , so/CCONJ",
    "One night $A+B see>A+B a$X . Then",
    "$A+B want>A+B to open the box , but",
    "The rain stop>A and $A+B go>A+B out . Soon",
    "$A+B eat>A+B the$T because",
    "When $A+B wake>A+B up ,",
)
SUBJECTS = (
    "the$S beside the$L",
    "the$S in front of the$L",
    "In the %time , the$S [near|behind|under|by|next to] the$L",
    "$A say>A that/SCONJ the$S [near|behind|next to] the$L",
    "Every day , the$S [by|behind|next to] the$L",
)
THINGS = ((" is", " are"), (" has", " have"), (" looks", " look"), (" is", " are"))
LIVING = (*THINGS, (" runs", " run"), (" plays", " play"), (" wants", " want"), (" likes", " like"),
          (" sleeps", " sleep"))  # fmt: skip


def choices(kind: str, n: int = 200, seed: int = 0, held_out: bool = True) -> list[Choice]:
    """Prompts with a right and a wrong next word.

    Args:
        kind: "indirect object" (Lily, after "Lily and Tom … Tom gave a ball to"), "he or she"
            (by the name), "they" (rather than he or she, of two people), "agreement" (of the verb
            with its noun, another noun of the other number in between).
        n: how many; no two are the same.
        seed: another seed, other prompts.
        held_out: only pairs of names, and of nouns, that no story brings together.
    Raises:
        ValueError: a kind that is not one of `KINDS`.

    >>> one = choices("they", 1)[0]
    >>> one.right, one.wrong in (" he", " she")
    (' they', True)
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; it is one of {', '.join(map(repr, KINDS))}")
    make = dict(zip(KINDS, (_indirect, _he_or_she, _they, _agreement), strict=True))[kind]
    made: dict[str, Choice] = {}
    chance = Chance("choices", kind, seed, held_out)
    while len(made) < n:
        scene = Scene(chance, "past" if chance.happens(0.5) else "present")
        right, wrong = make(scene, held_out)
        prompt = "".join(scene.parts)
        made.setdefault(prompt, Choice(prompt, right, wrong, kind))
    return list(made.values())


def _indirect(scene: Scene, held_out: bool) -> tuple[str, str]:
    chance = scene.chance
    one, other = _two(scene, held_out)
    fill(scene, "P:place X:gift Y:keepsake")
    write(scene, chance.pick(MEETINGS))
    write(scene, chance.pick(ASIDES))
    giver, getter = (one, other) if chance.happens(0.5) else (other, one)
    scene.cast["G"] = giver
    write(scene, chance.pick(GIVINGS))
    return f" {getter.name}", f" {giver.name}"


def _he_or_she(scene: Scene, held_out: bool) -> tuple[str, str]:
    one, _ = _two(scene, held_out)
    fill(scene, "X:thing T:treat")
    write(scene, scene.chance.pick(ONE))
    return (" she", " he") if one.kind == "girl" else (" he", " she")


def _they(scene: Scene, held_out: bool) -> tuple[str, str]:
    _, other = _two(scene, held_out)
    fill(scene, "X:thing T:treat")
    write(scene, scene.chance.pick(TWO))
    return " they", " she" if other.kind == "girl" else " he"


def _two(scene: Scene, held_out: bool) -> tuple[Thing, Thing]:
    """Two people with common names."""
    chance, names = scene.chance, COMMON_GIRLS + COMMON_BOYS
    while True:
        one, other = chance.pick(names), chance.pick(names)
        if one != other and kept_back(one, other) == held_out:
            break
    kinds = ["girl" if name in COMMON_GIRLS else "boy" for name in (one, other)]
    scene.cast["A"] = scene.thing(kinds[0], name=one)
    scene.cast["B"] = scene.thing(kinds[1], name=other)
    return scene.cast["A"], scene.cast["B"]


def _agreement(scene: Scene, held_out: bool) -> tuple[str, str]:
    chance = scene.chance
    _two(scene, held_out)
    while True:
        noun, near = chance.pick(NOUNS["anything"]), chance.pick(NOUNS["landmark"])
        same = noun.one == noun.many or near.one == near.many or noun.one == near.one
        if not same and kept_back(noun.one, near.one) == held_out:
            break
    many = chance.happens(0.5)
    for role, one, several in (("S", noun, many), ("L", near, not many)):
        adjective = chance.pick(ADJECTIVES[one.kind]) if chance.happens(0.3) else ""
        number = "plural" if several else "singular"
        scene.cast[role] = scene.thing(one.kind, noun=one.one, number=number, adjective=adjective)
    write(scene, chance.pick(SUBJECTS))
    alive = noun.kind in ("animal", "person")
    pair = chance.pick(LIVING if alive else THINGS)
    single, several = pair if scene.tense == "present" else (" was", " were")
    return (several, single) if many else (single, several)
