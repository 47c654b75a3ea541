"""Writing a text word by word, with the truth about each word kept beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lab.corpora.chance import Chance
from lab.corpora.documents import Document, Number, Referent, Word

OF_KIND = {"girl": "she", "woman": "she", "boy": "he", "man": "he"}
OBJECT = {"he": "him", "she": "her", "it": "it", "they": "them"}
OWNER = {"he": "his", "she": "her", "it": "its", "they": "their"}
SELF = {"he": "himself", "she": "herself", "it": "itself", "they": "themselves"}
NEAR = 2
"""How many sentences back a pronoun may reach."""
_NO = object()


def sounds_open(word: str) -> bool:
    """Whether a word is spoken with a vowel first, and so takes an.

    >>> sounds_open("hour"), sounds_open("one")
    (True, False)
    """
    return (word[0] in "aeiou" and word not in ("one", "useful")) or word in ("hour", "honest")


@dataclass(slots=True)
class Thing:
    """Somebody or something in a story; `owner` of relatives: whose mom it is."""

    id: int
    kind: str
    noun: str = ""
    name: str = ""
    number: Number = "singular"
    adjective: str = ""
    sense: str | None = None
    owner: Thing | None = None
    members: tuple[Thing, ...] = ()
    pronoun: str = field(default="")

    def __post_init__(self) -> None:
        plural = self.number == "plural"
        self.pronoun = self.pronoun or ("they" if plural else OF_KIND.get(self.kind, "it"))

    def referent(self) -> Referent:
        """What a document keeps of it."""
        members = tuple(member.id for member in self.members)
        return Referent(self.name or self.noun, self.pronoun, self.number, self.kind, members)


class Scene:
    """A text being written: who is in it, what tense it is told in, and the words so far."""

    def __init__(self, chance: Chance, tense: str = "past"):
        self.chance, self.tense = chance, tense
        self.cast: dict[str, Thing] = {}
        self.things: list[Thing] = []
        self.parts: list[str] = []
        self.words: list[Word] = []
        self.length = 0
        self.sentence = 0
        self.speaking = False
        self._space, self._capital = "", True
        self._article: object = _NO
        self._last: dict[int, int] = {}

    def word(
        self,
        text: str,
        pos: str,
        number: Number | None = None,
        referent: int | None = None,
        sense: str | None = None,
    ) -> None:
        """Writes a word, with a space before it and a capital where a sentence starts."""
        if self._article is not _NO:
            article = "an" if sounds_open(text) else "a"
            referred, self._article = self._article, _NO
            self._put(article, "DET", None, referred, None)
        if text == "a" and pos == "DET":
            self._article = referent  # a or an? The next word says
        else:
            self._put(text, pos, number, referent, sense)

    def _put(self, text: str, pos: str, number: Any, referent: Any, sense: str | None) -> None:
        if self._capital:
            text, self._capital = text[0].upper() + text[1:], False
        if self._space:
            self.parts.append(self._space)
            self.length += len(self._space)
        self.parts.append(text)
        start = self.length
        self.length = stop = start + len(text)
        self._space = " "
        self.words.append(Word(start, stop, pos, number, referent, sense))

    def mark(self, sign: str) -> None:
        """Writes punctuation: none of it has a space before it, but for an opening quote."""
        if sign == "“":
            self.parts.append(self._space + '"')
            self.length += len(self._space) + 1
            self._space, self._capital, self.speaking = "", True, True
            return
        if sign == "”":
            sign, self.speaking = '"', False
        elif sign in ".!?":
            self._capital = True
            self.sentence += 1
        self.parts.append(sign)
        self.length += len(sign)
        self._space = " "

    def small(self) -> None:
        """What follows goes on in small letters: `"Look!" said Tom.`"""
        self._capital = False

    def glued(self) -> None:
        """What follows stands without a space: the 's of `Tom's`."""
        self._space = ""

    def paragraph(self) -> None:
        """Starts a new line."""
        if self.parts:
            self._space = "\n"
        self._capital = True

    def mentioned(self, thing: Thing) -> None:
        """Notes that a thing, and who belongs to it, was spoken of in this sentence."""
        self._last[thing.id] = self.sentence
        for member in thing.members:
            self._last[member.id] = self.sentence

    def clear(self, thing: Thing, here: bool = False) -> bool:
        """Whether a pronoun for the thing can mean nothing else.

        It was spoken of in this sentence or the one before, and nothing else that takes the same
        pronoun was. `here`: this sentence alone is looked at (`Tom found his hat`), if the thing
        was spoken of in it.
        """
        oldest = self.sentence - NEAR + 1
        if here and self._last.get(thing.id) == self.sentence:
            oldest = self.sentence
        if self._last.get(thing.id, -1) < oldest:
            return False
        pronoun, things = thing.pronoun, self.things
        for other, sentence in self._last.items():
            if sentence >= oldest and other != thing.id and things[other].pronoun == pronoun:
                return False
        return True

    def thing(self, kind: str, **about: object) -> Thing:
        """A new thing of this text."""
        made = Thing(len(self.things), kind, **about)  # type: ignore[arg-type]
        self.things.append(made)
        return made

    def group(self, members: tuple[Thing, ...]) -> Thing:
        """Several things spoken of as one."""
        for thing in self.things:
            if thing.members == members or thing.members == members[::-1]:
                return thing
        name = " and ".join(member.name or member.noun for member in members)
        return self.thing("group", name=name, number="plural", members=members)

    def role(self, roles: str) -> Thing:
        """Who plays a role; `A+B` are the two together."""
        thing = self.cast.get(roles)
        if thing is None:
            thing = self.group(tuple(self.cast[role] for role in roles.split("+")))
        return thing

    def document(self, kind: str) -> Document:
        """What was written."""
        referents = tuple(thing.referent() for thing in self.things)
        return Document("".join(self.parts), tuple(self.words), None, kind, referents)
