"""The records of a memory system, edited by people on one side and by the hub's requests on the other."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from mappings.exchange import SystemPerson, View, Views

from ..errors import Gone, Rejected, Stale
from .traits import KindTraits, stamp_of

HUB = "hub"
"""The account that the hub works with."""


@dataclass(frozen=True, slots=True)
class MemoryRequest:
    """One request as the fault hook sees it."""

    verb: Literal["identify", "list", "get", "find", "create", "update", "delete", "log", "discover"]
    kind: str = ""
    ids: tuple[str, ...] = ()
    views: Views = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Truth:
    """One thing that really happened: the oracle of tests, and the system's change log."""

    at: datetime
    kind: str
    id: str
    place: str
    old: View
    new: View
    by: str


@dataclass(frozen=True, slots=True)
class Row:
    """One record at one moment; every change is a new row."""

    id: str
    views: Views
    changed: datetime
    revision: int = 1
    deleted: bool = False
    away: bool = False
    """Outside of what the hub is connected to."""
    by: str = ""
    """Who changed it last."""


Hook = Callable[[MemoryRequest, Literal["before", "after"]], None]


def no_fault(request: MemoryRequest, moment: Literal["before", "after"]) -> None:
    """The hook of a system in which nothing goes wrong."""
    del request, moment


class MemorySystem:
    """
    A plain store of records per kind.

    People use `create`, `edit`, `delete`, `restore`, `clone`, `merge`, `move_away`; they are not checked. The hub's
    requests go through `insert` and `update`, which obey the kind's traits. HOOK is called before and after every
    request and may raise an error, edit a record, or turn the clock.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] | None = None,
        *,
        kinds: Mapping[str, KindTraits] | None = None,
        people: tuple[SystemPerson, ...] = (),
        hook: Hook = no_fault,
    ) -> None:
        self.clock = clock or _ticking()
        self.kinds: dict[str, KindTraits] = dict(kinds or {})
        self.people = people
        self.hook = hook
        self.truth: list[Truth] = []
        self.rows: dict[str, dict[str, list[Row]]] = {}
        self.merged: dict[tuple[str, str], str] = {}
        self.contents: dict[str, bytes] = {}
        """SHA-256 (hex) -> the bytes of a file."""
        self.next_id = 1
        self.locked_out = False
        """True: the hub's credentials are no longer accepted."""

    def traits(self, kind: str) -> KindTraits:
        return self.kinds.setdefault(kind, KindTraits())

    # --- people ---------------------------------------------------------------------------------------------------

    def create(self, kind: str, views: Views, *, by: str = "Ann") -> str:
        """A person makes a record."""
        record_id = str(self.next_id)
        self.next_id += 1
        if self.traits(kind).signed and by != HUB:
            views = {"author": by, "created_on": stamp_of(self.clock(), self.traits(kind).resolution), **views}
        self._put(kind, Row(record_id, {}, self.clock(), revision=0), views=views, by=by)
        return record_id

    def edit(self, kind: str, record_id: str, views: Views, *, by: str = "Ann") -> None:
        """A person changes some places. Raises Gone."""
        self._put(kind, self.row(kind, record_id), views=views, by=by)

    def attach(self, kind: str, parent: str, content: bytes, *, name: str, by: str = "Ann") -> str:
        """A person puts a file on the record *parent*."""
        digest = hashlib.sha256(content).hexdigest()
        self.contents[digest] = content
        views = {"parent": parent, "name": name, "size": str(len(content)), "content": f"sha256:{digest}"}
        return self.create(kind, views, by=by)

    def delete(self, kind: str, record_id: str) -> None:
        self._flag(kind, replace(self.row(kind, record_id), deleted=True))

    def restore(self, kind: str, record_id: str) -> None:
        """Bring a deleted record back as it was."""
        self._flag(kind, replace(self.rows[kind][record_id][-1], deleted=False))

    def clone(self, kind: str, record_id: str, *, by: str = "Ann") -> str:
        """Copy a record with everything in it, our marker too."""
        return self.create(kind, self.row(kind, record_id).views, by=by)

    def merge(self, kind: str, record_id: str, *, into: str) -> None:
        """Delete a record so that its id answers with another one."""
        self.delete(kind, record_id)
        self.merged[kind, record_id] = into

    def move_away(self, kind: str, record_id: str, *, away: bool = True) -> None:
        """Take a record out of the hub's pipeline or project, or back into it."""
        self._flag(kind, replace(self.row(kind, record_id), away=away))

    # --- reading --------------------------------------------------------------------------------------------------

    def row(self, kind: str, record_id: str) -> Row:
        """Return a record as it stands. Raises Gone."""
        history = self.rows.get(kind, {}).get(record_id, [])
        if not history or history[-1].deleted:
            other = self.merged.get((kind, record_id))
            raise Gone(f"{kind} {record_id} does not exist", system="memory", other=other)
        return history[-1]

    def listed(self, kind: str) -> Iterator[Row]:
        """Yield what a list shows: records as they stood before the lag."""
        seen_until = self.clock() - timedelta(seconds=self.traits(kind).index_lag)
        for history in self.rows.get(kind, {}).values():
            shown = next((row for row in reversed(history) if row.changed <= seen_until), None)
            if shown is not None and not shown.deleted and not shown.away:
                yield shown

    # --- the hub's requests ---------------------------------------------------------------------------------------

    def insert(self, kind: str, views: Views, *, parent: tuple[str, str] | None = None) -> Row:
        """Make a record as the hub asks, under PARENT. Raises Rejected; Gone where there is no such parent."""
        traits = self.traits(kind)
        for place in traits.required:
            if views.get(place) in (None, "", []):
                raise self._refusal(kind, place, reason=f"{place} cannot be blank")
        kept = self._accepted(kind, views, standing=None)
        if traits.signed:
            kept |= {"author": HUB, "created_on": stamp_of(self.clock(), traits.resolution)}
        if parent is not None and traits.hangs_on:
            self.row(*parent)
            kept["parent"] = parent[1]
        defaults = {place: view for place, view in traits.defaults.items() if kept.get(place) is None}
        record_id = self.create(kind, {**kept, **defaults}, by=HUB)
        return self.row(kind, record_id)

    def update(self, kind: str, record_id: str, *, views: Views, revision: int | None = None) -> Row:
        """Change a record as the hub asks. Raises Gone, Stale (only with a REVISION), Rejected."""
        standing = self.row(kind, record_id)
        if revision is not None and revision != standing.revision:
            raise Stale(f"{kind} {record_id} moved", system="memory")
        self._put(kind, standing, views=self._accepted(kind, views, standing=standing), by=HUB)
        return self.row(kind, record_id)

    def _accepted(self, kind: str, views: Views, *, standing: Row | None) -> dict[str, View]:
        """Return what of *views* is carried out. Raises Rejected where the system says no."""
        traits = self.traits(kind)
        kept: dict[str, View] = {}
        known = {place.name for place in traits.places}
        for place, view in views.items():
            if place in traits.refused or (known and place not in known):
                raise self._refusal(kind, place, reason=f"{place} is invalid")
            if place in traits.required and view in (None, "", []):
                raise self._refusal(kind, place, reason=f"{place} cannot be blank")
            if place in traits.dropped or place in traits.hidden:
                continue
            if standing is not None and not self._may_follow(kind, place, view=view, standing=standing):
                continue
            kept[place] = traits.keeps(place, view)
        return kept

    def _may_follow(self, kind: str, place: str, *, view: View, standing: Row) -> bool:
        traits = self.traits(kind)
        here = standing.views.get(place)
        if place not in traits.workflow or view == here or view in traits.reachable(place, here):
            return True
        if traits.silent:
            return False
        error = self._refusal(kind, place, reason=f"{place} cannot become {view}")
        error.allowed = traits.reachable(place, here)
        raise error

    def _refusal(self, kind: str, place: str, *, reason: str) -> Rejected:
        named = place if self.traits(kind).names else None
        return Rejected(f"{kind} was refused", system="memory", place=named, reason=reason)

    def _put(self, kind: str, row: Row, *, views: Views, by: str) -> None:
        now = self.clock()
        for place, view in views.items():
            old = row.views.get(place)
            if old != view:
                self.truth.append(Truth(now, kind, row.id, place=place, old=old, new=view, by=by))
        changed = replace(row, views={**row.views, **views}, changed=now, revision=row.revision + 1, by=by)
        self._append(kind, changed)

    def _flag(self, kind: str, row: Row) -> None:
        self._append(kind, replace(row, changed=self.clock(), revision=row.revision + 1))

    def _append(self, kind: str, row: Row) -> None:
        history = self.rows.setdefault(kind, {}).setdefault(row.id, [])
        if not self.traits(kind).index_lag:
            history.clear()
        history.append(row)


def _ticking() -> Callable[[], datetime]:
    """A clock that goes one second ahead whenever it is asked."""
    moments = iter(range(10**9))
    start = datetime(2026, 1, 1, 9, tzinfo=UTC)
    return lambda: start + timedelta(seconds=next(moments))
