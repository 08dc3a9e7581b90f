"""Writing where a system has no exact condition."""

from .conditional import ConditionalPort, push_conditional
from .creates import CreatePort, push_creates
from .port import MOST_STEPS, GuardedPort, Inspection
from .updates import push_guarded

__all__ = [
    "MOST_STEPS",
    "ConditionalPort",
    "CreatePort",
    "GuardedPort",
    "Inspection",
    "push_conditional",
    "push_creates",
    "push_guarded",
]
