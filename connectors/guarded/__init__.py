"""Writing where a system has no exact condition, and taking away what the hub has made."""

from .conditional import ConditionalPort, push_conditional, read_back
from .creates import CreatePort, push_creates
from .deletes import DeletePort, push_deletes
from .port import MOST_STEPS, GuardedPort, Inspection
from .updates import push_guarded

__all__ = [
    "MOST_STEPS",
    "ConditionalPort",
    "CreatePort",
    "DeletePort",
    "GuardedPort",
    "Inspection",
    "push_conditional",
    "push_creates",
    "push_deletes",
    "push_guarded",
    "read_back",
]
