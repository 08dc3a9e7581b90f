"""
What really happened, below the connectors: one tape for all systems of a history, in the order of the deeds.

Promises are held against it and never against what the hub says of itself.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectors.memory import MemoryConnector, MemorySystem, Truth
from connectors.memory.desk import MemoryDesk
from connectors.memory.system import HUB, Row
from mappings.exchange import Create, Cursor, Found, Page, VendorRecord, View, Views


class Deed(NamedTuple):
    """
    One thing that happened at place AT of the tape.

    ``typed``: by a person; ``written``: by the hub; ``needless``: the hub wrote what stood there; ``dropped``: what it
    wrote was not taken. ``born``: a record that a person made; ``made``: one that the hub made. ``shown``: the hub saw
    the record. ``flag``: deleted, restored, moved. ``said``: by a person at the hub (SYSTEM is empty, RECORD the
    entity, PLACE the fact).
    """

    at: int
    what: str
    system: str
    record: str
    place: str = ""
    old: View = None
    new: View = None
    fresh: bool = False
    """Typed or written as the record was made; of what was said: it settles what was shown, and that may have moved."""


@dataclass
class Tape:
    """All deeds, and by record."""

    deeds: list[Deed] = field(default_factory=list)
    by_record: dict[tuple[str, str], list[Deed]] = field(default_factory=dict)

    def note(self, what: str, system: str, record: str, **more: Any) -> None:
        deed = Deed(len(self.deeds), what, system, record, **more)
        self.deeds.append(deed)
        self.by_record.setdefault((system, record), []).append(deed)

    def of(self, system: str, record: str) -> list[Deed]:
        return self.by_record.get((system, record), [])


class _Truths(list[Truth]):
    """The truth log of one system, copied to the tape as it grows."""

    def __init__(self, tape: Tape, system: str) -> None:
        super().__init__()
        self._tape, self._system, self.fresh = tape, system, False

    def append(self, one: Truth) -> None:
        super().append(one)
        what = "written" if one.by == HUB else "typed"
        self._tape.note(what, self._system, one.id, place=one.place, old=one.old, new=one.new, fresh=self.fresh)


class TapedSystem(MemorySystem):
    """
    A memory system that keeps the tape, and whose lists go wrong on demand.

    BLANK: it lists nothing. MIXED: pages come in another order, with repeats. NULLED: places that are shown empty.
    """

    def __init__(self, name: str, tape: Tape, **given: Any) -> None:
        super().__init__(**given)
        self.name, self.tape = name, tape
        self.truths = _Truths(tape, name)
        self.truth = self.truths
        self.blank = self.mixed = False
        self.nulled: frozenset[str] = frozenset()
        self.took_over: set[str] = set()
        """Records into which others were merged."""
        self.answering: set[str] = set()
        self.answered: set[str] = set()
        """Records that the hub made and heard of at once, in a pass that came to its end."""

    def merge(self, kind: str, record_id: str, *, into: str) -> None:
        super().merge(kind, record_id, into=into)
        self.took_over.add(into)

    def create(self, kind: str, views: Views, *, by: str = "Ann") -> str:
        self.truths.fresh = True
        try:
            record = super().create(kind, views, by=by)
        finally:
            self.truths.fresh = False
        marker = views.get("marker")
        self.tape.note("made" if by == HUB else "born", self.name, record, new=marker)
        return record

    def _flag(self, kind: str, row: Row) -> None:
        super()._flag(kind, row)
        self.tape.note("flag", self.name, row.id, new="deleted" if row.deleted else "away" if row.away else "here")

    def update(self, kind: str, record_id: str, *, views: Views, revision: int | None = None) -> Row:
        standing = self.stands(record_id, kind)
        row = super().update(kind, record_id, views=views, revision=revision)
        last = next((one.what for one in reversed(self.tape.of(self.name, record_id)) if one.what != "lost"), "")
        unseen = self.nulled or views.keys() & self.traits(kind).hidden
        truly = last == "shown" and not unseen
        if standing is not None and truly and all(standing.views.get(p) == v for p, v in views.items()):
            self.tape.note("needless", self.name, record_id, new=dict(views))
        for place, view in views.items():
            before = standing.views.get(place) if standing else None
            if row.views.get(place) == before != self.traits(kind).keeps(place, view):
                self.tape.note("dropped", self.name, record_id, place=place, old=before, new=view)
        return row

    def listed(self, kind: str) -> Any:
        return iter(()) if self.blank else super().listed(kind)

    def stands(self, record: str, kind: str = "record") -> Row | None:
        """Return a record as it stands, deleted or not; None where there never was one."""
        history = self.rows.get(kind, {}).get(record)
        return history[-1] if history else None


class TapedDesk(MemoryDesk):
    """Notes on the tape which records the hub was shown as they stood; an answer that was lost showed nothing."""

    system: TapedSystem

    def record(self, kind: str, row: Row) -> VendorRecord:
        shown = super().record(kind, row)
        if row is self.system.stands(row.id):  # not what a list that lags, or an answer before an edit, shows
            self.system.tape.note("shown", self.name, row.id)
        if self.system.nulled:
            views = {place: None if place in self.system.nulled else view for place, view in shown.views.items()}
            return VendorRecord(
                shown.system,
                shown.kind,
                shown.id,
                views,
                version=shown.version,
                stamp=shown.stamp,
                marker=shown.marker,
                url=shown.url,
                in_scope=shown.in_scope,
                parent=shown.parent,
            )
        return shown

    async def create(self, write: Create, views: Views) -> VendorRecord:
        made = await super().create(write, views)
        self.system.answering.add(made.id)
        return made

    async def read(self, kind: str, ids: Any) -> list[Found]:
        before = len(self.system.tape.deeds)
        try:
            return await super().read(kind, ids)
        except BaseException:
            self._forget(before)
            raise

    def _forget(self, before: int) -> None:
        """What was shown since has not arrived."""
        tape = self.system.tape
        for deed in tape.deeds[before:]:
            if deed.what == "shown" and deed.system == self.name:
                tape.deeds[deed.at] = deed._replace(what="lost")
                mine = tape.by_record[deed.system, deed.record]
                mine[mine.index(deed)] = tape.deeds[deed.at]


class TapedConnector(MemoryConnector):
    """The connector of a taped system."""

    system: TapedSystem

    def __init__(self, name: str, around: Any, system: TapedSystem) -> None:
        super().__init__(name, None, around, system=system)
        self._desk = TapedDesk(name, system, around=around, path=None)

    async def pull(self, kind: str, cursor: Cursor | None, *, full: bool = False) -> Page:
        page = await super().pull(kind, cursor, full=full)
        if not self.system.mixed:
            return page
        mixed = (*reversed(page.records), *page.records[:1])
        return Page(page.system, page.kind, mixed, page.began, cursor=page.cursor, more=page.more, total=page.total)
