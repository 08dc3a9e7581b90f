"""A case as it was at some time, put together from its history."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from mappings.canonical.show import Unreadable
from mappings.canonical.values import Value, encode
from mappings.exchange import View
from state.history import Line

from .attachments.room import KIND as FILE

SAYS = ("set", "resolved")
"""Lines that change what the hub says of a fact."""
SHOWS = ("read", "write")
"""Lines that tell what a record shows."""
BECOMES = ("linked", "returned", "opened")
"""Lines that tell which record is the case's from then on."""


def moment(text: str, zone: str, *, end: bool = True) -> datetime:
    """
    Return the time that a person means: ``2026-12-01 12:30``, or a day, at its END or beginning, in the hub's zone.

    Raises Unreadable.
    """
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return _time(text, zone)
    return datetime.combine(day, time.max if end else time.min, ZoneInfo(zone))


def _time(text: str, zone: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Unreadable(f"{text!r} is no time, like 2026-12-01 or 2026-12-01T12:30") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(zone))


@dataclass(frozen=True)
class SaidThen:
    """What the hub said of a fact: VALUE, who said it (BY), since when (AT), by which LINE of the history."""

    value: Value
    by: str
    at: datetime
    line: int


@dataclass
class RecordThen:
    """What a linked record showed, per field. GONE: it was a tombstone."""

    system: str
    record: str = ""
    shows: dict[str, View] = field(default_factory=dict)
    linked: bool = False
    gone: bool = False


@dataclass
class Then:
    """The case at that time: its facts, its records, and what was in conflict. EXISTED: the hub knew it."""

    at: datetime
    existed: bool = False
    facts: dict[str, SaidThen] = field(default_factory=dict)
    records: dict[str, RecordThen] = field(default_factory=dict)
    conflicts: set[str] = field(default_factory=set)

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "at": self.at.isoformat(),
            "existed": self.existed,
            "facts": {
                name: {"value": encode(said.value), "by": said.by, "since": said.at.isoformat(), "event": said.line}
                for name, said in sorted(self.facts.items())
            },
            "records": {
                name: {"id": one.record or None, "gone": one.gone, "shows": dict(sorted(one.shows.items()))}
                for name, one in sorted(self.records.items())
                if one.linked
            },
            "conflicts": sorted(self.conflicts),
        }


def as_of(lines: Iterable[Line], at: datetime) -> Then:
    """Return the case as it was when the hub had written down everything up to *at*."""
    then = Then(at)
    later: list[Line] = []
    for line in lines:
        if line.hub_at > at:
            later.append(line)
        else:
            then.existed = True
            _follow(then, line)
    for line in reversed(later):
        _back(then, line)
    return then


def _follow(then: Then, line: Line) -> None:
    told = line.event
    if told.what in SAYS and not told.system:
        then.facts[told.field] = SaidThen(told.new, told.by, line.hub_at, line.id)
    if told.what == "conflict":
        then.conflicts.add(told.field)
    elif told.what in ("settled", "resolved"):
        then.conflicts.discard(told.field)
    if told.system and line.kind != FILE:  # a file is told of at its case, and has a number of its own
        _of_record(then.records.setdefault(told.system, RecordThen(told.system)), line)


def _of_record(record: RecordThen, line: Line) -> None:
    told = line.event
    named = line.record or (_named(told.cause) if told.what in BECOMES else "")
    if told.what == "linked" and named != record.record:
        record.shows = {}  # it takes the place of another one
    record.record = named or record.record
    if told.what in SHOWS and told.field:
        record.shows[told.field] = told.new
        record.linked = True
    elif told.what in BECOMES:
        record.linked, record.gone = True, False
    elif told.what == "gone":
        record.gone = True
    elif told.what == "unlinked":
        record.linked, record.shows = False, {}


def _named(cause: str) -> str:
    """Return the id of the record that the text of a line begins with."""
    return cause.partition("#")[2].partition(" ")[0]


def _back(then: Then, line: Line) -> None:
    """What a later line replaced was there before: the field had not moved since the hub met it."""
    told = line.event
    record = then.records.get(told.system)
    if record is not None and record.linked and told.what in SHOWS and told.old is not None:
        record.shows.setdefault(told.field, told.old)
