"""What both systems show, what the hub remembers, and whether a killed hub came to the same as one that was not."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import sqlalchemy as sa

from state import cases, outbox
from state.engine import open_store
from state.store import Store
from state.tables import entity, event, file_copy, hint, inbox
from state.types import Whole

from .world import TIMEOUT, World, address_of

Form: TypeAlias = dict[str, Any]
Shown: TypeAlias = dict[str, Form]
"""Record -> field -> what it shows."""
DEAL = 2
PASSING = frozenset(
    {
        "updatedTime",
        "updatedBy",
        "movedTime",
        "movedBy",
        "lastActivityTime",
        "lastActivityBy",
        "updated_on",
        "closed_on",
    }
)
"""Fields that tell of when and by whom: they differ from run to run."""
LINK = "ufCrm_1690000010"
UNDER_WAY = ("sent", "link sent")
KINDS = ("case", "note", "item", "client", "document")


# --- systems --------------------------------------------------------------------------------------------------------


def shown(world: World, known: Sequence[int] = (), *, talk: bool = False) -> Shown:
    """
    Return what people see in both systems. KNOWN are the issues that were there before: those keep their numbers, any
    other is called after its deal. TALK: comments and files too.
    """
    issues = _issues(world)
    named = {number: _called(number, form, known) for number, form in issues.items()}
    found: Shown = {}
    for deal in world.method("crm.item.list", entityTypeId=DEAL, select=["*"])["result"]["items"]:
        form = {name: value for name, value in deal.items() if name not in PASSING}
        form[LINK] = _renamed(str(form.get(LINK) or ""), named)
        if talk:
            form |= _told_of_deal(world, deal["id"])
        found[f"deal {deal['id']}"] = form
    for number, form in issues.items():
        form = {name: value for name, value in form.items() if name not in PASSING}
        name, copies = f"issue {named[number]}", 1
        while name in found:
            copies += 1
            name = f"issue {named[number]}, copy {copies}"
        found[name] = _of_issue(world, form, talk=talk)
    return found


def stamps(world: World) -> Form:
    """Return when every record was last changed."""
    deals = world.method("crm.item.list", entityTypeId=DEAL, select=["id", "updatedTime"])["result"]["items"]
    issues = {f"issue {number}": form["updated_on"] for number, form in _issues(world).items()}
    return {**{f"deal {row['id']}": row["updatedTime"] for row in deals}, **issues}


def midway(world: World) -> set[str]:
    """Return all that fields of issues have held on their way, as the tracker's journals have it."""
    statuses = world.issues("GET", "/issue_statuses.json")["issue_statuses"]
    names = {str(one["id"]): str(one["name"]) for one in statuses}
    found = set()
    for number in _issues(world):
        journals = world.issues("GET", f"/issues/{number}.json?include=journals")["issue"]["journals"]
        for one in journals:
            for each in one["details"]:
                ends = [str(each["old_value"]), str(each["new_value"])]
                found |= {names[one] for one in ends} if each["name"] == "status_id" else set(ends)
    return found


def _issues(world: World) -> dict[int, Form]:
    rows = world.issues("GET", "/issues.json?status_id=*&limit=100&sort=id")["issues"]
    return {row["id"]: row for row in rows}


def _called(number: int, form: Form, known: Sequence[int]) -> str:
    if number in known:
        return str(number)
    fields = {one["name"]: one.get("value") for one in form["custom_fields"]}
    return f"of {fields.get('Deal') or form['subject']}"


def _renamed(text: str, named: Mapping[int, str]) -> str:
    return re.sub(r"/issues/(\d+)", lambda found: f"/issues/{named.get(int(found[1]), found[1])}", text)


def _of_issue(world: World, form: Form, *, talk: bool) -> Form:
    number = form.pop("id")
    form.pop("created_on")
    fields = {one["name"]: one.get("value") for one in form.pop("custom_fields")}
    fields["CRM deal id"] = bool(fields.get("CRM deal id"))  # chance is in it
    plain = {name: value["name"] if isinstance(value, dict) else value for name, value in form.items()}
    if talk:
        whole = world.issues("GET", f"/issues/{number}.json?include=journals,attachments")["issue"]
        plain["notes"] = sorted(one["notes"] for one in whole["journals"] if one["notes"])
        plain["files"] = sorted((one["filename"], _digest(world, one["content_url"])) for one in whole["attachments"])
    return plain | fields


def _told_of_deal(world: World, deal: int) -> Form:
    wanted = {"filter": {"ENTITY_ID": deal, "ENTITY_TYPE": "deal"}, "select": ["ID", "COMMENT", "FILES"]}
    rows = world.method("crm.timeline.comment.list", **wanted)["result"]
    files = []
    for row in rows:
        held = row.get("FILES") or {}
        for one in held.values() if isinstance(held, dict) else held:
            told = world.method("disk.file.get", id=one["id"])["result"]
            files.append((told["NAME"], _digest(world, told["DOWNLOAD_URL"])))
    return {"notes": sorted(row["COMMENT"] for row in rows), "files": sorted(files)}


def _digest(world: World, address: str) -> str:
    headers = {"X-Redmine-API-Key": str(world.tracker["keys"]["admin"])}
    return hashlib.sha256(world.client.get(address, headers=headers).raise_for_status().content).hexdigest()[:12]


# --- the hub --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Memory:
    """What a hub remembers: per entity its facts, bases and what is parked; what waits; and all values ever heard."""

    entities: Mapping[str, Any]
    waits: Mapping[str, int]
    heard: frozenset[str]


def memory_of(folder: Path) -> Memory:
    """Read what the hub in *folder* remembers."""
    with closing(open_store(address_of(folder))) as store:
        found = {name: form for kind in KINDS for name, form in _entities(store, kind)}
        return Memory(found, _waiting(store), _heard(store))


def _entities(store: Store, kind: str) -> Iterator[tuple[str, Any]]:
    listed = cases.cases(store, kind=kind, limit=1000).entities
    met: dict[str, int] = {}
    for whole in sorted(listed, key=lambda one: repr(_facts(one))):
        facts = _facts(whole)
        name = f"{kind} {facts.get('title') or facts.get('text') or facts.get('name')}"
        met[name] = met.get(name, 0) + 1
        links = {f"{one.system} {one.kind}": _link(one) for one in whole.links}
        yield f"{name} {met[name]}", {"facts": facts, "links": links, "conflicts": sorted(whole.entity.conflicts)}


def _facts(whole: Whole) -> dict[str, str]:
    return {name: _plain(fact.value) for name, fact in sorted(whole.entity.facts.items())}


def _link(one: Any) -> Any:
    bases = {name: (_plain(base.value), _plain(base.view)) for name, base in sorted(one.bases.items())}
    return {"bases": bases, "parked": {name: entry.code for name, entry in sorted(one.parked.items())}}


def _plain(value: object) -> str:
    """Return *value* in words, without the numbers and moments that differ from run to run."""
    text = re.sub(r"/issues/\d+", "/issues/N", repr(value))
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+Z][\d:]*", "then", text)


def _waiting(store: Store) -> dict[str, int]:
    def count(conn: sa.Connection, query: sa.Select[Any]) -> int:
        return int(conn.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one())

    with store.read() as conn:
        return {
            "open writes": len(outbox.open_writes(store)),
            "hints": count(conn, sa.select(hint.c.external_id)),
            "snapshots": count(conn, sa.select(inbox.c.external_id).where(inbox.c.open.is_not(None))),
            "copies of files": count(conn, sa.select(file_copy.c.at).where(file_copy.c.state.in_(UNDER_WAY))),
            "due": count(conn, sa.select(entity.c.id).where(entity.c.due > 0)),
        }


def _heard(store: Store) -> frozenset[str]:
    with store.read() as conn:
        rows = conn.execute(sa.select(event.c.old, event.c.new, event.c.more).where(event.c.system != "")).all()
    said = [value for old, new, more in rows for value in (old, new, *(view for _, *both in more for view in both))]
    return frozenset(_plain(value) for value in said if value is not None)


def not_before(folder: Path) -> float:
    """Return after how many seconds the first of what the hub is in doubt of may be looked at again; 0 for nothing."""
    with closing(open_store(address_of(folder))) as store:
        times = [one.not_before for one in outbox.open_writes(store) if one.not_before is not None]
        with store.read() as conn:
            sent = conn.execute(sa.select(file_copy.c.at).where(file_copy.c.state.in_(UNDER_WAY))).scalars()
            times += [at + timedelta(seconds=TIMEOUT) for at in sent]
        return max((min(times) - store.clock()).total_seconds(), 0.0) if times else 0.0


# --- differences ----------------------------------------------------------------------------------------------------


def torn(now: Shown, before: Shown, after: Shown, way: set[str]) -> list[str]:
    """Return the fields that are neither as they were nor as they become, nor a step of their way (P5)."""
    found = []
    for record, form in now.items():
        if record not in after and record not in before:
            found.append(f"{record}: nobody expects it: {form}")
        for name, value in form.items():
            ends = [side.get(record, {}).get(name) for side in (before, after)]
            if value not in ends and str(value) not in way and not _fewer(value, ends[1]):
                found.append(f"{record}: {name} is {value!r}, was {ends[0]!r}, becomes {ends[1]!r}")
    found += [f"{record} is gone" for record in before if record not in now and record in after]
    return found


def _fewer(value: object, after: object) -> bool:
    """Is *value* a list of things of which some are still to come?"""
    return isinstance(value, list) and isinstance(after, list) and all(one in after for one in value)


def differing(now: Mapping[str, Any], wanted: Mapping[str, Any], path: str = "") -> list[str]:
    """Return where two forms differ."""
    found = []
    for name in {**now, **wanted}:
        one, other = now.get(name), wanted.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            found += differing(one, other, f"{path}{name}: ")
        elif one != other:
            found.append(f"{path}{name} is {one!r} instead of {other!r}")
    return found
