"""Text: generated stories with their truth, algorithmic tasks, files and data sets of your own.

A corpus is walked through from any document on (`starting(at)`) and gives the same documents every
time. It knows no tokens. What the generated stories hold is told in the README of this room.
"""

from lab.corpora.choosing import Choice, choices
from lab.corpora.documents import Corpus, Document, Referent, Word
from lab.corpora.facts import Statement, statements
from lab.corpora.files import text
from lab.corpora.generated import stories
from lab.corpora.hubs import hub
from lab.corpora.mixing import forever, mixed
from lab.corpora.modular import modular_addition
from lab.corpora.ordering import brackets, sorting
from lab.corpora.pronouns import PronounCase, professions, winogender
from lab.corpora.recalling import copying, repeated
from lab.reach import Unreachable

__all__ = [
    "Choice",
    "Corpus",
    "Document",
    "PronounCase",
    "Referent",
    "Statement",
    "Unreachable",
    "Word",
    "brackets",
    "choices",
    "copying",
    "forever",
    "hub",
    "mixed",
    "modular_addition",
    "professions",
    "repeated",
    "sorting",
    "statements",
    "stories",
    "text",
    "winogender",
]
