"""
The JSON forms of the engine's values. Each ``…_form`` has its inverse beside it; equal values have equal forms.

A *view* is JSON already. A *value* has the form that `mappings.canonical` gives it. In the history either may stand, so
there the form says which.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from mappings.canonical.values import Value, decode, decode_facts, encode, encode_facts
from mappings.exchange import Cursor, Json, VendorRecord, View
from mappings.reconcile.model import Base, Conflict, Fact, FieldWrite, Origin, Parked, Party

from .columns import dumps
from .kept import Recent

V = TypeVar("V")
W = TypeVar("W")


def each(values: Mapping[str, V], form: Callable[[V], W]) -> dict[str, W]:
    """Return *values* with *form* applied to each."""
    return {name: form(value) for name, value in values.items()}


def digest(record: VendorRecord) -> str:
    """Return the hash of what a record shows: views, marker, scope, parent; version, stamp and address do not count."""
    said = [record.views, record.marker, record.in_scope]
    text = dumps([*said, record.parent] if record.parent else said)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@lru_cache(maxsize=512)
def moment_form(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


@lru_cache(maxsize=512)
def moment_of(form: str) -> datetime:
    return datetime.fromisoformat(form)


# --- the hub's values -----------------------------------------------------------------------------------------------


def origin_form(origin: Origin) -> Json:
    form = [origin.by, origin.name, origin.at and moment_form(origin.at), origin.ref]
    return [*form, origin.who] if origin.who else form


def origin_of(form: Json) -> Origin:
    return _origin(*form)


@lru_cache(maxsize=256)
def _origin(by: Any, name: str, at: str | None, ref: str, who: str = "") -> Origin:
    """Most facts of an entity were said by one system at one time."""
    return Origin(by, name, moment_of(at) if at else None, ref, who)


def fact_form(fact: Fact) -> Json:
    form = {"value": encode(fact.value), "origin": origin_form(fact.origin)}
    return {**form, "since": moment_form(fact.since)} if fact.since else form


def fact_of(form: Json) -> Fact:
    since = form.get("since")
    return Fact(decode(form["value"]), origin_of(form["origin"]), moment_of(since) if since else None)


FACTS = Recent(fact_of, fact_form)


def held_form(values: Iterable[Value]) -> Json:
    return [encode(value) for value in values]


def held_of(form: Json) -> tuple[Value, ...]:
    return tuple(decode(value) for value in form)


def party_form(party: Party) -> Json:
    return {
        "system": party.system,
        "value": encode(party.value),
        "view": party.view,
        "record": party.record,
        "origin": party.origin and origin_form(party.origin),
    }


def party_of(form: Json) -> Party:
    origin = form["origin"]
    return Party(
        form["system"],
        decode(form["value"]),
        view=form["view"],
        record=form["record"],
        origin=origin_of(origin) if origin else None,
    )


def conflict_form(conflict: Conflict) -> Json:
    return {
        "fact": conflict.fact,
        "hub": encode(conflict.hub),
        "parties": [party_form(party) for party in conflict.parties],
        "why": conflict.why,
    }


def conflict_of(form: Json) -> Conflict:
    parties = tuple(party_of(party) for party in form["parties"])
    return Conflict(form["fact"], decode(form["hub"]), parties, form["why"])


# --- what a link keeps ----------------------------------------------------------------------------------------------


def base_form(base: Base) -> Json:
    form = {"value": encode_facts(base.value), "view": base.view, "lens": base.lens}
    if base.way:
        form["way"] = list(base.way)
    return {**form, "default": True} if base.default else form


def base_of(form: Json) -> Base:
    """By far the most have neither way nor default; there are some thirty in a case."""
    value = decode_facts(form["value"])
    if len(form) == 3:
        return tuple.__new__(Base, (value, form["view"], form["lens"], False, ()))
    return Base(value, form["view"], form["lens"], form.get("default", False), tuple(form.get("way", ())))


BASES = Recent(base_of, base_form)


def parked_form(parked: Parked) -> Json:
    return {
        "code": parked.code,
        "text": parked.text,
        "value": encode_facts(parked.value),
        "view": parked.view,
        "allowed": list(parked.allowed),
    }


def parked_of(form: Json) -> Parked:
    return Parked(form["code"], form["text"], decode_facts(form["value"]), form["view"], tuple(form["allowed"]))


def answers_form(moments: Iterable[datetime]) -> Json:
    return [moment_form(moment) for moment in moments]


def answers_of(form: Json) -> tuple[datetime, ...]:
    return (moment_of(form[0]),) if len(form) == 1 else tuple(map(moment_of, form))


def write_form(write: FieldWrite) -> Json:
    form = {
        "field": write.field,
        "value": encode_facts(write.value),
        "view": write.view,
        "expected": write.expected,
        "hops": list(write.hops),
    }
    return form if write.undoes is None else {**form, "undoes": encode_facts(write.undoes)}


def write_of(form: Json) -> FieldWrite:
    undoes = decode_facts(form["undoes"]) if "undoes" in form else None
    hops = tuple(form["hops"])
    return FieldWrite(form["field"], decode_facts(form["value"]), form["view"], form["expected"], hops, undoes)


# --- what travels ---------------------------------------------------------------------------------------------------


def cursor_form(cursor: Cursor) -> Json:
    return {"at": cursor.at, "ids": list(cursor.ids), "resume": cursor.resume, "full": cursor.full}


def cursor_of(form: Json) -> Cursor:
    return Cursor(form["at"], tuple(form["ids"]), form["resume"], form["full"])


_BARE = (str, bool, int)


def either_form(value: Value | View) -> Json:
    """The form of a line of the history: a view stands as it is, unless it could be taken for something else."""
    if value is None or isinstance(value, _BARE):
        return value
    if isinstance(value, (dict, list)):
        return {"view": value}
    return {"value": encode(value)}


def either_of(form: Json) -> Any:
    match form:
        case {"view": view}:
            return view
        case {"value": value}:
            return decode(value)
    return form
