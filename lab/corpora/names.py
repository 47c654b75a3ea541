# ruff: noqa: SIM905 - lists of words are easier to read, and to add to, as lines of text
"""First names, and which pairs of them the stories never bring together."""

from __future__ import annotations

from functools import lru_cache

from lab.corpora.chance import share_of

COMMON_GIRLS = tuple(
    (
        "Lily Sue Mia Lucy Anna Sara Amy Sally Jane Lila Sarah Daisy Molly Jill Emma Mary Bella "
        "Jenny Luna Lisa Ella Emily Polly Susie Tina Ann"
    ).split()
)
COMMON_BOYS = tuple(
    (
        "Tim Tom Ben Max Sam Timmy Bob Jack John Joe Tommy Billy Benny Jimmy Leo Jim Bobby Jake "
        "Andy Jerry Peter Pete Fred Danny Toby Dave"
    ).split()
)
OTHER_GIRLS = tuple(
    (
        "Lola Betty Millie Grace Alice Milly Claire Kate Annie Julie Sophie Mandy Rosie Clara "
        "Maria Tilly Zara Ellie Chloe Rachel Cindy Maggie Abigail Ruby Jenna Lizzie Abby Lena Liz "
        "Julia Mabel Zoe Maya Eva Mina Dora Sophia Mila Carla Hannah Ruth Linda Monica Fiona "
        "Lydia Becky Cara Nancy Beth Violet Judy Betsy Gina Samantha Isabel Meg Elsie Katie Isla "
        "Karen Tess Olivia Laura Rita Bonnie Megan Jennifer Mira Nia Freya Amanda Marie Catherine "
        "Ana Carol Nora Gemma Susan Holly Sandra Agnes Rebecca Nina Tara Phoebe Winnie Stella "
        "Louise Shirley Ellen Leah Josie Amelia Helen Irene Esther Hazel Ivy Iris Edith Martha "
        "Wendy Margaret Diana Valerie Teresa Joyce Paula"
    ).split()
)
OTHER_BOYS = tuple(
    (
        "Charlie Freddy Bill Joey Henry Tony Johnny George Finn Mike Ted Frank James David Paul "
        "Harry Gary Adam Dan Carl Oliver Luke Otto Matt Milo Steve Rob Todd Nick Martin Jason "
        "Wally Thomas Eddie Jeff Michael Ed Daniel Nate Kevin Simon Ralph Josh Lenny Tucker Brian "
        "Bruce Stanley Phil Wilbur Doug Philip Barry Alan Ricky Zack Charles Noah Luis Gus Louis "
        "Nathan Eric Sean Marc Robbie Felix Jacob Brad Joseph Jonas Stan Ned Carlos Larry Levi "
        "Jasper William Ryan Percy Hugo Oscar Victor Walter Arthur Albert Edward Edgar Hans Ivan "
        "Karl Kyle Neil Norman Omar Owen Patrick Raymond Robert Roger Roy Samuel Scott Theo "
        "Vincent"
    ).split()
)
GIRLS = COMMON_GIRLS + OTHER_GIRLS
BOYS = COMMON_BOYS + OTHER_BOYS
GENDER = dict.fromkeys(GIRLS, "girl") | dict.fromkeys(BOYS, "boy")

KEPT_BACK = 0.125
"""The share of pairs, of names or of nouns, that no story brings together."""


@lru_cache(maxsize=1 << 17)
def kept_back(one: str, other: str) -> bool:
    """Whether stories never bring these two together, whichever comes first.

    >>> kept_back("Lily", "Tom") == kept_back("Tom", "Lily")
    True
    """
    return share_of("pair", *sorted((one, other))) < KEPT_BACK
