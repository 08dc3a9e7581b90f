"""What an act would bring about, as values: what is written where, what is held back, and a mark of all that."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Refusal
from mappings.reconcile.model import FieldWrite
from state.types import Claimed

from ..browsing.addresses import openable
from ..plan import PlannedWrite
from ..wired import Channel, Wired


@dataclass(frozen=True, slots=True)
class Change:
    """
    One field that is written: FACTS say which ones it holds, OLD and NEW are values or, where a system has words of its
    own for them, what people see there. A record that is MADE has no old ones. HOPS are steps of a workflow between.
    """

    system: str
    kind: str
    record: str
    url: str
    field: str
    facts: tuple[str, ...]
    old: tuple[Value, ...]
    new: tuple[Value, ...]
    hops: tuple[str, ...] = ()

    @property
    def made(self) -> bool:
        return not self.record


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A field that stays as it is in SYSTEM although the hub says otherwise: CODE and TEXT say why."""

    system: str
    field: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Becomes:
    """A fact of the hub that becomes another one."""

    fact: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class Foreseen:
    """
    What an act would bring about.

    WHAT: ``give`` (a fact is set), ``settle`` (a conflict ends by it), ``again``, ``leave``, ``match``, ``part``,
    ``same``. KEY is "" for what is no case's. CHANGES follow from it, WAITING come with the next pass anyway. CONFLICTS
    are facts that would be in conflict afterwards, FACTS others of the case that become something else, LATER the
    systems where a write is on its way, so that they follow once it has ended. CASES: how many the act concerns. MARK
    stands for all that is shown. REFUSED: why it cannot be done, as a code and its words.
    """

    what: str
    key: str = ""
    title: str = ""
    fact: str = ""
    old: Value = None
    new: Value = None
    system: str = ""
    record: str = ""
    changes: tuple[Change, ...] = ()
    waiting: tuple[Change, ...] = ()
    unwritten: tuple[Unwritten, ...] = ()
    conflicts: tuple[str, ...] = ()
    facts: tuple[Becomes, ...] = ()
    later: tuple[str, ...] = ()
    cases: int = 1
    mark: str = ""
    refused: tuple[str, str] | None = None

    def brings(self, other: "Foreseen") -> bool:
        """Say whether both bring about the same, whatever else has come to wait for the next pass between them."""
        return replace(self, mark="", waiting=()) == replace(other, mark="", waiting=())


@dataclass(frozen=True)
class Prepared:
    """An act at hand: what it would bring about, and how it is DONE."""

    foreseen: Foreseen
    done: Callable[[], object]


class NotAsShown(Exception):
    """What an act would do has moved since it was shown: FORESEEN is what it would do now. Nothing was done."""

    def __init__(self, foreseen: Foreseen) -> None:
        super().__init__(f"{foreseen.key or foreseen.system}: it has moved since it was shown; nothing was done")
        self.foreseen = foreseen


def marked(claimed: Claimed, *told: object) -> str:
    """Return the mark of an act at a case: another one as soon as the case, what waits for it or what is TOLD moves."""
    waits = sorted(snapshot.sequence for snapshot in claimed.snapshots.values())
    return mark_of(claimed.entity.id, claimed.revision, waits, *told)


def mark_of(*told: object) -> str:
    """Return a mark of what was shown, the same in every process."""
    return hashlib.sha256(repr(_plain(told)).encode()).hexdigest()[:20]


def _plain(told: object) -> object:
    """Sets have no order of their own."""
    if isinstance(told, frozenset):
        return sorted(map(repr, told))
    if is_dataclass(told):
        return [type(told).__name__, *(_plain(getattr(told, one.name)) for one in fields(told))]
    return [_plain(one) for one in told] if isinstance(told, list | tuple) else told


def changes_of(wired: Wired, writes: Iterable[PlannedWrite], urls: Mapping[tuple[str, str], str]) -> list[Change]:
    """Return *writes* field by field, in the words of their systems; URLS are those of the records there are."""
    found = []
    for write in writes:
        channel = wired.of(write.entity).shape.channels.get((write.system, write.kind))
        url = openable(urls.get((write.system, write.record)))
        found += [_change(channel, write, entry, url) for entry in write.fields]
    return found


def _change(channel: Channel | None, write: PlannedWrite, entry: FieldWrite, url: str) -> Change:
    made = not write.record
    said = channel.fields.get(entry.field) if channel else None
    return Change(
        write.system,
        write.kind,
        write.record,
        url,
        entry.field,
        tuple(said.facts) if said else (entry.field,),
        () if made else seen_as(channel, entry.field, entry.expected),
        seen_as(channel, entry.field, entry.view, stands_for=tuple(entry.value.values())),
        tuple(_text(one) for view in entry.hops for one in seen_as(channel, entry.field, view)),
    )


def seen_as(
    channel: Channel | None, name: str, view: View, *, stands_for: Sequence[Value] | None = None
) -> tuple[Value, ...]:
    """
    Return what people see in *view* of the field NAME: the word of its system, else the values that it stands for
    (STANDS_FOR, where they are known).
    """
    entry = channel.fields.get(name) if channel else None
    if channel is None or entry is None:
        return (None if view is None else _text(view),)
    if len(entry.places) == 1 and channel.labels.get(entry.places[0]):
        views = view if isinstance(view, list) else [view]
        return tuple(None if one in (None, "") else channel.label(entry.places[0], one) for one in views)
    if stands_for is not None:
        return tuple(stands_for)
    read = entry.lens.read(view, {})
    if isinstance(read, Refusal) or not read:
        return (None if view is None else channel.label(entry.places[0], view),)
    return tuple(read.values())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
