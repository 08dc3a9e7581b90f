"""A hub whose two memory systems share files, and what people do with these."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from connectors.base import Connector, Surroundings
from connectors.errors import RetryLater
from connectors.memory import MemoryConnector
from connectors.memory.traits import KindTraits
from flows.hub.attachments.spool import Spool, spool_in
from flows.hub.wiring import Installation
from mappings.exchange import Cursor, Found, Page, VendorRecord
from state import attachments, attention
from tests.fault_builders import Clock
from tests.hub_builders import HUB, AHub, a_deal, a_hub

FILE = KindTraits(marker=False, signed=True, hangs_on="record", holds=True)
COMMENT = KindTraits(marker=False, signed=True, hangs_on="record")
SHARED = "    files: {crm: {}, trk: {}}\n"


class Blind(MemoryConnector):
    """Shows of a file what most systems show: not its content."""

    private: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    fetched: list[str]

    async def pull(self, kind: str, cursor: Cursor | None, *, full: bool = False) -> Page:
        page = await super().pull(kind, cursor, full=full)
        return replace(page, records=tuple(map(self._shown, page.records)))

    async def get(self, kind: str, ids: Any) -> list[Found]:
        found = await super().get(kind, ids)
        return [one if one.record is None else replace(one, record=self._shown(one.record)) for one in found]

    def _shown(self, record: VendorRecord) -> VendorRecord:
        if record.kind != "file":
            return record
        views = {place: view for place, view in record.views.items() if place != "content"}
        content = self.system.contents[str(record.views["content"]).removeprefix("sha256:")]
        return replace(
            record, views={**views, "size": str(len(content)), "private": record.id in self.private}, version=None
        )

    async def fetch(self, kind: str, record_id: str) -> AsyncIterator[bytes]:
        self.fetched.append(record_id)
        async for piece in super().fetch(kind, record_id):
            if record_id in self.broken:
                yield piece[:1]
                raise RetryLater("cut off", system=self.name)
            yield piece


@dataclass
class FilesHub(AHub):
    """Its connectors do not show contents; SPOOL is where they lie on their way."""

    private: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    fetched: Any = None

    @property
    def spool(self) -> Spool:
        return spool_in(self.installation.folder)

    def make(self, installation: Installation, name: str) -> Connector:
        markers = {spec.kind: spec.marker or "marker" for spec in installation.hub.mappings_of(name)}
        around = Surroundings(clock=self.systems[name].clock, markers=markers, spool=spool_in(installation.folder))
        made = Blind(name, None, around, system=self.systems[name])
        made.private, made.broken, made.fetched = self.private, self.broken, self.fetched
        return made

    def attach(self, system: str, record: str, content: str | bytes, name: str = "смета.pdf") -> str:
        body = content.encode() if isinstance(content, str) else content
        return self.systems[system].attach("file", record, body, name=name)

    def files(self, system: str, record: str) -> dict[str, str]:
        """Name -> content of what hangs on a record; several of one name are told apart by a number."""
        found: dict[str, str] = {}
        for views in self.records(system, "file").values():
            if views["parent"] == record:
                content = self.systems[system].contents[str(views["content"]).removeprefix("sha256:")]
                name = str(views["name"])
                found[f"{name} 2" if name in found else name] = content.decode()
        return found

    def issue(self) -> str:
        return next(link.external_id for link in self.case().links if link.system == "trk")

    def told(self) -> list[str]:
        """What the attention list says of files."""
        entries = attention.parked_fields(self.installation.store)
        return [entry.text for entry in entries if entry.kind == "file"]

    def known(self) -> attachments.Files:
        return attachments.of_case(self.installation.store, "presales", self.case().entity.id)

    def lying(self) -> list[Path]:
        folder = self.installation.folder / "spool"
        return list(folder.iterdir()) if folder.is_dir() else []


def sharing(
    folder: Path, files: str = SHARED, *, comments: bool = False, rest: str = "", clock: Clock | None = None
) -> tuple[FilesHub, str]:
    """A hub with one deal that has become an issue; returns the deal's id too."""
    kinds = {name: {"file": FILE, **({"comment": COMMENT} if comments else {})} for name in ("crm", "trk")}
    made = a_hub(folder, hub=HUB + files + rest, kinds=kinds, clock=clock)
    hub = FilesHub(made.installation, made.systems, fetched=[])
    deal = hub.systems["crm"].create("record", a_deal())
    hub.sync()
    return hub, deal


def digest_of(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
