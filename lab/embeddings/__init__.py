"""The vectors that pieces and words are to a model: who is near whom, and what context does to it.

table = lab.embeddings.vectors(model)                    # a row for each piece
lab.embeddings.neighbours(table, ["bank", "king"])       # exact, by cosine
lab.embeddings.analogies(table, lab.embeddings.own_analogies())
lab.embeddings.projection(table).places                  # how_honest: how much it lies
lab.embeddings.contexts(model, "bank", texts)            # the same word, layer by layer
"""

from lab.embeddings.asking import Analogy, own_analogies, read_analogies
from lab.embeddings.honesty import Honesty, how_honest
from lab.embeddings.nearest import Neighbours, neighbours
from lab.embeddings.occurring import Contexts, contexts, with_sense
from lab.embeddings.planes import Projection, aligned, projection
from lab.embeddings.scoring import AnalogyScore, analogies, analogy
from lab.embeddings.senses import Separation, separation
from lab.embeddings.table import Vectors, vectors

__all__ = [
    "Analogy",
    "AnalogyScore",
    "Contexts",
    "Honesty",
    "Neighbours",
    "Projection",
    "Separation",
    "Vectors",
    "aligned",
    "analogies",
    "analogy",
    "contexts",
    "how_honest",
    "neighbours",
    "own_analogies",
    "projection",
    "read_analogies",
    "separation",
    "vectors",
    "with_sense",
]
