# ruff: noqa: SIM905 - lists of words are easier to read, and to add to, as lines of text
"""Ways to speak of somebody or something: by name, by a noun, by a pronoun."""

from __future__ import annotations

from collections.abc import Callable

from lab.corpora.nouns import plural
from lab.corpora.scene import OBJECT, OWNER, SELF, Scene, Thing


def named(roles: str, scene: Scene) -> None:
    """The name; `Tom and Lily` of a group; `the dog`; `his mom`."""
    _named(scene.role(roles), scene)


def _named(thing: Thing, scene: Scene) -> None:
    if thing.members:
        _listed(thing, scene)
    elif thing.name:
        scene.word(thing.name, "PROPN", "singular", thing.id)
    elif thing.owner:
        _owned(thing.owner, scene)
        _noun(thing, scene)
    else:
        scene.word("the", "DET", None, thing.id)
        _noun(thing, scene)
    scene.mentioned(thing)


def _listed(group: Thing, scene: Scene) -> None:
    last = len(group.members) - 1
    for place, member in enumerate(group.members):
        if place == last:
            scene.word("and", "CCONJ")
        elif place:
            scene.mark(",")
        _named(member, scene)


def _noun(thing: Thing, scene: Scene) -> None:
    many = thing.number == "plural"
    for word in thing.noun.split()[:-1]:
        scene.word(word, "NOUN", "singular", thing.id)
    word = thing.noun.split()[-1]
    scene.word(plural(word) if many else word, "NOUN", thing.number, thing.id, thing.sense)


def owned_by_name(roles: str, scene: Scene) -> None:
    """`Tom's`."""
    _owner_named(scene.role(roles), scene)


def _owner_named(thing: Thing, scene: Scene) -> None:
    _named(thing, scene)
    scene.glued()
    ends = thing.number == "plural" and not thing.members and scene.parts[-1].endswith("s")
    scene.word("'" if ends else "'s", "PART")


def _owned(owner: Thing, scene: Scene) -> None:
    if scene.clear(owner, here=True):
        scene.word(OWNER[owner.pronoun], "PRON", owner.number, owner.id)
        scene.mentioned(owner)
    else:
        _owner_named(owner, scene)


def some(roles: str, scene: Scene) -> None:
    """`a red ball`, `some red balls`."""
    thing = scene.role(roles)
    if thing.number == "plural":
        scene.word(*scene.chance.pick(_SEVERAL))
    else:
        scene.word("a", "DET", None, thing.id)
    if thing.adjective:
        scene.word(thing.adjective, "ADJ", None, thing.id)
    bare(roles, scene)


_SEVERAL = (("some", "DET"), ("two", "NUM"), ("three", "NUM"), ("some", "DET"))


def definite(roles: str, scene: Scene) -> None:
    """`the ball`, now and then `the red ball`."""
    _definite("the", scene.role(roles), scene)


def this(roles: str, scene: Scene) -> None:
    """`this ball`, `these balls`."""
    thing = scene.role(roles)
    _definite("these" if thing.number == "plural" else "this", thing, scene)


def that(roles: str, scene: Scene) -> None:
    """`that ball`, `those balls`."""
    thing = scene.role(roles)
    _definite("those" if thing.number == "plural" else "that", thing, scene)


def _definite(article: str, thing: Thing, scene: Scene) -> None:
    scene.word(article, "DET", None, thing.id)
    if thing.adjective and scene.chance.happens(0.3):
        scene.word(thing.adjective, "ADJ", None, thing.id)
    _noun(thing, scene)
    scene.mentioned(thing)


def bare(roles: str, scene: Scene) -> None:
    """`ball`, after a word that the pattern gives."""
    thing = scene.role(roles)
    _noun(thing, scene)
    scene.mentioned(thing)


def child(roles: str, scene: Scene) -> None:
    """`girl` or `boy`, of somebody who has a name."""
    thing = scene.role(roles)
    scene.word(thing.kind, "NOUN", thing.number, thing.id)
    scene.mentioned(thing)


def own(roles: str, scene: Scene) -> None:
    """`his`, or `Tom's` where his could mean another."""
    _owned(scene.role(roles), scene)


def itself(roles: str, scene: Scene) -> None:
    """`himself`: the subject of its own clause, so never in doubt."""
    thing = scene.role(roles)
    scene.word(SELF[thing.pronoun], "PRON", thing.number, thing.id)
    scene.mentioned(thing)


def _pronoun(forms: dict[str, str] | None) -> Callable[[str, Scene], None]:
    def write(roles: str, scene: Scene) -> None:
        thing = scene.role(roles)
        if not scene.clear(thing):
            return _named(thing, scene)
        pronoun = forms[thing.pronoun] if forms else thing.pronoun
        scene.word(pronoun, "PRON", thing.number, thing.id)
        return scene.mentioned(thing)

    return write


def _spoken(word: str) -> Callable[[str, Scene], None]:
    def write(roles: str, scene: Scene) -> None:
        thing = scene.role(roles)
        scene.word(word, "PRON", thing.number, thing.id)

    return write


FORMS: dict[str, Callable[[str, Scene], None]] = {
    "": named, "'s": owned_by_name, "a": some, "the": definite, "this": this, "that": that,
    "n": bare, "kid": child, "his": own, "himself": itself, "he": _pronoun(None),
    "him": _pronoun(OBJECT),
} | {word: _spoken(word) for word in "I me my mine we us our you your".split()}  # fmt: skip
