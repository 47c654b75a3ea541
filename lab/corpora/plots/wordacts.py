"""Scenes with words whose senses are mostly of two kinds: a thing, and something one does."""

OF_VERBS: dict[str, tuple[str, ...]] = {
    "ring/finger": (
        "his$A n$M have>M a gold/ADJ ring~finger . he$M wear>M it on his$M finger every day .",
        "$A find>A a shiny ring~finger in the grass and put>A it on his$A finger .",
        "the queen lose>it a ring~finger , and $A find>A it under the bed .",
    ),
    "ring/bell": (
        "the bells ring~bell>them . It be>it time for school .",
        "$A want>A to ring~bell/VERB the bell . It make>it a loud noise .",
        "the phone ring~bell>it , and $A run>A to answer it .",
    ),
    "park/place": (
        "$A+B go>A+B to the park~place and play>A+B on the swings .",
        "the park~place be>it full of trees and flowers , and $A run>A on the grass .",
        "his$A n$M take>M $A to the park~place to feed the ducks .",
    ),
    "park/car": (
        "his$A n$M park~car>M the car in front of the house .",
        "“ Where can I$M park~car/VERB the car ? ” ^ ask>M his$A n$M . The street be>it full .",
        "$A have>A a toy truck . he$A like>A to park~car/VERB it under the bed .",
    ),
    "light/lamp": (
        "It be>it dark , so/CCONJ $A turn>A on the light~lamp/NOUN .",
        "his$A n$M turn>M off the light~lamp/NOUN and say>M good night .",
        "$A see>A a light~lamp/NOUN in the window of the dark house .",
    ),
    "light/weight": (
        "the box be>it very light~weight/ADJ , and $A can>A carry it alone .",
        "A feather be>it light~weight/ADJ , but a stone be>it heavy .",
        "“ This/DET bag is so light~weight/ADJ ! ” ^ say>A $A . There be>it nothing in it .",
    ),
    "watch/clock": (
        "his$A n$M look>M at his$M watch~clock/NOUN . It be>it three o'clock/ADV .",
        "$A get>A a new watch~clock/NOUN . Now he$A know>A what time it be>it .",
        "“ my$B watch~clock/NOUN has/AUX stopped , ” ^ say>B $B . “ What time is it ? ”",
    ),
    "watch/look": (
        "$A like>A to watch~look/VERB the birds in the garden .",
        "$A+B watch~look>A+B the boats on the water .",
        "“ watch~look/VERB me$A ! ” ^ shout>A $A , and he$A jump>A into the water .",
    ),
    "duck/bird": (
        "A duck~bird swim>it on the pond , and $A give>A it some bread .",
        "the duck~bird say>it “ ^ quack/INTJ ” and swim>it away .",
        "$A see>A a brown duck~bird with six babies on the water .",
    ),
    "duck/bend": (
        "$B throw>B a snowball , but $A duck~bend>A , and it fly>it over his$A head .",
        "the door be>it so low that/SCONJ his$A n$M must>M duck~bend/VERB .",
        "“ duck~bend/VERB ! ” ^ shout>B $B . A ball fly>it over $A's head .",
    ),
    "bark/tree": (
        "the bark~tree/NOUN of the old tree be>it brown and hard , and $A put>A his$A hand on it .",
        "A little bug/NOUN live>it under the bark~tree/NOUN of the tree .",
        "$A make>A a little boat out of bark~tree/NOUN , and it float>it on the pond .",
    ),
    "bark/dog": (
        "the dogs bark~dog>them at the cat , and the cat run>it up a tree .",
        "$A hear>A a dog bark~dog/VERB in the night .",
        "“ Why does the dog bark~dog/VERB ? ” ^ ask>A $A . There be>it a man at the door .",
    ),
    "wave/sea": (
        "A big wave~sea/NOUN come>it from the sea and make>it $A wet .",
        "$A+B jump>A+B over every wave~sea/NOUN at the beach .",
        "the boat go>it up and down on the waves~sea/NOUN .",
    ),
    "wave/hand": (
        "$A wave~hand>A his$A hand . “ Goodbye , $B ! ” he$A call>A .",
        "$B stand>B at the window and wave~hand>B to $A .",
        "“ wave~hand/VERB to your$A friends ! ” ^ say>M his$A n$M , and $A lift>A his$A hand .",
    ),
    "fly/insect": (
        "A fly~insect/NOUN sit>it on the cake . “ Go away ! ” ^ say>A $A .",
        "the frog catch>it a fly~insect/NOUN with its long tongue/NOUN .",
        "$A hear>A a fly~insect/NOUN at the window . It want>it to get out .",
    ),
    "fly/wings": (
        "the birds fly~wings>them high in the sky , and $A look>A up .",
        "“ I$A want to fly~wings/VERB like a bird , ” ^ say>A $A .",
        "the kite be>it ready to fly~wings/VERB , and $A run>A with it .",
    ),
    "rock/stone": (
        "$A sit>A on a big rock~stone/NOUN near the sea .",
        "the rock~stone/NOUN be>it too heavy , and $A can>A not move it .",
        "A crab/NOUN hide>it under a rock~stone/NOUN .",
    ),
    "rock/swing": (
        "his$A n$M rock~swing>M the baby until it be>it asleep .",
        "the waves rock~swing>them the little boat .",
        "“ Can I$A rock~swing/VERB the baby ? ” ^ ask>A $A very softly .",
    ),
    "train/track": (
        "the train~track/NOUN stop>it , and $A+B get>A+B on .",
        "$A wave>A to the train~track/NOUN as it go>it by .",
        "“ our$A+M train~track/NOUN leaves/VERB at nine , ” ^ say>M his$A n$M .",
    ),
    "train/practice": (
        "$A train~practice>A every day , because he$A want>A to win the race .",
        "his$A n$M train~practice>M the puppy to sit and stay .",
        "“ you$A must train~practice/VERB hard/ADV to be fast , ” ^ say>B $B .",
    ),
}
