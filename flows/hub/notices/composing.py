"""What a notice says: keys, places and reasons, and the command that helps. Customer's values stay in the hub."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mappings.canonical.show import show
from state.attention import Attention

from .due import AWAY

MOST = 20
"""Entries that one message lists; the rest is counted."""


@dataclass(frozen=True)
class Notice:
    """A message as plain text."""

    title: str
    body: str


def news(entries: Sequence[Attention], zone: str) -> Notice:
    """Return what to tell about entries that are new."""
    return Notice(f"Casehub: {_counted(entries)} for a person", _listed(entries, zone))


def digest(entries: Sequence[Attention], zone: str, now: datetime) -> Notice:
    """Return the message of the day: what is open, by what it is, and the oldest of it."""
    if not entries:
        return Notice("Casehub: nothing is open", "Nothing waits for a person.\n")
    kinds = Counter(_word(entry) for entry in entries)
    counts = "\n".join(f"{count:>5}  {word}" for word, count in kinds.most_common())
    oldest = min(entry.since for entry in entries)
    days = (now - oldest).days
    head = f"Open: {len(entries)}, the oldest for {days} {'day' if days == 1 else 'days'}\n{counts}\n\n"
    ordered = sorted(entries, key=lambda entry: (entry.since, entry.id))
    return Notice(f"Casehub: {_counted(entries)} open", head + _listed(ordered, zone))


def _counted(entries: Sequence[Attention]) -> str:
    return f"{len(entries)} {'entry' if len(entries) == 1 else 'entries'}"


def _word(entry: Attention) -> str:
    return "conflict" if entry.conflict is not None else entry.code


def _listed(entries: Sequence[Attention], zone: str) -> str:
    lines = [_line(entry, zone) for entry in entries[:MOST]]
    if len(entries) > MOST:
        lines.append(f"and {len(entries) - MOST} more: casehub conflicts list; casehub parked list\n")
    return "\n".join(lines)


def _line(entry: Attention, zone: str) -> str:
    where = " ".join(part for part in (entry.system, entry.kind, f"#{entry.record}" if entry.record else "") if part)
    what = " · ".join(part for part in (entry.key, where, entry.field) if part)
    return f"{what}\n  {_word(entry)}, since {show(entry.since, zone=zone)}\n  {_help(entry)}\n"


def _help(entry: Attention) -> str:
    if entry.code in ("stopped", "failed", AWAY):
        command = f"casehub plan {entry.key}" if entry.code == "stopped" else "casehub status"
        return f"{entry.text or 'no reason was told'}\n  {command}"
    if entry.conflict is not None:
        systems = " or ".join(party.system for party in entry.conflict.parties if party.system) or "SYSTEM"
        return f"casehub conflicts resolve {entry.key} {entry.field} --take {systems}"
    return f"casehub parked list{f' --case {entry.key}' if entry.key else ''}; casehub parked retry {entry.id}"
