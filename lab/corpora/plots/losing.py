"""Plots of things that are gone: lost in the house, stuck in a tree."""

from lab.corpora.plots.telling import Plot

LOST = Plot(
    "lost",
    "A:child B:other(A) M:kin(A) P:place Q:place F:fixture X:thing",
    (
        (
            "he$A have>A a$X . he$A [love>A|like>A] the$X [very much|more than anything/PRON] .",
            "On his$A birthday he$A get>A a$X from his$A n$M . he$A take>A him$X everywhere .",
            "Every day he$A play>A with his$A n$X [and sleep>A next to him$X|] .",
            "his$A favorite thing be>A a$X .",
        ),
        (
            "But one [day|%time] , $A [can>A not find the$X|lose>A the$X] .",
            "One %time , when $A [wake>A up|come>A home] , the$X be>X gone/ADJ .",
            "Then one day $A go>A to the$Q , and when he$A come>A back , the$X be>X gone/ADJ .",
            "One day $A look>A for the$X , but he$A can>A not see him$X .",
        ),
        (
            "he$A be>A very %sad . “ Where [be>X the$X|be>X my$A n$X] ? ” he$A ask>A .",
            "he$A start>A to cry . “ I$A lost/VERB my$A n$X , ” ^ say>A $A .",
            "“ Oh no ! ” ^ say>A $A . “ my$A n$X be>X gone/ADJ ! ”",
            "$A [sit>A|lie>A] down and cry>A . “ I$A want my$A n$X , ” he$A say>A .",
        ),
        (
            "he$A look>A [under the bed|behind the door|in the kitchen] . he$A look>A near the$F . "
            "But the$X be>X not there/ADV .",
            "$A and his$A n$M look>A+M [everywhere|in the house|in every room] , but he$A+M "
            "find>A+M nothing .",
            "First/ADV he$A look>A in his$A room . Then he$A look>A in the garden . There be>it "
            "no/DET n$X .",
            "he$A ask>A his$A n$M , but nobody know>it .",
        ),
        (
            "Then $B come>B . “ I$B will help you$A , ” ^ say>B $B . $A+B go>A+B [back|] to "
            "the$Q .",
            "$B hear>B him$A [cry|] and come>B to help . “ Let us$A+B look at the$Q , ” ^ say>B "
            "$B .",
            "$B be>B a good friend . “ Do not cry , ” he$B say>B . “ we$A+B will find him$X . ”",
            "$A tell>A $B about it . $B think>B hard/ADV . “ Were you$A at the$Q ? ” he$B ask>B .",
        ),
        (
            "And there/ADV , [behind|under|next to|near] the$F , $A+B see>A+B the$X !",
            "At last , $B look>B [behind|under|next to] the$F . “ I$B found him$X ! ” he$B "
            "shout>B .",
            "There/ADV the$X be>X , [behind|under|near] the$F . $B pick>B him$X up and give>B "
            "him$X to $A .",
            "he$A+B look>A+B and look>A+B . Then $B find>B the$X near the$F and give>B him$X to "
            "$A .",
        ),
        (
            "“ Thank you$B , $B ! ” ^ say>A $A . “ you$B are my$A best friend . ”",
            "$A hug>A $B . $A [will>A|will>A] never lose the$X again .",
            "$A take>A the$X and [smile>A|hug>A $B|jump>A up and down] . “ Thank you$B , ” he$A "
            "say>A .",
            "Now $A take>A [good|great] care of the$X .",
        ),
    ),
    5,
)

STUCK = Plot(
    "stuck",
    "A:child B:child M:kin(A) P:place X:toy F:fixture G:man",
    (
        (
            "One %weather %time , $A take>A his$A new n$X to the$P . $B come>B too .",
            "One day , $A+B play>A+B with a$X near the$P .",
            "$A have>A a$X . One %time he$A show>A him$X to $B , and he$A+B go>A+B out to play .",
        ),
        (
            "he$A+B throw>A+B the$X up and down . Then a strong wind come>it , and the$X fall>X "
            "into a tree .",
            "$A throw>A the$X very high , and the$X land>X on the roof .",
            "$B kick>B the$X , and the$X fly>X over the fence and into a [big|tall] tree .",
            "But the wind be>it strong , and soon the$X be>X stuck in a tree .",
        ),
        (
            "“ Oh no ! ” ^ say>A $A . “ How can we$A+B get him$X down ? ”",
            "$A be>A %sad . he$A jump>A and jump>A , but he$A can>A not reach the$X .",
            "$B want>B to climb up , but it be>it too high/ADJ . “ Do not do/VERB that/PRON , ” ^ "
            "say>A "
            "$A . “ you$B will fall . ”",
            "$A+B pull>A+B and push>A+B , but nothing happen>it .",
        ),
        (
            "Then $B have>B an idea . he$B run>B home and bring>B a long stick .",
            "A [tall|kind|old] n$G see>G him$A+B . “ Do you$A+B need help ? ” ^ ask>G the$G .",
            "$B find>B a long rope . “ Let us$A+B try this/PRON , ” he$B say>B .",
            "$A call>A his$A n$M . his$A n$M bring>M a [long|big] ladder .",
        ),
        (
            "Slowly , the$X come>X down . “ Hooray ! ” ^ shout>A+B $A+B .",
            "One , two , three ! Down come>X the$X .",
            "It take>it a long time , but at last the$X fall>X into the grass .",
            "Soon $A have>A the$X in his$A hands again .",
        ),
        (
            "“ Thank you$G ! ” ^ say>A+B $A+B .",
            "“ Now let us$A+B play [on the ground|in the grass|somewhere/ADV else/ADJ] , ” ^ "
            "say>B $B , and he$A+B laugh>A+B .",
            "$A give>A the$X to $B . “ your$B turn , ” he$A say>A .",
        ),
    ),
    3,
)

LOSSES = (LOST, STUCK)
