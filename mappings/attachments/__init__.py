"""Files of cases: which of them belong where, by what they hold and never by what they are called. Pure."""

from .judge import COPIED, Copy, Judged, Refusal, Removal, Rename, judge
from .limits import EVERYTHING, FAMILIES, FileLimits, shown_size, size_of
from .model import Copied, Held, State
from .names import safe_name

__all__ = [
    "COPIED",
    "EVERYTHING",
    "FAMILIES",
    "Copied",
    "Copy",
    "FileLimits",
    "Held",
    "Judged",
    "Refusal",
    "Removal",
    "Rename",
    "State",
    "judge",
    "safe_name",
    "shown_size",
    "size_of",
]
