"""Words of two senses, each sense in scenes of its own, equally often."""

from __future__ import annotations

from lab.corpora.casting import fill
from lab.corpora.grammar import write
from lab.corpora.plots.wordacts import OF_VERBS
from lab.corpora.plots.wordplay import OF_NOUNS
from lab.corpora.scene import Scene

SENSES = OF_NOUNS | OF_VERBS
ROLES = "A:child B:other(A) M:kin(A) P:place"
OPENING = (
    "",
    "",
    "It be>it a %weather %time .",
    "$A+B be>A+B [good|best|old] friends .",
    "One %time , $A+B be>A+B [outside|together] .",
    "$A live>A [near the$P|next to the$P|with his$A n$M] .",
)
LINK = ("Then", "Later ,", "After that/PRON ,", "The next/ADJ day ,", "In the %part ,", "")
CLOSING = ("", "", "$A+B [laugh>A+B|smile>A+B] .", "It be>it a %fine day .", "he$A be>A %happy .")
WORDS = tuple(sorted({key.split("/")[0] for key in SENSES}))


def senses(scene: Scene) -> None:
    """Two or three scenes with such words; often the same word in both of its senses."""
    chance = scene.chance
    fill(scene, ROLES)
    write(scene, chance.pick(OPENING))
    both = chance.happens(0.4)
    words = chance.several(WORDS, 1 if both else chance.between(2, 4))
    scenes = [key for word in words for key in _senses(scene, word, both)]
    for place, key in enumerate(chance.shuffled(scenes)):
        told = chance.pick(SENSES[key])
        if place and (told[0] == "“" or chance.happens(0.4)):
            scene.paragraph()
        elif place:
            write(scene, chance.pick(LINK))
        write(scene, told)
    write(scene, chance.pick(CLOSING))


def _senses(scene: Scene, word: str, both: bool) -> list[str]:
    found = [key for key in SENSES if key.startswith(word + "/")]
    return found if both else [scene.chance.pick(found)]
