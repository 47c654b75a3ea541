"""Scenes that say how things are: subjects and verbs with other nouns in between."""

from __future__ import annotations

from lab.corpora.casting import drawn, fill
from lab.corpora.grammar import write
from lab.corpora.scene import Scene

OPENING = (
    "[One day|One %weather %day|] $A be>A [at|in] the$P .",
    "$A go>A to the$P [with his$A n$M|] .",
    "$A look>A [around|at the$P] .",
    "There be>A a lot to see at the$P .",
    "$A and his$A n$M be>A+M at the$P .",
    "It be>A a %weather day .",
    "$A like>A the$P .",
    "",
)
NEAR = "[near|behind|under|by|next to|with|over|from]"
SUBJECT = (
    f"[the$S|that$S|this$S] {NEAR} the$L",
    f"[the$S|that$S|this$S] {NEAR} the$L",
    "[the$S|that$S]",
    "[the$S|that$S] that/PRON $A see>A",
    "[the$S|that$S] that/PRON the$L like>L",
    "the$S of $A",
    "the$S and the$L",
)
BOTH = "the$S and the$L"
LIVING = (
    "be>S %mood", "be>S %mood and %mood", "be>S not %mood", "look>S %mood", "run>S [fast|away]",
    "play>S [together|all day]", "sleep>S [all day|in the sun]", "jump>S [up and down|very high]",
    "like>S to play", "like>S the sun", "want>S to play", "want>S some food", "eat>S [a lot|food]",
    "have>S [big eyes|a name|a lot of fun]", "be>S [here|there/ADV|asleep|awake]", "sing>S a song",
    "walk>S [home|to the tree|slowly]", "make>S a [loud|funny] noise", "live>S in a house",
    "be>S [looking|running|playing|sleeping|eating]", "see>S $A", "come>S to $A", "do>S not move",
    "do>S not see $A", "go>S away", "sit>S in the grass", "know>S $A", "need>S help",
)  # fmt: skip
LIFELESS = (
    "be>S %state", "be>S %colour", "be>S %colour and %colour", "be>S very %state", "look>S %state",
    "be>S not %colour", "be>S [here|there/ADV]", "belong>S to $A", "look>S %fine", "cost>S a lot",
    "have>S [a hole|a name on it|a nice color]", "be>S gone/ADJ", "shine>S [brightly|in the sun]",
    "come>S from the shop", "fall>S down", "be>S lying in the grass", "do>S not move",
    "be>S [from|for] $A", "seem>S %state", "smell>S %fine", "stand>S [there/ADV|here]",
)  # fmt: skip
CLOSING = (
    "$A like>A [it there/ADV|what he$A see>A|the$P] .",
    "he$A be>A %happy .",
    "Then $A go>A home .",
    "$A smile>A .",
    "",
    "",
)


def describing(scene: Scene) -> None:
    """Somebody looks around; each thing has another beside it, of either number."""
    chance = scene.chance
    fill(scene, "A:child P:place M:kin(A)")
    write(scene, chance.pick(OPENING))
    for _ in range(chance.between(2, 6)):
        one_is(scene)
    write(scene, chance.pick(CLOSING))


def one_is(scene: Scene) -> None:
    """One sentence about something near something else."""
    chance = scene.chance
    kinds = ("anything", "landmark") if chance.happens(0.7) else ("animal", "animal")
    subject = drawn(scene, kinds[0], many=chance.happens(0.5))
    scene.cast["S"] = subject
    scene.cast["L"] = drawn(scene, kinds[1], many=chance.happens(0.5), beside=subject)
    alive = subject.kind in ("animal", "person")
    phrase = chance.pick(SUBJECT)
    if phrase == BOTH and (scene.cast["L"].kind in ("animal", "person")) == alive:
        verb = chance.pick(LIVING if alive else LIFELESS).replace(">S", ">S+L")
    else:
        phrase = SUBJECT[0] if phrase == BOTH else phrase
        verb = chance.pick(LIVING if alive else LIFELESS)
    if phrase == SUBJECT[3] and scene.cast["L"].kind not in ("animal", "person"):
        phrase = SUBJECT[0]
    write(scene, phrase)
    write(scene, verb)
    write(scene, ".")
