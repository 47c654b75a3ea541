"""Scenes in which one gives something to the other: who gets it is told by who gives.

The two are met in either order, either gives, and other sentences may stand in between.
"""

from __future__ import annotations

from lab.corpora.casting import drawn, fill
from lab.corpora.grammar import write
from lab.corpora.scene import Scene

ROLES = (
    "A:child B:child P:place",
    "A:child B:other(A) P:place",
    "A:child B:same(A) P:place",
    "A:child B:same(A) P:place C:child",
)
MEETING = (
    "[One day ,|One %weather %time ,|After breakfast ,|] $A+B go>A+B to the$P .",
    "[Then ,|Later ,|One day ,|In the %part ,|] $A+B walk>A+B to a$P [together|] .",
    "$A+B be>A+B [at|near] the$P .",
    "$A+B play>A+B [at|near] the$P [all day|all morning|] .",
    "$A+B meet>A+B at the$P .",
    "[One %time|Once] $A meet>A $B at the$P .",
    "$B run>B to the$P with $A .",
    "$A be>A at the$P when $B come>B [home|there/ADV|] .",
    "[One day|One %weather %time] $A visit>A $B [at the$P|] .",
    "$A live>A next to $B . One day $A+B meet>A+B at the$P .",
    "$A+B be>A+B [good|best|old] friends . he$A+B go>A+B to the$P .",
    "When $A+B get>A+B to the$P , it be>it %weather .",
    "At the$P there be>them two children , $A+B .",
    "$A have>A a friend . his$A friend be>A $B . One day $A+B meet>A+B at the$P .",
)
BETWEEN = (
    "It be>it a %weather day .",
    "The sun be>it [warm|bright|yellow] .",
    "he$A+B play>A+B [for a long time|with the toys|in the grass] .",
    "he$A+B be>A+B very %happy .",
    "There be>it a big tree [there/ADV|near the path|] .",
    "Some birds sing>them in the tree .",
    "he$A+B sit>A+B down [in the grass|near a tree|] .",
    "he$A+B talk>A+B and laugh>A+B .",
    "Then it start>it to rain .",
    "the$P be>P [full of people|very quiet|big and green] .",
    "he$A+B run>A+B and jump>A+B .",
    "$C come>C too .",
    "$C see>C he$A+B there/ADV .",
)
GIVING = (
    "$G give>G [a$Z|the$Z] to $R",
    "$G hand>G [a$Z|the$Z] to $R",
    "$G show>G [a$Z|the$Z] to $R",
    "$G pass>G [a$Z|the$Z] to $R",
    "$G throw>G [a$Z|the$Z] to $R",
    "$G bring>G a$Z to $R",
    "$G offer>G a$Z to $R",
    "$G want>G to give a$Z to $R",
    "$G decide>G to give the$Z to $R",
    "$G buy>G a$Z for $R",
    "$G make>G a$Z for $R",
    "$G find>G a$Z and give>G him$Z to $R",
)
TURNING = (
    "$G have>G a$Z and show>G him$Z to $R",
    "$G say>G [hello|thank you$R|something nice] to $R",
    "$G wave>G to $R",
    "$G smile>G at $R",
    "$G tell>G a story to $R",
    "$G sing>G a song to $R",
    "$G read>G a book to $R",
    "$G listen>G to $R",
    "$G sit>G [down|] next to $R",
    "$G run>G to $R",
    "$G talk>G to $R [for a long time|]",
    "$G play>G with $R",
    "$G look>G at $R",
)
FIRST = (
    "", "", "", "", "Then", "Then", "Soon", "Soon ,", "Later ,", "Later that/DET day ,",
    "After that/PRON ,", "The next/ADJ day ,", "In the %part ,", "Before dinner ,",
    "A little/ADV later ,", "When the sun come>it out ,", "When it get>it dark ,",
    "After a long walk/NOUN ,", "All at once/ADV ,",
)  # fmt: skip
LAST = (
    "", "", "", "[very|] %gladly", "in the %part", "at the$P", "near the [tree|gate|house|water]",
    "before/SCONJ he$A+B go>A+B home", "and laugh>G", "because it be>it a %fine day",
    "after dinner",
    "when it be>it time to go", "for the first time", "with a [happy|big|kind] smile/NOUN",
)  # fmt: skip
REPLY = (
    "", "", "", "$R [smile>R|laugh>R] .", "he$A+B [laugh>A+B|smile>A+B|be>A+B %happy] .",
    "“ Hello , $G , ” ^ say>R $R .", "he$R be>R [very|] %happy .", "$R smile>R [back|too] .",
    "he$R look>R up and [nod>R|wave>R|laugh>R] .",
)  # fmt: skip
ANSWER = (
    "$R say>R , “ Thank you$G , $G . ”",
    "$R be>R very %happy .",
    "“ Thank you$G , $G , ” ^ say>R $R .",
    "$R smile>R and take>R the$Z .",
    "he$R say>R thank you$G [and smile>R|] .",
    "$R say>R [yes/INTJ|thank you$G] and take>R the$Z .",
    "he$R be>R %happy .",
    "he$A+B laugh>A+B .",
    "he$A+B smile>A+B .",
    "",
    "",
)


def giving(scene: Scene) -> None:
    """Two meet, and one after the other gives, shows or says something to the other."""
    chance = scene.chance
    fill(scene, chance.pick(ROLES))
    if chance.happens(0.5):
        scene.cast["A"], scene.cast["B"] = scene.cast["B"], scene.cast["A"]
    write(scene, chance.pick(MEETING))
    for _ in range(chance.between(2, 5)):
        if chance.happens(0.35):
            between(scene)
        one_gives(scene)
        if chance.happens(0.25):
            scene.paragraph()
    if chance.happens(0.5):
        write(scene, "[Then|In the evening|Soon] he$A+B go>A+B home [together|] .")


def between(scene: Scene) -> None:
    """A sentence about something else."""
    pattern = scene.chance.pick(BETWEEN)
    if "$C" not in pattern:
        write(scene, pattern)
    elif "C" in scene.cast:
        write(scene, pattern.replace("he$A+B there/ADV", "$A+B [there/ADV|]"))


def one_gives(scene: Scene) -> None:
    """One of the two gives, or says, something to the other, who may answer."""
    chance = scene.chance
    giver, getter = ("A", "B") if chance.happens(0.5) else ("B", "A")
    cast = scene.cast
    gift = drawn(scene, "gift", many=chance.happens(0.15))
    scene.cast = {**cast, "G": cast[giver], "R": cast[getter], "Z": gift}
    gives = chance.happens(0.6)
    first = chance.pick(FIRST)
    write(scene, first)
    write(scene, chance.pick(GIVING if gives else TURNING))
    if not first and gives:
        write(scene, chance.pick(LAST))
    write(scene, ".")
    write(scene, chance.pick(ANSWER if gives else REPLY))
    scene.cast = cast
