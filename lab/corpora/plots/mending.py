"""Plots of making up: a quarrel, something broken and owned up to."""

from lab.corpora.plots.telling import Plot

QUARREL = Plot(
    "quarrel",
    "A:child B:child M:kin(A) P:place X:toy",
    (
        (
            "One day , $A+B find>A+B a$X [near the$P|in a box] .",
            "$A have>A a new n$X . $B want>B to play with the$X too .",
            "There be>X only one n$X at the$P , and both/DET $A+B want>A+B him$X .",
        ),
        (
            "“ It is mine$A ! ” ^ shout>A $A . “ No , it is mine$B ! ” ^ shout>B $B .",
            "“ Give me$B the$X ! ” ^ say>B $B . “ No ! ” ^ say>A $A .",
            "“ I$A saw him$X first , ” ^ say>A $A . “ But I$B picked him$X up , ” ^ say>B $B .",
        ),
        (
            "$A pull>A , and $B pull>B . Then the$X break>X !",
            "he$A+B push>A+B and pull>A+B , and the$X fall>X into the mud .",
            "$A take>A the$X and run>A away . $B start>B to cry .",
            "$B get>B so angry that/SCONJ he$B throw>B the$X away .",
        ),
        (
            "Now nobody can>it play . he$A+B be>A+B very %sad .",
            "$A look>A at $B . $B look>B at $A . he$A+B be>A+B both/DET sorry .",
            "his$A n$M [come>M|hear>M the noise] . “ What is the matter ? ” ^ ask>M his$A n$M .",
        ),
        (
            "“ you$A+B can share , ” ^ say>M his$A n$M . “ First/ADV $A , then $B . ”",
            "“ I$A am sorry , ” ^ say>A $A . “ I$B am sorry too , ” ^ say>B $B .",
            "“ Let us$A+B play together , ” ^ say>B $B . “ It is more/ADJ fun . ”",
            "“ A friend is better than a n$X , ” ^ say>M his$A n$M .",
        ),
        (
            "So/ADV he$A+B [fix>A+B|clean>A+B] the$X together .",
            "$A give>A the$X to $B . Then $B give>B the$X to $A .",
            "$A [play>A|start>A] first , and $B wait>B . Then it be>it $B's turn .",
        ),
        (
            "he$A+B do>A+B not fight again .",
            "It be>it much/ADV more/ADJ fun to share .",
            "he$A+B [shake>A+B hands|hug>A+B|laugh>A+B] and be>A+B friends again .",
        ),
    ),
    5,
)

OWNING_UP = Plot(
    "owning up",
    "A:child B:other(A) M:kin(A) P:place V:vessel C:pet",
    (
        (
            "$A+B play>A+B with a ball in the house . “ Do not do/VERB that/PRON , ” ^ say>M his$A "
            "n$M .",
            "his$A n$M have>M a$V . he$M love>M the$V very much .",
            "On the table there be>V a$V . It belong>it to his$A n$M .",
        ),
        (
            "One %time , $A run>A into the table . Crash/INTJ ! the$V fall>V down and break>V .",
            "$A jump>A up and down . the$V fall>V to the floor and break>V into pieces .",
            "$A throw>A the ball . Oh no ! The ball hit>it the$V , and the$V break>V .",
        ),
        (
            "$A be>A afraid . he$A hide>A [the pieces under the bed|under the table|behind the "
            "door] .",
            "“ What will happen now ? ” $A think>A . he$A [run>A to his$A room|hide>A the "
            "pieces in a box] .",
            "Nobody see>it him$A . $A put>A the pieces in a bag .",
        ),
        (
            "Soon his$A n$M come>M home . “ Who broke the$V ? ” he$M ask>M .",
            "“ Where is the$V ? ” ^ ask>M his$A n$M .",
            "At dinner his$A n$M ask>M about the$V .",
        ),
        (
            "“ It was the$C , ” ^ say>A $A . But the$C [be>C asleep|sleep>C] in the garden .",
            "$A say>A nothing . his$A face [be>it|get>it] hot and red .",
            "“ I$A do not know , ” ^ say>A $A . But he$A can>A not eat , and he$A can>A not "
            "sleep .",
        ),
        (
            "Then $A start>A to cry . “ I$A did/VERB it , ” he$A say>A . “ I$A am so sorry . ”",
            "“ you$A must tell the truth , ” ^ whisper>B $B . So/ADV $A tell>A his$A n$M "
            "everything .",
            "At last he$A go>A to his$A n$M . “ I$A broke the$V , ” ^ say>A $A .",
        ),
        (
            "his$A n$M hug>M him$A . “ Thank you$A for the truth , ” he$M say>M .",
            "“ I$M am sad about the$V , ” ^ say>M his$A n$M , “ ^ but I$M am glad that/SCONJ "
            "you$A told me$M . ”",
            "his$A n$M be>M not angry . he$A+M mend>A+M the$V with glue .",
        ),
    ),
    1,
)

AMENDS = (QUARREL, OWNING_UP)
