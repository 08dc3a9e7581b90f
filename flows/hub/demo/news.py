"""What has happened since somebody last looked, a line for each change that travelled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mappings.canonical.show import show
from mappings.canonical.values import Value
from mappings.exchange import View
from state import cases, history
from state.history import Line

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
    keys = {owner: whole.entity.key for owner, whole in cases.by_ids(wired.store, owners).items()}
    told = [
        one
        for owner in owners
        for one in _of_case(wired.shape, keys.get(owner, ""), [line for line in lines if line.entity == owner])
    ]
    return max((line.id for line in lines), default=number), told


def _after(wired: Wired, number: int) -> Iterator[Line]:
    while page := history.history(wired.store, after=number, limit=MOST):
        yield from page
        number = page[-1].id


def _of_case(shape: SyncShape, key: str, lines: Sequence[Line]) -> Iterator[News]:
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
                yield News(_travelled(shape, key, event.field, (event.old, event.new), by=event.by, lines=lines))
            case "conflict":
                how = f"casehub conflicts resolve {key} {event.field} --take crm"
                yield News(f"{key}  {event.field}: the two sides differ, and a person decides: {how}", waits=True)
            case "parked":
                why = f"{event.system} {event.field}: {event.cause}".strip()
                yield News(f"{key}  {why}; casehub parked list", waits=True)
            case "gone":
                yield News(f"{key}  gone in {event.system}", waits=True)


def _travelled(
    shape: SyncShape, key: str, fact: str, change: tuple[Value | View, Value | View], *, by: str, lines: Sequence[Line]
) -> str:
    """Return ``CASE-7  amount  150 000 ₽ → 175 000 ₽  (crm → tracker #9)``."""
    reached = [
        f"{line.event.system} #{line.record}"
        for line in lines
        if line.event.what == "write" and fact in _facts(shape, line)
    ]
    others = sorted({system for system, _ in shape.channels} - {by})
    way = f"{by} → {', '.join(reached)}" if reached else f"{by}; {', '.join(others)} says so already"
    return f"{key}  {fact}  {' → '.join(_shown(value) for value in change)}  ({way})"


def _facts(shape: SyncShape, line: Line) -> tuple[str, ...]:
    channel = shape.channels.get((line.event.system, line.kind))
    field = channel.fields.get(line.event.field) if channel else None
    return field.facts if field else ()


def _shown(value: Value | View) -> str:
    """Return a fact's value as people write it; views, which only systems show, as they are."""
    if isinstance(value, dict | list | int | float) and not isinstance(value, bool):
        return str(value)
    return show(value, longest=40)
