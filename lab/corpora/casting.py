"""Who and what a story is about: roles filled by draw, without the pairs that are kept back."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lab.corpora.names import BOYS, COMMON_BOYS, COMMON_GIRLS, GENDER, GIRLS, kept_back
from lab.corpora.nouns import ADJECTIVES, KIN, NOUNS
from lab.corpora.scene import Scene, Thing

_ROLE = re.compile(r"(\w+):([\w ]+?)(?:\((\w+)\))?([?#]?)(?=\s+\w+:|$)")
_USUAL = 0.5
"""The share of names taken from the most common ones."""
_PEOPLE = {"child", "girl", "boy", "other", "same"}


def fill(scene: Scene, roles: str) -> None:
    """Gives the roles of a plot to people and things.

    `A:child B:other(A) M:kin(A) X:toy? Y:animal#`: a child, one of the other gender (`same`: of
    the same), A's mom or brother, a toy or several, several animals.

    Raises:
        ValueError: a role that cannot be read.
    """
    found = _ROLE.findall(roles)
    if len(found) != roles.count(":"):
        raise ValueError(f"cannot read the roles {roles!r}; write them as 'A:child X:toy?'")
    for role, kind, of, several in found:
        scene.cast[role] = _filled(scene, kind, scene.cast.get(of), several)


def _filled(scene: Scene, kind: str, of: Thing | None, several: str) -> Thing:
    if kind in _PEOPLE:
        return person(scene, kind, of)
    if kind == "kin" and of is not None:
        kind = scene.chance.pick(("woman", "man"))
        return scene.thing(kind, noun=scene.chance.pick(KIN[kind][:2]), owner=of)
    many = several == "#" or (several == "?" and scene.chance.happens(0.3))
    # A tree is what things are near to: only pairs that may be told.
    fixed = kind == "fixture"
    others = [one for one in scene.cast.values() if one.noun and (one.kind == "fixture") != fixed]
    return drawn(scene, kind, many, beside=others)


def person(scene: Scene, kind: str = "child", of: Thing | None = None) -> Thing:
    """A girl or boy with a name that nobody in the scene has."""
    if kind == "child":
        kind = scene.chance.pick(("girl", "boy"))
    elif kind in ("other", "same") and of is not None:
        kind = of.kind if kind == "same" else {"girl": "boy", "boy": "girl"}[of.kind]
    common, names = (COMMON_GIRLS, GIRLS) if kind == "girl" else (COMMON_BOYS, BOYS)
    while True:
        name = scene.chance.pick(common if scene.chance.happens(_USUAL) else names)
        if not any(name == one.name or kept_back(name, one.name) for one in named(scene)):
            return scene.thing(kind, name=name)


def named(scene: Scene) -> list[Thing]:
    """The people with a name so far."""
    return [thing for thing in scene.things if thing.name in GENDER]


def drawn(scene: Scene, kind: str, many: bool = False, beside: Iterable[Thing] = ()) -> Thing:
    """A thing, animal or place that is not in the scene yet, and may stand beside the others."""
    taken = {thing.noun for thing in scene.things}
    noun = scene.chance.pick(NOUNS[kind])
    while noun.one in taken or any(kept_back(noun.one, one.noun) for one in beside):
        noun = scene.chance.pick(NOUNS[kind])
    suits = ADJECTIVES[noun.kind]
    adjective = scene.chance.pick(suits) if scene.chance.happens(0.5) else ""
    number = "plural" if many else "singular"
    return scene.thing(noun.kind, noun=noun.one, number=number, adjective=adjective)
