"""
What a receipt means for the fields of its own write, one by one. The rest of a fresh record is an ordinary snapshot.

- *fits*: base := (value written, fresh view);
- *on the way*: a view of the planned status path is ours: base := (its reading, fresh view), tried again from there;
- *dropped*: still the expected view: base stays, parked;
- *altered*: proved to be the system's doing: base := (its reading, fresh view), parked;
- *unclear*: the server or a person: base stays, parked; no policy decides it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mappings.exchange import Receipt, Refused, VendorRecord, View
from mappings.lens import Field, Held, Refusal, Unseen

from .guards import AFTER_WRITE
from .judge import slot
from .model import Base, Event, FieldWrite, Link, LinkChange, OpenWrite, Parked

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
) -> Settlement:
    """
    Settle *write* by a receipt that is ``done`` or ``refused`` (any other one leaves the write open: there is nothing
    to settle). *fields* are those of the link's mapping.
    """
    state = _Settling(link, dict(link.bases), dict(link.seen), dict(link.parked), dict(link.answers))
    for wanted in write.fields:
        entry = fields.get(wanted.field)
        if entry is None:
            continue
        state.parked.pop(entry.name, None)
        refused = _refusal_of(entry, receipt)
        view = entry.view(receipt.record.views) if receipt.record else None
        if refused is not None:
            _refused(state, entry, wanted, refused=refused, view=view, held=held, onward=onward)
        elif receipt.state == "done" and receipt.record is not None:
            _by_view(state, entry, wanted, view, create=write.verb == "create", proved=receipt.proved, held=held)
            state.answers[entry.name] = (now, *link.answers.get(entry.name, ())[1:])
    if write.verb == "create" and receipt.record is not None:
        _defaults(state, receipt.record, fields, written={wanted.field for wanted in write.fields})
    change = LinkChange(link.id, state.bases, state.seen, state.parked, answers=state.answers)
    absorbed = receipt.record is not None and _absorbed(state, receipt.record, fields)
    return Settlement(change, tuple(state.events), state.again, absorbed)


def _refusal_of(entry: Field, receipt: Receipt) -> Refused | None:
    """A refusal that names one of the field's places; one that names none speaks of a write that did not happen."""
    for refused in receipt.refused:
        if refused.place in entry.places:
            return refused
    unnamed = [refused for refused in receipt.refused if refused.place is None]
    return unnamed[0] if unnamed and receipt.state == "refused" else None


def _refused(
    state: _Settling,
    entry: Field,
    wanted: FieldWrite,
    *,
    refused: Refused,
    view: "View | Unseen | None",
    held: Held,
    onward: Onward | None,
) -> None:
    """A step that the workflow refuses may have another way; anything else that is refused is parked."""
    shown = wanted.expected if view is None or isinstance(view, Unseen) else view
    if shown in wanted.hops:
        _take_over(state, entry, shown, entry.lens.read(shown, held))
    elif shown != wanted.expected:
        _remember(state, entry, shown)
    if refused.allowed and onward is not None and onward(entry.places[0], shown, wanted.view, refused.allowed):
        state.again = True
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
    old = state.seen.get(entry.name, wanted.expected)
    if all(entry.lens.fits(fact, value, view) for fact, value in wanted.value.items()):
        for fact, value in wanted.value.items():
            state.bases[slot(entry, fact)] = Base({fact: value}, view, entry.fingerprint)
        state.seen.pop(entry.name, None)
        state.events.append(Event("write", entry.name, old, view, system=state.link.system))
        return
    reading = entry.lens.read(view, held)
    readable = not isinstance(reading, Refusal)
    if readable and (view in wanted.hops or create):
        _take_over(state, entry, view, reading)
        state.again = True
    elif not create and view == wanted.expected:
        _park(state, entry, Parked("dropped", "written, but the record still shows what it did", wanted.value, view))
        _remember(state, entry, view)
    elif proved and readable:
        _take_over(state, entry, view, reading)
        _park(state, entry, Parked("altered", "the system made something else of it", wanted.value, view))
    else:
        _park(state, entry, Parked("unclear", "it shows neither what was nor what was written", wanted.value, view))
        _remember(state, entry, view)
    if view != old:
        state.events.append(Event("read", entry.name, old, view, system=state.link.system, cause=AFTER_WRITE))


def _take_over(state: _Settling, entry: Field, view: View, reading: "Mapping[str, object] | Refusal") -> None:
    """The base becomes what the system made of our write: nobody's edit, and nothing to adopt."""
    if isinstance(reading, Refusal):
        return
    for fact in entry.facts:
        state.bases[slot(entry, fact)] = Base({fact: reading.get(fact)}, view, entry.fingerprint)  # type: ignore[dict-item]  # values of a reading
    state.seen.pop(entry.name, None)


def _remember(state: _Settling, entry: Field, view: View) -> None:
    """Keep the view as seen where it is not the base's."""
    base = state.bases.get(slot(entry, entry.facts[0]))
    if base is None or base.view != view:
        state.seen[entry.name] = view
    else:
        state.seen.pop(entry.name, None)


def _park(state: _Settling, entry: Field, parked: Parked) -> None:
    state.parked[entry.name] = parked
    state.events.append(Event("parked", entry.name, None, parked.view, system=state.link.system, cause=parked.text))


def _defaults(state: _Settling, record: VendorRecord, fields: Mapping[str, Field], *, written: set[str]) -> None:
    """What a server fills into a field that we left empty is a default: no proposal, until somebody moves."""
    for entry in fields.values():
        view = entry.view(record.views)
        if entry.name in written or isinstance(view, Unseen) or entry.direction in ("once", "out"):
            continue
        if entry.adopt_defaults or entry.name in state.parked:
            continue
        for fact in entry.facts:
            filled = Base({fact: None}, view, entry.fingerprint, default=view is not None)
            state.bases.setdefault(slot(entry, fact), filled)


def _absorbed(state: _Settling, record: VendorRecord, fields: Mapping[str, Field]) -> bool:
    """Say whether every field of the record shows the view that the hub has last seen."""
    for entry in fields.values():
        view = entry.view(record.views)
        if isinstance(view, Unseen) or entry.direction == "once":
            continue
        if entry.name in state.seen:
            known = state.seen[entry.name]
        else:
            base = state.bases.get(slot(entry, entry.facts[0]))
            known = base.view if base is not None else UNKNOWN
        if known != view:
            return False
    return True


UNKNOWN = object()


def left_out(change: LinkChange, parked: Mapping[str, Parked]) -> LinkChange:
    """Add to *change* the fields that a create had to leave out: parked, not left out in silence."""
    return replace(change, parked={**parked, **change.parked})
