"""Cases as the page lists them: a line each, kept beside the entities by whoever reads first."""

from .attending import Awaiting, awaiting, awaiting_by_code, open_of_cases
from .keeping import PIECE, catch_up, catch_up_whole, drop
from .listing import Chosen, Counted, Line, count, listed, may_read

__all__ = [
    "PIECE",
    "Awaiting",
    "Chosen",
    "Counted",
    "Line",
    "awaiting",
    "awaiting_by_code",
    "catch_up",
    "catch_up_whole",
    "count",
    "drop",
    "listed",
    "may_read",
    "open_of_cases",
]
