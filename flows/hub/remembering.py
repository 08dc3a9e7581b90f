"""The history of a case, as people and programs read it."""

from collections.abc import Mapping
from typing import Any

from mappings.canonical.show import EMPTY, show
from mappings.canonical.values import encode
from state import history, waiting
from state.history import Line

from .looking import find_case
from .wiring import Installation


def last_lines(installation: Installation, key: str, *, limit: int) -> tuple[Line, ...]:
    """Return the newest lines of the case *key*, oldest first. Raises NoSuchCase."""
    store = installation.store
    owner = find_case(store, key).entity.id
    lines = history.history(store, entity=owner, limit=max(waiting.lines(store, owner), 1))
    return lines[-limit:]


def line_form(line: Line) -> dict[str, Any]:
    """Return a line of the history as JSON. OLD and NEW are views where a system is named, values otherwise."""
    told = line.event
    return {
        "number": line.id,
        "at": line.hub_at.isoformat(),
        "source_at": told.at.isoformat() if told.at else None,
        "what": told.what,
        "field": told.field,
        "old": _form(told.old),
        "new": _form(told.new),
        "system": told.system or None,
        "record": line.record or None,
        "by": told.by or None,
        "cause": told.cause or None,
        "parties": [dict(party) for party in told.parties],
        "run": line.run or None,
    }


def _form(content: Any) -> Any:
    """Views are JSON already."""
    return content if isinstance(content, dict | list | int) and not isinstance(content, bool) else encode(content)


def line_text(line: Line, zone: str) -> list[str]:
    """Return a line of the history as cells: when, what, where, field, change, who and why."""
    told = line.event
    where = f"{told.system} #{line.record}" if told.system and line.record else told.system
    parties = " · ".join(f"{one.get('system')} {_text(one.get('view'), zone)}" for one in told.parties)
    change = parties or (
        "" if told.old is None and told.new is None else f"{_text(told.old, zone)} → {_text(told.new, zone)}"
    )
    why = ", ".join(part for part in (told.by, told.cause) if part)
    return [show(line.hub_at, zone=zone), told.what, where, told.field, change, why]


def _text(content: Any, zone: str) -> str:
    """A view is shown as it is, a value as people write it."""
    if isinstance(content, Mapping):
        return show(", ".join(f"{name} {_text(one, zone)}" for name, one in content.items()) or None)
    if isinstance(content, list):
        return show(", ".join(str(one) for one in content) or None)
    if isinstance(content, int) and not isinstance(content, bool):
        return str(content)
    return show(content, zone=zone, longest=40) if content != "" else EMPTY
