"""
What people do on the page, each with a preview: what would be written where, seen before it is made.

An act is made only as it was shown: where anything of it has moved meanwhile, it is shown anew instead.
"""

from .deeds import Again, Deed, Give, Leave, Match, Part, Same
from .desk import Desk
from .foreseen import Becomes, Change, Foreseen, NotAsShown, Unwritten
from .making import foresee, make

__all__ = [
    "Again",
    "Becomes",
    "Change",
    "Deed",
    "Desk",
    "Foreseen",
    "Give",
    "Leave",
    "Match",
    "NotAsShown",
    "Part",
    "Same",
    "Unwritten",
    "foresee",
    "make",
]
