"""How a plot is told: a hero, beats in order, and small scenes in between."""

from __future__ import annotations

from typing import NamedTuple

from lab.corpora.casting import fill
from lab.corpora.grammar import write
from lab.corpora.plots.giving import one_gives
from lab.corpora.scene import Scene


class Plot(NamedTuple):
    """A story in beats; each beat is told in one of its ways.

    A is the hero, B another child, M somebody of A's family, P where it happens.
    """

    name: str
    roles: str
    beats: tuple[tuple[str, ...], ...]
    pause: int
    """Before this beat there is time for another small scene."""
    friend: bool = True
    """Whether A and B are friends from the start."""
    ending: bool = True
    """Whether one of the common endings suits it."""


LONG_AGO = (
    "[Once upon a time/NOUN|Once|A long time ago] , there was a [%nice|%small|happy|] kid$A "
    "[named|called] $A .",
    "[Once upon a time/NOUN|Long/ADV ago] , in a [%small|quiet|pretty] [town|village] , there "
    "lived a "
    "kid$A [named|called] $A .",
    "There was once a kid$A [named|called] $A who lived [near the$P|with his$A n$M] .",
    "One [fine|lovely|quiet] %time , a kid$A [named|called] $A went to the$P [with his$A n$M|] .",
)
HERO = (
    "$A be>A a [%nice|%small|happy|brave|clever] kid$A .",
    "$A be>A a kid$A who love>A [to play|to sing|to read|animals|the sun|stories] .",
    "$A live>A with his$A n$M [near|next to] the$P .",
    "This is [a story about|the story of] a %nice kid$A [named|called] $A .",
    "Everyone know>it $A . he$A be>A a [%nice|clever|funny] kid$A .",
)
LIKES = (
    "",
    "",
    "he$A like>A to [play|run|sing|jump] [outside|in the sun|in the rain|all day|every day] .",
    "he$A be>A always [happy|kind|busy] .",
    "he$A have>A [big eyes|brown hair|long hair|a soft voice|a red hat] .",
    "he$A love>A [his$A n$M|the$P] very much .",
    "Everyone [like>it|love>it] him$A .",
)
ENDING = (
    "",
    "he$A+B be>A+B [very|so] %happy .",
    "$A be>A [very|so] %happy .",
    "he$A+B laugh>A+B and go>A+B home [together|] .",
    "[From|After] that/DET day [on/ADV ,|,] $A+B be>A+B [best|good] friends .",
    "That/DET night , $A sleep>A very well .",
    "It be>it a [very|] %fine day .",
    "$A+B play>A+B until it get>it dark .",
    "$A+B never forget>A+B that/DET day .",
    "$A hug>A his$A n$M and smile>A .",
    "[Then|In the end ,] he$A+B go>A+B home [and have>A+B some [cake|soup|milk|tea]|] .",
    "his$A n$M be>M [very|] proud of him$A .",
)
MEANWHILE = (
    "$A+B [play>A+B|run>A+B|sing>A+B|sit>A+B] [together|in the sun|near a tree] for a while/NOUN .",
    "The sun be>it [warm|bright] and the sky be>it blue .",
    "Some birds sing>them in the trees .",
    "It be>it a [%weather] %time .",
    "$A+B be>A+B hungry , so/CCONJ he$A+B [eat>A+B|share>A+B] some [bread|cake|cheese] .",
    "$B be>B there/ADV too . he$B [wave>B|smile>B] .",
    "his$A n$M [smile>M|laugh>M] and give>M him$A a [hug/NOUN|kiss/NOUN|cookie|cup of milk] .",
)


FRIENDS = (
    "he$A have>A many friends , but his$A best friend be>B $B .",
    "his$A best friend be>B $B .",
    "Every day he$A play>A with $B .",
    "$A+B be>A+B [best|good|old] friends .",
    "he$A have>A a friend called $B .",
)


def told(scene: Scene, plot: Plot) -> None:
    """A whole story: the hero, the beats, and how it ends."""
    chance = scene.chance
    fill(scene, plot.roles)
    long_ago = scene.tense == "past" and chance.happens(0.6)
    write(scene, chance.pick(LONG_AGO if long_ago else HERO))
    write(scene, chance.pick(LIKES))
    if plot.friend:
        write(scene, chance.pick(FRIENDS))
    for place, beat in enumerate(plot.beats):
        if place == plot.pause and chance.happens(0.6):
            scene.paragraph()
            pause(scene)
        if place and chance.happens(0.4):
            scene.paragraph()
        write(scene, chance.pick(beat))
    if plot.ending:
        write(scene, chance.pick(("", "¶ ")) + chance.pick(ENDING))


def pause(scene: Scene) -> None:
    """Something that happens by the way."""
    chance = scene.chance
    write(scene, chance.pick(MEANWHILE))
    for _ in range(chance.below(3)):
        one_gives(scene)
