"""
Bringing back what was: any value that the hub has ever seen, as a move of the hub; a record that is gone, made again.

An earlier value is named by a line of the history, by a time, or is simply the one that the present value replaced.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Field, Refusal
from mappings.reconcile import Unresolvable
from mappings.reconcile.model import Event, Link, Outcome
from mappings.reconcile.note import OVERWRITTEN
from state import unlinking
from state.history import Line
from state.mentions import is_marked
from state.types import Whole

from .casework import Act, Busy, claim_case, set_value
from .kin import kin_of
from .then import SAYS, as_of
from .wired import Channel, SyncShape

NAMES_A_VALUE = (*SAYS, "read", "write", "gone", "unlinked", OVERWRITTEN)


@dataclass(frozen=True)
class Former:
    """An earlier VALUE of a fact, and what is known of it: who said it (BY), when (AT), in which line (LINE)."""

    value: Value
    by: str
    at: datetime
    line: int

    @property
    def cause(self) -> str:
        return f"restored from line {self.line}"


# --- values -----------------------------------------------------------------------------------------------------------


def said_in(shape: SyncShape, whole: Whole, lines: Sequence[Line], *, fact: str, number: int) -> Former:
    """
    Return what line *number* of the history says of *fact*: what the hub said from then on, or what a record showed.

    Raises Unresolvable where there is no such line, it says nothing of the fact, or its words cannot be read now.
    """
    key = whole.entity.key
    line = next((one for one in lines if one.id == number), None)
    if line is None:
        raise Unresolvable(f"{key} has no line {number} in its history; `casehub case history {key}` lists them")
    told = line.event
    if told.what in SAYS and told.field == fact and not told.system:
        return _remembered(Former(told.new, told.by, line.hub_at, number))
    value = value_in(shape, whole, lines, line=line, fact=fact)
    if isinstance(value, Refusal):
        raise Unresolvable(f"what line {number} shows cannot be read any more: {value.text}")
    return Former(value, told.by or told.system, told.at or line.hub_at, number)


def value_in(shape: SyncShape, whole: Whole, lines: Sequence[Line], *, line: Line, fact: str) -> Value | Refusal:
    """Return what a line about a record says of *fact*, in the words of the present mapping."""
    told = line.event
    silent = Refusal("silent", f"it says nothing of {fact}")
    if told.what not in NAMES_A_VALUE or not told.system:
        return silent
    for channel in _channels(shape, whole, line):
        for entry in channel.fields.values():
            if fact in entry.facts and (found := _view(entry, line)) is not _SILENT:
                if is_marked(found):
                    return Refusal("forgotten", "it was forgotten")
                said = [one.event.new for one in lines if one.id <= line.id and _says(one, fact)]
                reading = entry.lens.read(found, {fact: tuple(reversed(said))})
                return reading if isinstance(reading, Refusal) else reading.get(fact)
    return silent


def _says(line: Line, fact: str) -> bool:
    return line.event.what in SAYS and line.event.field == fact and not line.event.system


def _channels(shape: SyncShape, whole: Whole, line: Line) -> list[Channel]:
    """The mappings that may have shown it: of the record's kind, where the line tells it."""
    kinds = [line.kind] if line.kind else [link.kind for link in whole.links if link.system == line.event.system]
    scopes = [(line.event.system, kind) for kind in kinds] or [s for s in shape.channels if s[0] == line.event.system]
    return [shape.channels[scope] for scope in scopes if scope in shape.channels]


_SILENT = object()


def _view(entry: Field, line: Line) -> View | object:
    """Return the view of *entry* that a line has."""
    told = line.event
    if told.what == OVERWRITTEN:
        return told.old if entry.places == (told.field,) else _SILENT
    if told.what in ("gone", "unlinked"):
        content = told.old if isinstance(told.old, dict) else {}
        keys = [entry.name, *(key for _, key in entry.slots)]
        return next((content[key] for key in keys if key in content), _SILENT)
    return told.new if told.field == entry.name else _SILENT


def said_at(lines: Sequence[Line], fact: str, at: datetime) -> Former:
    """Return what the hub said of *fact* at a time. Raises Unresolvable where it said nothing."""
    then = as_of(lines, at)
    if fact not in then.facts:
        raise Unresolvable(f"the hub said nothing of {fact} then")
    said = then.facts[fact]
    return _remembered(Former(said.value, said.by, said.at, said.line))


def said_before(lines: Sequence[Line], fact: str) -> Former:
    """Return what the present value of *fact* replaced. Raises Unresolvable where it is the first one."""
    said = [line for line in lines if _says(line, fact)]
    for line in reversed(said):
        former = next((one for one in reversed(said) if one.id < line.id and one.event.new != line.event.new), None)
        if former is not None:
            return _remembered(Former(former.event.new, former.event.by, former.hub_at, former.id))
    raise Unresolvable(f"{fact} has never had another value at the hub; --event names a value that a system showed")


def _remembered(former: Former) -> Former:
    """Return *former* itself. Raises Unresolvable where it was forgotten: the mark in its place is nobody's value."""
    if is_marked(former.value):
        raise Unresolvable(f"what line {former.line} says was forgotten; it cannot be brought back")
    return former


def restore_value(act: Act, fact: str, former: Former) -> Outcome:
    """Make an earlier value the hub's again; the systems follow with the next pass. Raises Unresolvable, Busy."""
    return set_value(act, fact, former.value, cause=former.cause)


# --- records ----------------------------------------------------------------------------------------------------------


def gone_link(act: Act, whole: Whole, system: str) -> Link:
    """
    Return the tombstone in *system* whose record can be made again. Raises Unresolvable where there is none, or where
    the sync would make no record.
    """
    key, wired = whole.entity.key, act.wired.of(whole.entity.kind)
    shape = wired.shape
    there = [link for link in whole.links if link.system == system]
    dead = [link for link in there if link.tombstone]
    if not dead:
        what = f"has a living record there, #{there[0].external_id}" if there else "has no record there"
        raise Unresolvable(f"{key} {what}; there is nothing to make again in {system}")
    [link, *_] = dead
    makes = [make for make in shape.makes if (make.system, make.kind) == (link.system, link.kind)]
    if not makes:
        raise Unresolvable(
            f"{shape.name} makes no records in {system}, so #{link.external_id} can only be restored there; the hub "
            "takes it up again when it comes back"
        )
    facts = {name: said.value for name, said in whole.entity.facts.items()}
    facts = {**kin_of(wired, entities=[whole.entity]).around(whole.entity), **shape.dotted(facts)}
    if not makes[0].when(facts):
        raise Unresolvable(f"{key} does not fulfil the `when:` of {system} in hub.yaml now; set its facts first")
    return link


def make_again(act: Act, link: Link) -> None:
    """
    Let the next pass make the record of *link* again, with everything that the hub knows of the case, under the next
    generation: the old one, should it come back, is a copy. Raises Busy.
    """
    claimed, _ = claim_case(act)
    told = Event("unlinked", "", by=act.person, cause=f"#{link.external_id} is gone and is made again: restore")
    mine = next((one for one in claimed.links if one.id == link.id), None)
    wired = act.wired
    if mine is None or not unlinking.unlink(wired.store, wired.worker, claimed, record=mine, told=told):
        raise Busy("another worker has changed the case meanwhile; do it again")
