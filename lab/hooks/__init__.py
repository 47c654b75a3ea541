"""Hook points: their names, one lock per model, and edits as values.

The only room that touches TransformerLens's hook machinery; everything above it asks here.
"""

from lab.hooks.edits import Edited, edited
from lab.hooks.guard import guarded, lock_of
from lab.hooks.lost import LostEdit
from lab.hooks.names import UnknownHook, full_name, matching, nearest

__all__ = [
    "Edited",
    "LostEdit",
    "UnknownHook",
    "edited",
    "full_name",
    "guarded",
    "lock_of",
    "matching",
    "nearest",
]
