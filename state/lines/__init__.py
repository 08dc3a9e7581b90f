"""Cases as the page lists them: a line each, kept beside the entities by whoever reads first."""

from .attending import CONFLICT, Awaiting, awaiting, awaiting_by_code, awaiting_of, open_of_cases
from .household import Household, contacts_at, household, people_of
from .keeping import PIECE, catch_up, catch_up_whole, drop
from .listing import Chosen, Counted, Line, count, listed, may_read
from .telling import Sifted, Written, count_written, moment_of, told, written

__all__ = [
    "CONFLICT",
    "PIECE",
    "Awaiting",
    "Chosen",
    "Counted",
    "Household",
    "Line",
    "Sifted",
    "Written",
    "awaiting",
    "awaiting_by_code",
    "awaiting_of",
    "catch_up",
    "catch_up_whole",
    "contacts_at",
    "count",
    "count_written",
    "drop",
    "household",
    "listed",
    "may_read",
    "moment_of",
    "open_of_cases",
    "people_of",
    "told",
    "written",
]
