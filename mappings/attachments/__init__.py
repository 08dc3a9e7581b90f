"""Files of cases: which of them belong where, by what they hold and never by what they are called. Pure."""

from .judge import Copy, Judged, Refusal, Rename, judge
from .limits import EVERYTHING, FAMILIES, FileLimits, shown_size, size_of
from .model import Copied, Held, State
from .names import safe_name

__all__ = [
    "EVERYTHING",
    "FAMILIES",
    "Copied",
    "Copy",
    "FileLimits",
    "Held",
    "Judged",
    "Refusal",
    "Rename",
    "State",
    "judge",
    "safe_name",
    "shown_size",
    "size_of",
]
