"""What happened to a case, across its systems, its items, notes and documents: newest first, in pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from sys import maxsize
from typing import Any

from mappings.canonical.show import contrasted, show
from mappings.reconcile.model import Event
from state import lines, people
from state.history import Line
from state.lines import Household, Sifted
from state.types import Whole

from ..access import Access
from ..labels import ON_A_PAGE, Labels
from ..noted import is_internal
from ..remembering import HUB, said_by
from ..wiring import Installation
from .admitting import admitted
from .casting import Names, names_among

KINDS = ("case", "item", "note", "document")
LARGEST = 2**63 - 1
"""The largest number of a line that a database holds."""


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """
    Which lines: SYSTEMS ("hub" for what was said there), KINDS of what they tell of, WHATS (``set``, ``write``,
    ``conflict`` …; () for all but bookkeeping). BEFORE is `Feed.next` of the page before; "" begins with the newest.
    """

    systems: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    whats: tuple[str, ...] = ()
    before: str = ""
    size: int = 50


@dataclass(frozen=True, slots=True)
class FeedLine:
    """
    One line. AT is when it was done, HUB_AT when the hub wrote it down. SYSTEM is "hub" where no system is meant.

    OLD and NEW are views where a system is named, values otherwise; BEFORE and AFTER the same as people read them.
    KIND, KEY and TITLE are of what it tells of; TEXT is what a note says.
    """

    id: int
    at: datetime
    hub_at: datetime
    system: str
    record: str
    by: str
    what: str
    field: str
    old: Any
    new: Any
    before: str
    after: str
    parties: tuple[tuple[str, str], ...]
    cause: str
    run: str
    kind: str
    key: str
    title: str
    text: str = ""
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """One page; NEXT is where the following one begins, "" at the end."""

    lines: tuple[FeedLine, ...]
    next: str
    names: Names


def feed(installation: Installation, access: Access, key: str, query: FeedQuery, *, internal: bool = False) -> Feed:
    """Return a page of the feed of the case *key*. Raises NoSuchCase, as `open_case` does."""
    found = admitted(installation, access, key)
    labels = Labels(installation.store, installation.hub, longest=ON_A_PAGE)
    everybody = labels.load({(link.system, link.kind) for one in found.everyone for link in one.links})
    names = names_among(installation.hub, people.names_of(everybody))
    return feed_of(Told(installation, found, labels, names), query, internal=internal)


@dataclass(frozen=True, slots=True)
class Told:
    """A case that the reader has been let into, with the words of its systems and the names of people."""

    installation: Installation
    found: Household
    labels: Labels
    names: Names


def feed_of(told: Told, query: FeedQuery, *, internal: bool = False) -> Feed:
    """As `feed`, in one statement."""
    wholes = {one.entity.id: one for one in told.found.everyone if internal or not is_internal(one.entity)}
    sifted = _sifted(told.found, wholes, query, internal=internal)
    found = lines.told(told.installation.store, sifted, limit=query.size + 1)
    shown = tuple(_line(line, wholes.get(line.entity or ""), told.labels) for line in found[: query.size])
    last = found[query.size - 1] if len(found) > query.size else None
    return Feed(shown, f"{lines.moment_of(last).isoformat()}/{last.id}" if last else "", told.names)


def _sifted(found: Household, wholes: Mapping[str, Whole], query: FeedQuery, *, internal: bool) -> Sifted:
    kinds = query.kinds or KINDS
    ids = tuple(number for number, one in wholes.items() if one.entity.kind in kinds and one.entity.kind != "note")
    notes = tuple(number for number, one in wholes.items() if one.entity.kind == "note" and "note" in kinds)
    older = found.case.entity.key if "note" in kinds and found.more_notes else ""
    systems = tuple("" if one == HUB else one for one in query.systems)
    return Sifted(ids, notes, older, internal, systems, query.whats, _place(query.before))


def _place(text: str) -> tuple[datetime, int] | None:
    """Read where a page begins; what is no such place begins with the newest."""
    moment, _, number = text.partition("/")
    try:
        at, last = datetime.fromisoformat(moment), int(number)
        return (at.astimezone(UTC), last) if at.tzinfo is not None and abs(last) <= LARGEST else None
    except (ValueError, OverflowError):
        return None


def _line(line: Line, whole: Whole | None, labels: Labels) -> FeedLine:
    told, entity = line.event, whole.entity if whole else None
    parties = tuple((str(one.get("system")), _said_by(one, told, labels, whole)) for one in told.parties)
    body = entity.facts["body"].value if entity and "body" in entity.facts else None
    said = told.what == "opened" and isinstance(body, str)
    title = entity.facts["title"].value if entity and "title" in entity.facts else ""
    return FeedLine(
        line.id,
        lines.moment_of(line),
        line.hub_at,
        told.system or HUB,
        line.record,
        told.by,
        told.what,
        told.field,
        told.old,
        told.new,
        *_change(line, labels, whole),
        parties,
        told.cause,
        line.run,
        entity.kind if entity else "note",
        entity.key if entity else "",
        title if isinstance(title, str) else "",
        text=body if said and isinstance(body, str) else "",
        internal=bool(entity and is_internal(entity)),
    )


def _change(line: Line, labels: Labels, whole: Whole | None) -> tuple[str, str]:
    """Views in the words of their system, values as people write them; nothing stays nothing."""
    told = line.event
    kind = line.kind or _kind_in(told.system, whole)
    if told.system and kind and told.field:
        entity, views = whole.entity.kind if whole else "note", (told.old, told.new)
        return labels.change(told.system, kind, field_name=told.field, views=views, entity=entity)
    before, after = contrasted([_plain(told.old, maxsize), _plain(told.new, maxsize)], ON_A_PAGE)
    return before, after


def _said_by(party: Mapping[str, Any], told: Event, labels: Labels, whole: Whole | None) -> str:
    """What a party to a conflict shows, or the hub says, as people read it."""
    system, view = str(party.get("system")), said_by(party, told)
    kind = _kind_in(system, whole)
    if view is None or not kind or whole is None:
        return _plain(view)
    shown_in = _field_of(labels, (system, kind), told.field, entity=whole.entity.kind)
    return labels.of(system, kind, field_name=shown_in, view=view, entity=whole.entity.kind)


def _field_of(labels: Labels, place: tuple[str, str], fact: str, *, entity: str) -> str:
    """The field in which a record shows FACT: it may have another name, and say other facts too."""
    spec = labels.hub.mapping(*place, entity=entity)
    fields = spec.fields if spec else {}
    return next((name for name, one in fields.items() if fact in one.facts), fact)


def _kind_in(system: str, whole: Whole | None) -> str:
    """What was read says no record: it is of the only one there, if there is one."""
    kinds = {link.kind for link in whole.links if link.system == system} if whole else set()
    return kinds.pop() if len(kinds) == 1 else ""


def _plain(content: Any, longest: int = ON_A_PAGE) -> str:
    if isinstance(content, Mapping):
        said = [content["name"]] if "name" in content else content.values()
        return " ".join(_plain(one, longest) for one in said)
    if isinstance(content, list):
        return ", ".join(_plain(one, longest) for one in content)
    if content is None:
        return ""
    return (
        str(content) if isinstance(content, int) and not isinstance(content, bool) else show(content, longest=longest)
    )
