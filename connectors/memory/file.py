"""A memory system's JSON file: read whole, replaced whole."""

import json
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from mappings.exchange import Choice, Place, SystemPerson

from ..errors import RetryLater
from .system import MemorySystem, Row, Truth
from .traits import KindTraits


def load(system: MemorySystem, path: Path, *, name: str = "memory") -> None:
    """Bring *system* to what the file says; no file says nothing. Raises RetryLater, as NAME, on a bad one."""
    try:
        form = json.loads(path.read_text(encoding="utf-8"))
        _read(system, form)
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        text = f"the file {path.name} cannot be read ({type(error).__name__}); mend it or remove it"
        raise RetryLater(text, system=name) from error


def save(system: MemorySystem, path: Path) -> None:
    """Write the file anew beside the old one and put it in its place, so that a crash leaves one of the two."""
    text = json.dumps(_form(system), ensure_ascii=False, indent=1, sort_keys=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(beside).replace(path)


def _form(system: MemorySystem) -> dict[str, Any]:
    return {
        "next_id": system.next_id,
        "people": [{"id": each.id, "name": each.name, "email": each.email} for each in system.people],
        "kinds": {kind: _kind_form(traits) for kind, traits in system.kinds.items()},
        "records": {
            kind: {record_id: _row_form(history[-1]) for record_id, history in rows.items()}
            for kind, rows in system.rows.items()
        },
        "log": [
            {
                "at": t.at.isoformat(),
                "kind": t.kind,
                "id": t.id,
                "place": t.place,
                "old": t.old,
                "new": t.new,
                "by": t.by,
            }
            for t in system.truth
        ],
    }


def _kind_form(traits: KindTraits) -> dict[str, Any]:
    places = [
        {
            "name": place.name,
            "label": place.label,
            "type": place.type,
            "choices": [{"id": choice.id, "label": choice.label, "closes": choice.closes} for choice in place.choices],
        }
        for place in traits.places
    ]
    return {
        "places": places,
        "workflow": {
            place: {view: list(after) for view, after in steps.items()} for place, steps in traits.workflow.items()
        },
        "required": sorted(traits.required),
        "conditional_writes": traits.conditional_writes,
        "marker": traits.marker,
        "hangs_on": traits.hangs_on,
        "signed": traits.signed,
    }


def _row_form(row: Row) -> dict[str, Any]:
    return {
        "views": dict(row.views),
        "changed": row.changed.isoformat(),
        "revision": row.revision,
        "deleted": row.deleted,
        "away": row.away,
    }


def _read(system: MemorySystem, form: dict[str, Any]) -> None:
    people = tuple(SystemPerson(each["id"], each["name"], each.get("email")) for each in form.get("people", []))
    kinds = {kind: _traits(each) for kind, each in form.get("kinds", {}).items()}
    rows = {
        kind: {record_id: [_row(record_id, each)] for record_id, each in records.items()}
        for kind, records in form.get("records", {}).items()
    }
    truth = [Truth(**{**entry, "at": datetime.fromisoformat(entry["at"])}) for entry in form.get("log", [])]
    highest = max((int(record_id) for records in rows.values() for record_id in records), default=0)
    system.people, system.kinds, system.rows, system.truth = people, kinds, rows, truth
    system.next_id = max(int(form.get("next_id", 1)), highest + 1)


def _traits(form: dict[str, Any]) -> KindTraits:
    places = tuple(
        Place(
            each["name"],
            each.get("label", each["name"]),
            each.get("type", "text"),
            choices=tuple(
                Choice(choice["id"], choice.get("label", choice["id"]), closes=choice.get("closes", False))
                for choice in each.get("choices", [])
            ),
        )
        for each in form.get("places", [])
    )
    steps = form.get("workflow", {})
    return KindTraits(
        places=places,
        workflow={place: {view: tuple(after) for view, after in each.items()} for place, each in steps.items()},
        required=frozenset(form.get("required", [])),
        conditional_writes=bool(form.get("conditional_writes", False)),
        marker=bool(form.get("marker", True)),
        hangs_on=form.get("hangs_on", ""),
        signed=bool(form.get("signed", False)),
    )


def _row(record_id: str, form: dict[str, Any]) -> Row:
    """A hand-written record needs its views only."""
    return Row(
        record_id,
        form["views"],
        datetime.fromisoformat(form.get("changed", "2026-01-01T00:00:00+00:00")),
        revision=form.get("revision", 1),
        deleted=form.get("deleted", False),
        away=form.get("away", False),
    )
