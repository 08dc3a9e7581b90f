"""What has happened since somebody last looked, a line for each change that travelled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mappings.canonical.show import show
from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import UNSEEN, Unseen
from mappings.reconcile.judge import last_seen
from mappings.reconcile.model import Event
from state import cases, history
from state.history import Line
from state.types import Whole

from ..wired import SyncShape, Wired

MOST = 1_000


@dataclass(frozen=True)
class News:
    """One line for a reader: a change, or something that waits for a person."""

    text: str
    waits: bool = False


def news_since(wired: Wired, number: int) -> tuple[int, list[News]]:
    """Return the number of the newest line of the history, and what the lines after *number* tell."""
    lines = list(_after(wired, number))
    owners = list(dict.fromkeys(line.entity for line in lines if line.entity))
    known = cases.by_ids(wired.store, owners)
    told = [
        one
        for owner in owners
        for one in _of_case(wired.shape, known.get(owner), [line for line in lines if line.entity == owner])
    ]
    return max((line.id for line in lines), default=number), told


def _after(wired: Wired, number: int) -> Iterator[Line]:
    while page := history.history(wired.store, after=number, limit=MOST):
        yield from page
        number = page[-1].id


def _of_case(shape: SyncShape, whole: Whole | None, lines: Sequence[Line]) -> Iterator[News]:
    key = whole.entity.key if whole else ""
    events = [line.event for line in lines]
    opened = any(event.what == "opened" for event in events)
    for line in lines:
        event = line.event
        match event.what:
            case "opened":
                yield News(f"{key}  new  {event.system} {event.cause.removesuffix(' entered')}")
            case "linked":
                yield News(f"{key}  {event.system} {event.cause}")
            case "set" if not opened:
                change = " → ".join(_shown(value) for value in (event.old, event.new))
                yield News(f"{key}  {event.field}  {change}  ({_way(shape, whole, event, lines)})")
            case "conflict":
                how = f"casehub conflicts resolve {key} {event.field} --take crm"
                yield News(f"{key}  {event.field}: the two sides differ, and a person decides: {how}", waits=True)
            case "parked":
                why = f"{event.system} {event.field}: {event.cause}".strip()
                yield News(f"{key}  {why}; casehub parked list", waits=True)
            case "gone":
                yield News(f"{key}  gone in {event.system}", waits=True)


def _way(shape: SyncShape, whole: Whole | None, event: Event, lines: Sequence[Line]) -> str:
    """Return who set a fact and whom that has reached: ``crm → tracker #9``, or who shows it without a write."""
    by = event.by or "the hub"
    reached = [
        f"{line.event.system} #{line.record}"
        for line in lines
        if line.event.what == "write" and event.field in _facts(shape, line)
    ]
    if reached:
        return f"{by} → {', '.join(reached)}"
    others = sorted(_showing(shape, whole, event.field, event.new) - {by}) if whole else []
    return f"{by}; {', '.join(others)} {'says' if len(others) == 1 else 'say'} so already" if others else by


def _showing(shape: SyncShape, whole: Whole, fact: str, value: Value) -> set[str]:
    """Return the systems in which a record of the case shows *value* for *fact*."""
    found = set()
    for link in whole.links:
        channel = shape.channels.get((link.system, link.kind))
        for field in channel.fields.values() if channel and not link.tombstone else ():
            seen = last_seen(link.bases, link.seen, field) if fact in field.facts else UNSEEN
            if not isinstance(seen, Unseen) and field.lens.fits(fact, value, seen):
                found.add(link.system)
    return found


def _facts(shape: SyncShape, line: Line) -> tuple[str, ...]:
    channel = shape.channels.get((line.event.system, line.kind))
    field = channel.fields.get(line.event.field) if channel else None
    return field.facts if field else ()


def _shown(value: Value | View) -> str:
    """Return a fact's value as people write it; views, which only systems show, as they are."""
    if isinstance(value, dict | list | int | float) and not isinstance(value, bool):
        return str(value)
    return show(value, longest=40)
