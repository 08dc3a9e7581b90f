"""
The way of a status through a workflow, as far as it is known, and where it ends.

At most six steps lead to one target, over as many passes as it takes: the views stood on since the hub first wanted the
target are kept with the base. None of them is stood on twice, so that a circle ends, told and parked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mappings.canonical.show import show
from mappings.exchange import Receipt, Transition, VendorRecord, View
from mappings.lens import Field
from mappings.reconcile.model import Event, FieldWrite, Link, LinkChange, Parked, Side
from mappings.reconcile.path import MOST_HOPS, hops, next_hop
from mappings.reconcile.settle import stood_on
from state import dictionaries
from state.types import Outgoing

from .wired import Channel, Scope, Wired

NO_WAY = "no way"


# --- deciding ---------------------------------------------------------------------------------------------------------


def with_paths(wired: Wired, side: Side, change: LinkChange) -> LinkChange:
    """
    Give the status writes of *change* the way through the workflow, as far as it is known.

    A write that has come to the end of its way is parked instead, with where it stands and what is allowed there.
    """
    scope = (side.link.system, side.link.kind)
    channel = wired.shape.channels[scope]
    if not channel.status or not change.write:
        return change
    known = wired.transitions(scope)
    writes: list[FieldWrite] = []
    parked = dict(change.parked)
    for write in change.write:
        led = _with_path(channel, side, write, known)
        if led is None:
            parked[write.field] = _end_of_way(channel, side.fields[write.field], write, known)
        else:
            writes.append(led)
    same = len(writes) == len(change.write) and all(led is one for led, one in zip(writes, change.write, strict=True))
    return change if same else replace(change, write=tuple(writes), parked=parked)


def _with_path(channel: Channel, side: Side, write: FieldWrite, known: Sequence[Transition]) -> FieldWrite | None:
    place = side.fields[write.field].places[0]
    if place not in channel.status or not known:
        return write
    closing = channel.closing.get(place, frozenset())
    tried = stood_on(side.link.bases, side.fields[write.field], write.view)
    onward = [step for step in known if step.target not in tried]
    way = hops(onward, write.expected, write.view, closing=closing)
    if way is not None and len(tried) + len(way) < MOST_HOPS:
        return write._replace(hops=way)
    allowed = {step.target for step in known if step.source == write.expected}
    step = next_hop(known, write.expected, write.view, allowed=allowed, tried=tried, closing=closing)
    if step is None and tried and (allowed or len(tried) >= MOST_HOPS):
        return None
    return write._replace(hops=() if step is None or step == write.view else (step,))


def _end_of_way(channel: Channel, entry: Field, write: FieldWrite, known: Sequence[Transition]) -> Parked:
    allowed = sorted({step.target for step in known if step.source == write.expected})
    target = show(channel.label(entry.places[0], write.view))
    why = f"no way on to {target} within {MOST_HOPS} steps that has not been tried"
    text = _where(channel, entry.places[0], write.expected, allowed=allowed)
    return Parked(NO_WAY, f"{why}; {text}", write.value, write.expected, tuple(allowed))


def ends_of_ways(before: Sequence[LinkChange], after: Sequence[LinkChange], sides: Mapping[int, Side]) -> list[Event]:
    """Return the lines of the history about writes that `with_paths` has parked."""
    return [
        Event("parked", name, None, parked.view, system=sides[new.link].link.system, cause=parked.text)
        for old, new in zip(before, after, strict=True)
        for name, parked in new.parked.items()
        if old.parked.get(name) != parked
    ]


# --- settling ---------------------------------------------------------------------------------------------------------


def learn(wired: Wired, one: Outgoing, receipt: Receipt) -> None:
    """
    Remember which steps the workflow was seen to allow from where the record stands, and forget those it does not.

    A step that a mapping declares and the system refuses is not tried again in this pass.
    """
    scope = (one.system, one.kind)
    fresh: list[Transition] = []
    refuted: list[Transition] = []
    for refused in receipt.refused:
        here = _here(receipt.record, refused.place) if refused.place and refused.allowed else None
        if here is None:
            continue
        allowed = {str(target) for target in refused.allowed}
        known = wired.transitions(scope)
        fresh += [Transition(str(here), target) for target in sorted(allowed)]
        refuted += [step for step in known if step.source == str(here) and step.target not in allowed]
    known_ones = set(wired.learned.get(scope, ()))
    new = [step for step in dict.fromkeys(fresh) if step not in known_ones]
    wired.refuted |= {(scope, step.source, step.target) for step in refuted}
    wired.refuted -= {(scope, step.source, step.target) for step in fresh}
    if new:
        wired.learned[scope] = (*wired.learned.get(scope, ()), *new)
        dictionaries.learn(wired.store, one.system, kind=one.kind, transitions=new)
    old = [step for step in refuted if step in known_ones]
    if old:
        wired.learned[scope] = tuple(step for step in wired.learned[scope] if step not in old)
        dictionaries.unlearn(wired.store, one.system, kind=one.kind, transitions=old)


def _here(record: VendorRecord | None, place: str | None) -> View:
    return record.views.get(place) if record and place else None


def way_on(wired: Wired, one: Outgoing, place: str, here: View, *, target: View, allowed: Sequence[View]) -> bool:
    """Say whether there is a step that leads on, or that has not been tried."""
    scope: Scope = (one.system, one.kind)
    channel = wired.shape.channels[scope]
    closing = channel.closing.get(place, frozenset())
    tried = _tried(channel, one, place, here=here, target=target)
    known = wired.transitions(scope)
    step = next_hop(known, here, target, allowed=[str(view) for view in allowed], tried=tried, closing=closing)
    return step is not None and step != target


def _tried(channel: Channel, one: Outgoing, place: str, *, here: View, target: View) -> tuple[View, ...]:
    """The views stood on before *here*: in earlier writes, and in this one."""
    write = next(each for each in one.fields if channel.fields[each.field].places[0] == place)
    link = one.link or Link(0, one.system, one.kind, "")
    before = stood_on(link.bases, channel.fields[write.field], target)
    path = (write.expected, *write.hops)
    passed = path[: path.index(here)] if here in path else path
    return tuple(dict.fromkeys((*before, *passed)))


def told_where(channel: Channel, parked: Mapping[str, Parked], names: Iterable[str]) -> dict[str, Parked]:
    """Return *parked* with where the fields NAMES stand in their workflow, in the words that people see there."""
    told = dict(parked)
    for name in names:
        entry = parked.get(name)
        if entry is not None and entry.code == NO_WAY:
            where = _where(channel, channel.fields[name].places[0], entry.view, allowed=entry.allowed)
            told[name] = replace(entry, text=f"{entry.text}; {where}")
    return told


def _where(channel: Channel, place: str, here: View, *, allowed: Sequence[View]) -> str:
    labels = ", ".join(show(channel.label(place, view)) for view in allowed) or "nothing"
    return (
        f"it stands at {show(channel.label(place, here))}, where the workflow allows {labels}. Move it there by hand,"
        " or give the hub's account the role that may, then `casehub parked retry`"
    )
