"""
The end of a pass: documents are made where cases need them, their facts kept current, and what people do is noticed.

A pass with nothing new asks a wiki once for its changes, and a server of files for nothing. A full one looks at every
document. One document never stops the others, and one system neither.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from connectors.errors import ConnectorError
from connectors.mediawiki import MediaWikiConnector
from mappings.exchange import Cursor
from mappings.language import Problems
from mappings.language.read_documents import DocumentSpec
from mappings.reconcile.model import Parked
from state import cases, dictionaries, documents, left
from state.attention import Place
from state.errors import Busy
from state.store import Store
from state.types import Whole

from ..wired import TEMPLATE, WHOLE
from .desk import Desk
from .folders import Folders
from .one import One, Room, Told
from .pages import Pages
from .paper import document_id, fact, paper_of, template_values

BATCH = 100
_EVER = timedelta(days=36500)


async def keep_documents(desk: Desk, room: Room, *, full: bool = False) -> Told:
    """Do what is to be done about the documents of a sync. Nothing that one system does is raised: it is told."""
    report = Told()
    name = f"documents:{room.sync}"
    before = remembered(room.store, room.sync)
    touched, last = documents.touched(room.store, room.sync, after=int(before.get("last", 0)))
    after: dict[str, Any] = {"last": last, "feeds": dict(before.get("feeds", {})), "behind": []}
    for system in desk.systems:
        behind = system in before.get("behind", []) or "last" not in before
        try:
            async with desk.connectors[system]:
                round_ = _Round(desk, room, report, system=system)
                after["feeds"][system] = await round_.run(
                    touched, before.get("feeds", {}).get(system), full=full, every=full or behind
                )
        except ConnectorError as error:
            report.trouble[system] = str(error)
            after["behind"].append(system)
        except Problems as error:
            report.notices.append(str(error))
            after["behind"].append(system)
            _tell_of_template(room.store, system, Parked(TEMPLATE, str(error)))
        else:
            if behind:
                _tell_of_template(room.store, system, None)
        if system in report.left:
            report.notices.append(f"{system}: {room.most} documents were made; the others follow with the next pass")
            after["behind"].append(system)
        count = desk.connectors[system].requests
        report.requests[system] = (count.total, count.overhead, count.writing)
    if after != before:
        dictionaries.remember(room.store, "", name=name, form=after)
    return report


def remembered(store: Store, sync: str) -> dict[str, Any]:
    """Return where the keeping of documents stands: the last line of the history that was seen, feeds, what waits."""
    found: dict[str, Any] | None = dictionaries.recall(store, "", name=f"documents:{sync}", within=_EVER)
    return found or {}


class _Round:
    """One system's turn."""

    def __init__(self, desk: Desk, room: Room, report: Told, *, system: str) -> None:
        self._desk = desk
        self._room = room
        self._store = room.store
        self._report = report
        self._system = system
        self._makers: dict[str, Pages | Folders] = {}

    async def run(self, touched: tuple[str, ...], feed: Any, *, full: bool, every: bool) -> Any:
        """Look at the cases TOUCHED, or at EVERY one, and at what people changed; returns where FEED stands."""
        changed, then = await self._feed(feed)
        open_ = set(documents.doubtful(self._store, self._room.sync))
        for batch in self._cases(touched, every=every, open_=open_):
            await self._batch(batch, look=full)
        if not full:
            await self._batch(await asyncio.to_thread(self._changed, changed), look=True)
        return then

    async def _batch(self, owners: Sequence[Whole], *, look: bool) -> None:
        """Look at the documents of some cases; where all are looked at, pages come many in a request."""
        for spec in self._desk.of(self._system):
            mine = owners if look else [one for one in owners if self._is_open(spec, one)]
            if not mine:
                continue
            maker = self._makers.get(spec.label)
            if maker is None:
                maker = self._makers[spec.label] = await self._desk.maker(spec)
            if look and isinstance(maker, Pages):
                known = cases.by_ids(self._store, [document_id(one.entity.id, spec.label) for one in mine])
                await maker.foresee([link.external_id for one in known.values() for link in one.links])
            for owner in mine:
                await self._one(spec, maker, owner, look=look)

    async def _feed(self, feed: Any) -> tuple[dict[str, str], Any]:
        """Return what changed in a system that can tell, with its versions, and where its feed stands then."""
        connector = self._desk.connectors[self._system]
        if not isinstance(connector, MediaWikiConnector):
            return {}, None
        if feed is None:
            return {}, _form(await connector.present())
        cursor, versions = _cursor(feed), dict[str, str]()
        while True:
            changed = await connector.changes(cursor)
            versions |= changed.versions
            cursor = changed.cursor
            if not changed.more:
                return versions, _form(cursor)

    def _cases(self, touched: tuple[str, ...], *, every: bool, open_: set[str]) -> Iterator[Sequence[Whole]]:
        if every:
            after: int | None = 0
            while after is not None:
                listed = cases.cases(self._store, sync=self._room.sync, after=after, limit=BATCH)
                yield listed.entities
                after = listed.next
            return
        owners = {str(fact(one.entity, "case_id")) for one in cases.by_ids(self._store, sorted(open_)).values()}
        ids = sorted({*touched, *owners})
        for first in range(0, len(ids), BATCH):
            yield list(cases.by_ids(self._store, ids[first : first + BATCH]).values())

    def _changed(self, records: Mapping[str, str]) -> list[Whole]:
        """Return the cases whose documents changed to another version than the one we know."""
        if not records:
            return []
        ids = documents.by_records(self._store, self._system, kind="page", records=list(records))
        moved = [
            one.entity
            for one in cases.by_ids(self._store, ids).values()
            if any(link.version != records.get(link.external_id) for link in one.links)
        ]
        owners = sorted({str(fact(one, "case_id")) for one in moved})
        return list(cases.by_ids(self._store, owners).values())

    def _is_open(self, spec: DocumentSpec, owner: Whole) -> bool:
        """Say whether there may be something to do: the template is read only where there is."""
        known = cases.by_ids(self._store, [document_id(owner.entity.id, spec.label)])
        whole = next(iter(known.values()), None)
        if whole is None:
            return spec.when is None or spec.when(template_values(owner.entity))
        if isinstance(self._desk.connectors[self._system], MediaWikiConnector):
            return True
        return not whole.links or bool(whole.creates) or self._is_parked(spec, owner)  # a folder that stands is left

    def _is_parked(self, spec: DocumentSpec, owner: Whole) -> bool:
        paper = paper_of(spec, owner.entity, kind="folder")
        return documents.parked_here(self._store, paper) is not None

    async def _one(self, spec: DocumentSpec, maker: Pages | Folders, owner: Whole, *, look: bool) -> None:
        one = One(self._room, self._report, spec, maker=maker, case=owner.entity)
        try:
            await one.keep(look=look)
        except Busy:
            self._report.notices.append(f"{owner.entity.key} {spec.label}: another worker is about it")


def _tell_of_template(store: Store, system: str, entry: Parked | None) -> None:
    """Tell that a template which lies in *system* cannot be used, or (None) that it can."""
    with store.write() as conn:
        left.attend(store, conn, Place(system, "template", record="documents"), field=WHOLE, entry=entry)


def _form(cursor: Cursor) -> dict[str, Any]:
    return {"at": cursor.at, "ids": list(cursor.ids)}


def _cursor(form: Mapping[str, Any]) -> Cursor:
    return Cursor(form.get("at"), tuple(form.get("ids", ())))
