"""
What a receipt means for the fields of its own write, one by one. The rest of a fresh record is an ordinary snapshot.

- *fits*: base := (value written, fresh view);
- *on the way*: a view of the planned status path is ours: base := (its reading, fresh view), tried again from there;
- *dropped*: still the expected view: base stays, parked;
- *altered*: proved to be the system's doing: base := (its reading, fresh view), parked;
- *unclear*: the server or a person: base stays, parked; no policy decides it.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime

from mappings.canonical.values import Facts
from mappings.exchange import Receipt, Refused, VendorRecord, View
from mappings.lens import UNSEEN, Field, Held, Refusal, Unseen

from .guards import AFTER_WRITE
from .judge import keep_seen, last_seen
from .model import Base, Event, FieldWrite, Link, LinkChange, OpenWrite, Parked
from .undo import after_undo, on_its_way

Onward = Callable[[str, View, View, tuple[View, ...]], bool]
"""Asked where a workflow refused a step: (place, where it stands, target, what is allowed) -> is there a way to try?"""


@dataclass
class _Settling:
    link: Link
    bases: dict[str, Base]
    seen: dict[str, View]
    parked: dict[str, Parked]
    answers: dict[str, tuple[datetime, ...]]
    again: bool = False
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True)
class Settlement:
    """
    What a settled write leaves: the link as it stands, the events, and whether the entity must be looked at AGAIN
    (something was not taken at creation, or a status is still on its way). ABSORBED: the fresh record shows nothing
    that the hub has not now taken into account, so it need not go through the inbox.
    """

    change: LinkChange
    events: tuple[Event, ...]
    again: bool
    absorbed: bool


def settle(
    link: Link,
    write: OpenWrite,
    receipt: Receipt,
    *,
    fields: Mapping[str, Field],
    held: Held,
    now: datetime,
    onward: Onward | None = None,
    found_again: bool = False,
) -> Settlement:
    """
    Settle *write* by a receipt that is ``done`` or ``refused`` (any other one leaves the write open: there is nothing
    to settle). *fields* are those of the link's mapping.

    FOUND_AGAIN: the record was made, who knows when, and found again; a person may have been there since. What is as
    it was written is ours, all else is met for the first time: nothing of it counts as the server's own filling.
    """
    state = _Settling(link, dict(link.bases), dict(link.seen), dict(link.parked), dict(link.answers))
    settled = {wanted.field: fields[wanted.field] for wanted in write.fields if wanted.field in fields}
    refusals = _refusals(settled, receipt)
    for wanted in write.fields:
        entry = settled.get(wanted.field)
        if entry is None:
            continue
        view = entry.view(receipt.record.views) if receipt.record else None
        if entry.name in refusals:
            state.parked.pop(entry.name, None)
            if write.verb == "update":
                _still_standing(state, entry, wanted, view=view, held=held)
            _refused(state, entry, wanted, refused=refusals[entry.name], view=view, onward=onward)
        elif receipt.state == "refused" or (found_again and not _as_written(entry, wanted, view)):
            state.again = True
        elif receipt.record is not None:
            state.parked.pop(entry.name, None)
            _by_view(state, entry, wanted, view, create=write.verb == "create", proved=receipt.proved, held=held)
            state.answers[entry.name] = (now, *link.answers.get(entry.name, ())[1:])
    if write.verb == "create" and receipt.record is not None and not found_again:
        _defaults(state, receipt.record, fields, written=settled.keys() - refusals.keys())
    change = LinkChange(link.id, state.bases, state.seen, state.parked, answers=state.answers)
    absorbed = receipt.record is not None and _absorbed(state, receipt.record, fields)
    return Settlement(change, tuple(state.events), state.again, absorbed)


def _as_written(entry: Field, wanted: FieldWrite, view: "View | Unseen | None") -> bool:
    said = wanted.value.items()
    return not isinstance(view, Unseen) and all(entry.lens.fits(fact, value, view) for fact, value in said)


def _refusals(entries: Mapping[str, Field], receipt: Receipt) -> dict[str, Refused]:
    """
    Return field -> its refusal: the one that names a place of it. One that names none of the write's places speaks of
    the whole of a write that did not happen; in a write that did, of a change that was left out, nobody knows which.
    """
    places = {place: entry.name for entry in entries.values() for place in entry.places}
    found: dict[str, Refused] = {}
    for refused in receipt.refused:
        if refused.place in places:
            found.setdefault(places[refused.place], refused)
    unnamed = [refused for refused in receipt.refused if refused.place not in places]
    if receipt.state == "refused" and (unnamed or not receipt.refused):
        whole = unnamed[0] if unnamed else Refused(None, receipt.reason or "refused without a reason")
        found = {**dict.fromkeys(entries, whole), **found}
    return found


def _still_standing(
    state: _Settling, entry: Field, wanted: FieldWrite, *, view: "View | Unseen | None", held: Held
) -> None:
    """Where a refused step left the record: on our way, as it was, or somewhere that somebody put it meanwhile."""
    if view is None or isinstance(view, Unseen):
        return
    old = last_seen(state.bases, state.seen, entry)
    reading = entry.lens.read(view, held)
    if view in wanted.hops and not isinstance(reading, Refusal):
        way = _way_so_far(state, entry, wanted, view)
        _base_at(state, entry, view, said=wanted.value, reading=reading, way=way)
    elif view != wanted.expected:
        _remember(state, entry, view)
        state.again = True  # that edit has to be judged
    _tell(state, entry, old, view)


def _refused(
    state: _Settling,
    entry: Field,
    wanted: FieldWrite,
    *,
    refused: Refused,
    view: "View | Unseen | None",
    onward: Onward | None,
) -> None:
    """A step that the workflow refuses may have another way; anything else that is refused is parked."""
    shown = wanted.expected if view is None or isinstance(view, Unseen) else view
    if refused.allowed and onward is not None and onward(entry.places[0], shown, wanted.view, refused.allowed):
        state.again = True
        if wanted.undoes is not None:
            state.parked[entry.name] = on_its_way(wanted, shown)
        return
    code = "no way" if refused.allowed else "rejected"
    _park(state, entry, Parked(code, refused.reason, wanted.value, shown, refused.allowed))


def _by_view(
    state: _Settling,
    entry: Field,
    wanted: FieldWrite,
    view: "View | Unseen | None",
    *,
    create: bool,
    proved: bool,
    held: Held,
) -> None:
    if isinstance(view, Unseen):
        _park(state, entry, Parked("unseen", "written, but the record does not show it", wanted.value, wanted.expected))
        return
    old = last_seen(state.bases, state.seen, entry)
    fits = _as_written(entry, wanted, view)
    # A view that says all that was written need not be read, unless it also speaks of facts that were not written.
    reading = {} if fits and wanted.value.keys() >= {*entry.facts} else entry.lens.read(view, held)
    if fits:
        _base_at(state, entry, view, said=wanted.value, reading={} if isinstance(reading, Refusal) else reading)
        before = wanted.expected if isinstance(old, Unseen) else old
        cause = "undo" if wanted.undoes is not None else ""
        state.events.append(Event("write", entry.name, before, view, system=state.link.system, cause=cause))
        stands = after_undo(entry, wanted, view) if wanted.undoes is not None else None
        if stands is not None:
            _park(state, entry, stands)
        return
    readable = None if isinstance(reading, Refusal) else reading
    if readable is not None and (view in wanted.hops or create):
        way = _way_so_far(state, entry, wanted, view)
        _base_at(state, entry, view, said=wanted.value, reading=readable, way=way)
        state.again = True
        if wanted.undoes is not None:
            state.parked[entry.name] = on_its_way(wanted, view)
    elif not create and view == wanted.expected:
        _park(state, entry, Parked("dropped", "written, but the record still shows what it did", wanted.value, view))
        _remember(state, entry, view)
    elif proved and readable is not None:
        _base_at(state, entry, view, said=wanted.value, reading=readable)
        _park(state, entry, Parked("altered", "the system made something else of it", wanted.value, view))
    else:
        _park(state, entry, Parked("unclear", "it shows neither what was nor what was written", wanted.value, view))
        _remember(state, entry, view)
        state.again = True  # so that the question is put
    _tell(state, entry, old, view)


def stood_on(bases: Mapping[str, Base], entry: Field, target: View) -> tuple[View, ...]:
    """Return the views of *entry* that the record stood on since the hub first wanted *target* there."""
    ways = [bases[key].way for _, key in entry.slots if key in bases]
    return ways[0][1:] if ways and ways[0][:1] == (target,) else ()


def _way_so_far(state: _Settling, entry: Field, wanted: FieldWrite, view: View) -> tuple[View, ...]:
    """The target, and what was stood on before *view*, one of the hops of this write; nothing for any other view."""
    if view not in wanted.hops:
        return ()
    passed = (wanted.expected, *wanted.hops[: wanted.hops.index(view)])
    before = stood_on(state.bases, entry, wanted.view)
    return (wanted.view, *dict.fromkeys((*before, *passed)))


def _base_at(
    state: _Settling, entry: Field, view: View, *, said: Facts, reading: Facts, way: tuple[View, ...] = ()
) -> None:
    """
    Put the bases of all facts of *entry* at *view*, which our write brought about: nobody's edit, nothing to adopt.

    Each stands for what was written if the view says so; a fact that was not written for what it stood for, if the
    view still says that; else for its reading. What is written once has no base.
    """
    if entry.direction == "once":
        return
    for fact, key in entry.slots:
        base = state.bases.get(key)
        known = said if fact in said else base.value if base is not None else {}
        value = known.get(fact)
        if not entry.lens.fits(fact, value, view):
            value = reading.get(fact)
        state.bases[key] = Base({fact: value}, view, entry.fingerprint, way=way)
    state.seen.pop(entry.name, None)


def _remember(state: _Settling, entry: Field, view: View) -> None:
    """Keep the view as seen where it is not that of all bases."""
    if entry.direction == "once":
        return
    keep_seen(state.bases, state.seen, entry, view=view)


def _tell(state: _Settling, entry: Field, old: "View | Unseen", view: View) -> None:
    """Write down a view that was not seen before: it may be a person's."""
    if old != view:
        before = None if isinstance(old, Unseen) else old
        state.events.append(Event("read", entry.name, before, view, system=state.link.system, cause=AFTER_WRITE))


def _park(state: _Settling, entry: Field, parked: Parked) -> None:
    state.parked[entry.name] = parked
    state.events.append(Event("parked", entry.name, None, parked.view, system=state.link.system, cause=parked.text))


def _defaults(
    state: _Settling, record: VendorRecord, fields: Mapping[str, Field], *, written: AbstractSet[str]
) -> None:
    """What a server fills into a field that we left empty, or that it refused: no proposal, until somebody moves."""
    for entry in fields.values():
        view = entry.view(record.views)
        adopted = entry.adopt_defaults and entry.name not in state.parked
        if entry.name in written or adopted or isinstance(view, Unseen) or entry.direction in ("once", "out"):
            continue
        for fact, key in entry.slots:
            default = not entry.lens.fits(fact, None, view)
            state.bases.setdefault(key, Base({fact: None}, view, entry.fingerprint, default))


def _absorbed(state: _Settling, record: VendorRecord, fields: Mapping[str, Field]) -> bool:
    """Say whether every field of the record shows the view that the hub has last seen."""
    bases, seen = state.bases, state.seen
    for entry in fields.values():
        if entry.direction == "once":
            continue
        view = entry.view(record.views)
        if view is not UNSEEN and last_seen(bases, seen, entry) != view:
            return False
    return True


def left_out(change: LinkChange, parked: Mapping[str, Parked]) -> LinkChange:
    """Add to *change* the fields that a create had to leave out: parked, not left out in silence."""
    return replace(change, parked={**parked, **change.parked})
