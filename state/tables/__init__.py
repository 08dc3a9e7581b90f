"""
The tables of the hub's memory. The same on SQLite and PostgreSQL; `migrations` makes them.

Links, open writes and parked fields are found by (entity, system, kind): a create has no link yet, and an entity has at
most one record of a kind in a system.
"""

from .accounts import account, api_token, audit, login_attempt, login_link, session, unit
from .base import metadata
from .browsed import case_line, case_person, searched
from .files import attachment, file_copy
from .known import answer, budget, dictionary, identity, person, token, workflow
from .passes import counter, cursor, lease, run, scan, scan_seen, sync, worker
from .records import (
    IS_BEHIND,
    IS_DUE,
    IS_OF_RECORD,
    IS_OPEN,
    conflict,
    entity,
    event,
    hint,
    inbox,
    link,
    outbox,
    parked,
)

__all__ = [
    "IS_BEHIND",
    "IS_DUE",
    "IS_OF_RECORD",
    "IS_OPEN",
    "account",
    "answer",
    "api_token",
    "attachment",
    "audit",
    "budget",
    "case_line",
    "case_person",
    "conflict",
    "counter",
    "cursor",
    "dictionary",
    "entity",
    "event",
    "file_copy",
    "hint",
    "identity",
    "inbox",
    "lease",
    "link",
    "login_attempt",
    "login_link",
    "metadata",
    "outbox",
    "parked",
    "person",
    "run",
    "scan",
    "scan_seen",
    "searched",
    "session",
    "sync",
    "token",
    "unit",
    "worker",
    "workflow",
]
