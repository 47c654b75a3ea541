"""Scenes with nouns of two senses: what stands after the ~ is the sense of the word before it.

`orange`, `cold` and `present` are an adjective in one of them.
"""

OF_NOUNS: dict[str, tuple[str, ...]] = {
    "bank/river": (
        "$A+B sit>A+B on the bank~river of the river and put>A+B his$A+B feet in the water .",
        "$A see>A a frog on the bank~river . It jump>it into the river with a splash/NOUN .",
        "the boat come>it to the bank~river , and $A climb>A out onto the grass .",
    ),
    "bank/money": (
        "$A take>A his$A coins to the bank~money . A man count>it the money and put>it it in a "
        "box .",
        "his$A n$M work>M in a bank~money . Every day he$M count>M money .",
        "“ A bank~money keeps/VERB your$A money safe , ” his$A n$M tell>M $A .",
    ),
    "bat/animal": (
        "at night , a [little|black] bat~animal fly>it around the house . $A see>A its wings in "
        "the dark/NOUN .",
        "$A find>A a bat~animal in the cave . It hang>it by its feet and sleep>it .",
        "“ A bat~animal sleeps/VERB all day and flies/VERB at night , ” ^ say>B $B .",
    ),
    "bat/game": (
        "$A hit>A the ball with a [big|wooden] bat~game . $B run>B after the ball .",
        "$B hold>B the bat~game in his$B hands and wait>B for the ball .",
        "$A get>A a new bat~game and a ball for his$A birthday .",
    ),
    "nail/finger": (
        "$A paint>A one nail~finger/NOUN pink . It look>it pretty on his$A finger .",
        "“ Do not bite your$A nails~finger/NOUN , ” ^ say>M his$A n$M .",
        "$B break>B a nail~finger/NOUN , and his$B finger hurt>it .",
    ),
    "nail/hammer": (
        "his$A n$M hit>M the nail~hammer/NOUN with a hammer .",
        "$A put>A a nail~hammer/NOUN in the wall and hang>A a picture on it .",
        "A sharp nail~hammer/NOUN be>it in the wood . “ Be careful , ” ^ say>B $B .",
    ),
    "letter/mail": (
        "the postman bring>it a letter~mail for $A . It come>it from far/ADV away .",
        "$A write>A a letter~mail to $B and put>A it in the box .",
        "$B open>B the letter~mail and read>B it twice .",
    ),
    "letter/alphabet": (
        "$A learn>A a new letter~alphabet at school . It look>it like a snake .",
        "“ What is the first letter~alphabet of your$A name ? ” ^ ask>B $B .",
        "$A write>A one big letter~alphabet on the paper , and then another .",
    ),
    "trunk/elephant": (
        "the elephant take>it an apple with its trunk~elephant .",
        "An elephant at the zoo lift>it its long trunk~elephant and splash>it $A with water .",
        "“ Why does the elephant have such/DET a long trunk~elephant ? ” ^ ask>A $A .",
    ),
    "trunk/box": (
        "there be>it an old trunk~box in the room . $A open>A it and find>A old clothes in it .",
        "his$A n$M put>M the books in a big trunk~box and close>M the lid/NOUN .",
        "the treasure be>it in a heavy trunk~box . $A+B can>A+B not lift it .",
    ),
    "orange/fruit": (
        "$A eat>A an orange~fruit/NOUN . It be>it sweet and full of juice .",
        "“ Can I$B have an orange~fruit/NOUN or an apple ? ” ^ ask>B $B .",
        "$A pick>A an orange~fruit/NOUN from the tree .",
    ),
    "orange/color": (
        "$A paint>A the wall orange~color/ADJ , and $B paint>B the door blue .",
        "the cat have>it orange~color/ADJ hair and a white nose .",
        "$A wear>A an orange~color/ADJ hat in the snow .",
    ),
    "match/fire": (
        "his$A n$M light>M a match~fire/NOUN , and the candle start>it to burn/VERB .",
        "“ Never play with a match~fire/NOUN , ” ^ say>M his$A n$M . “ Fire is hot . ”",
        "There be>it one match~fire/NOUN left/VERB in the box , and the fire be>it out .",
    ),
    "match/game": (
        "$A+B go>A+B to see a match~game/NOUN . his$A+B team win>it .",
        "the match~game/NOUN be>it over , and both/DET teams shake>them hands .",
        "$B kick>B the ball and win>B the match~game/NOUN for his$B team .",
    ),
    "glasses/eyes": (
        "his$A n$M can>M not read without his$M glasses~eyes .",
        "$B put>B on his$B glasses~eyes and look>B at the small letters .",
        "“ Where are my$M glasses~eyes ? ” ^ ask>M his$A n$M .",
    ),
    "glasses/drink": (
        "$A fill>A two glasses~drink with milk .",
        "There be>them three glasses~drink of juice on the table , and $A drink>A from one/PRON .",
        "$A wash>A the plates and the glasses~drink after dinner .",
    ),
    "present/gift": (
        "$A open>A his$A present~gift . There be>it a book in it .",
        "“ This/DET present~gift is for you$B , ” ^ say>A $A .",
        "$B put>B a red ribbon around the present~gift .",
    ),
    "present/here": (
        "“ Are all the children present~here/ADJ ? ” ^ ask>it the teacher .",
        "$A be>A sick and not present~here/ADJ at school today .",
        "All $A's friends be>them present~here/ADJ when he$A win>A the prize .",
    ),
    "bow/ribbon": (
        "$A tie>A a pink bow~ribbon in the hair of the doll .",
        "There be>it a big red bow~ribbon on the box .",
        "$B wear>B a bow~ribbon on his$B shirt/NOUN for the party .",
    ),
    "bow/arrow": (
        "the hunter/NOUN shoot>it an arrow/NOUN with a bow~arrow .",
        "$A make>A a bow~arrow out of a stick and a string , and $B make>B the arrows/NOUN .",
        "the king take>it a bow~arrow and an arrow/NOUN and go>it to the forest .",
    ),
    "spring/season": (
        "In spring~season , the flowers come>them out and the birds sing>them .",
        "“ When will spring~season come ? ” ^ ask>A $A . There be>it still snow in the garden .",
        "spring~season be>it here , and $A need>A no/DET coat .",
    ),
    "spring/metal": (
        "A spring~metal pop>it out of the old bed . “ Ouch/INTJ ! ” ^ say>A $A .",
        "the toy frog have>it a spring~metal in it , so/CCONJ it can>it jump .",
        "$A push>A down the spring~metal , and it jump>it up again .",
    ),
    "cold/ill": (
        "$A have>A a cold~ill/NOUN , so/CCONJ he$A must>A stay in bed and drink tea .",
        "“ you$A have a cold~ill/NOUN , ” ^ say>it the doctor . “ your$A nose is red . ”",
        "$B get>B a cold~ill/NOUN after/SCONJ he$B play>B in the rain .",
    ),
    "cold/ice": (
        "the water be>it so cold~ice/ADJ that/SCONJ $A run>A out of it .",
        "It be>it cold~ice/ADJ outside , and $A put>A on a coat .",
        "“ my$B hands are cold~ice/ADJ , ” ^ say>B $B . It snow>it .",
    ),
}
