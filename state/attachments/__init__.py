"""
The files of cases: what each system holds of them, and what became of what was to be copied.

A file belongs to the case whose record it hangs on *now*.
"""

from .copies import begin, drop, forget_limits, in_use, is_free, note, try_again
from .held import (
    Doubt,
    Files,
    Listed,
    bury,
    called,
    close,
    close_strangers,
    learned,
    looked,
    newest_link,
    of_case,
    put,
    siblings,
    to_look_at,
    unmet,
)

__all__ = [
    "Doubt",
    "Files",
    "Listed",
    "begin",
    "bury",
    "called",
    "close",
    "close_strangers",
    "drop",
    "forget_limits",
    "in_use",
    "is_free",
    "learned",
    "looked",
    "newest_link",
    "note",
    "of_case",
    "put",
    "siblings",
    "to_look_at",
    "try_again",
    "unmet",
]
