"""
The hub's memory: entities, links, inbox, outbox, history.

Functions take a `Store` (from `open_store`) and are short transactions; none of them waits for the network. Import the
module and call its verbs: ``inbox.put(store, page)``, ``claims.claim(store, worker, …)``.
"""

from .engine import current, open_store, upgrade
from .errors import Busy, LeaseLost, OutOfDate, StateError, Unavailable, WrongKey
from .store import Store

__all__ = [
    "Busy",
    "LeaseLost",
    "OutOfDate",
    "StateError",
    "Store",
    "Unavailable",
    "WrongKey",
    "current",
    "open_store",
    "upgrade",
]
