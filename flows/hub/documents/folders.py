"""A folder of files per case, made after the folder of a template; from then on it is people's."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence

from connectors.errors import Gone, Rejected
from connectors.webdav import WebDavConnector
from mappings.canonical.values import Value
from mappings.documents import Flaw, Flawed, Template, file_path, parse_template, target_of
from mappings.exchange import Change, Create, Receipt, VendorRecord
from mappings.reconcile.model import Base, Link, Parked
from state.documents import Paper, Stand

from .paper import Held, Later, Made, Result

ENTRIES = "entries"
FILEID = "fileid"
"""Nextcloud's number of a folder; other servers have none."""
_FACT = re.compile(rb"\{\0?\{[^{}\r\n]{1,400}\}\0?\}")
"""A fact in any encoding: in UTF-16 a zero stands beside each letter."""


class Folders:
    """Makes the folders of one template on one server."""

    kind = "folder"

    def __init__(
        self,
        connector: WebDavConnector,
        template: str,
        *,
        folders: Sequence[str],
        files: Mapping[str, "Template | None"],
        zone: str,
    ) -> None:
        self._connector = connector
        self._template = template
        self._folders = folders
        self._files = files
        self._zone = zone

    @classmethod
    async def load(cls, connector: WebDavConnector, template: str, *, known: Collection[str], zone: str) -> "Folders":
        """
        Read the template: its folders, its files, and the text of those that are filled.

        Raises Flawed with file and line of each mistake, Gone without such a folder, and the connector's errors.
        """
        template = template.strip("/") or template  # a lone slash is no template: all the cases lie below it
        found = (await connector.get("folder", [template]))[0]
        if found.record is None:
            raise Gone(f"the template {template!r}: {found.reason}", system=connector.name)
        entries = [(str(path), etag) for path, etag in found.record.views[ENTRIES]]
        files = sorted(path for path, etag in entries if etag is not None)
        texts: dict[str, Template | None] = {}
        flaws: list[Flaw] = []
        for path in files:
            try:
                texts[path] = await _text(connector, f"{template}/{path}", known)
            except Flawed as error:
                flaws += [Flaw(flaw.line, f"{path}: {flaw.text}") for flaw in error.flaws]
        if flaws:
            raise Flawed(flaws)
        folders = sorted(path for path, etag in entries if etag is None)
        return cls(connector, template, folders=folders, files=texts, zone=zone)

    def title(self, filled: str) -> str:
        """Return the path that a filled name gives. Raises ValueError."""
        return file_path(filled)

    def wants(self, link: Link, facts: Mapping[str, Value]) -> bool:
        """A folder is filled once."""
        del link, facts
        return False

    async def make(self, paper: Paper, title: str, facts: Mapping[str, Value], *, key: str, again: bool) -> Result:
        """
        Make the folder and what is in the template, piece by piece; what is there already is left as it is.

        Where it was begun before (AGAIN) it goes on; else a folder of that name is somebody else's.
        """
        above = title.rpartition("/")[0]
        parents = [above[: found.start()] for found in re.finditer("/|$", above)] if above else []
        for path in parents:
            receipt = await self._push(key, paper, "folder", path=path)
            if receipt.state != "done" and receipt.other is None:
                return _not_made(receipt, paper)
        receipt = await self._push(key, paper, "folder", path=title)
        if receipt.state == "refused" and receipt.other is not None and not again:
            text = f"a folder {title!r} is there already and was not made by the hub; rename it in {paper.system}, then"
            return Held(Parked("taken", f"{text} run `casehub sync --full`"))
        if receipt.state != "done" and receipt.other is None:
            return _not_made(receipt, paper)
        left = await self._fill(paper, title, facts, key=key)
        return left or await self._made(paper, title)

    async def _fill(self, paper: Paper, title: str, facts: Mapping[str, Value], *, key: str) -> Result | None:
        """Make everything in the folder. Returns why it is not whole, None where it is."""
        for path in self._folders:
            receipt = await self._push(key, paper, "folder", path=f"{title}/{path}")
            if receipt.state != "done" and receipt.other is None:
                return _not_made(receipt, paper, half=True)
        for path, template in self._files.items():
            if template is None:
                given = {"copy_of": f"{self._template}/{path}"}
            else:
                given = {"text": template.fill(facts, zone=self._zone)}
            receipt = await self._push(key, paper, "file", path=f"{title}/{path}", **given)
            if receipt.state != "done" and receipt.other is None:
                return _not_made(receipt, paper, half=True)
        return None

    async def _push(self, key: str, paper: Paper, kind: str, **views: str) -> Receipt:
        changes = tuple(Change(place, view) for place, view in views.items())
        return (await self._connector.push([Create(key, paper.system, kind, paper.document.id, changes)]))[0]

    async def _made(self, paper: Paper, title: str) -> Result:
        found = (await self._connector.get(self.kind, [title]))[0]
        if found.record is None:
            return Later(f"{paper.label} was made and is not shown: {found.reason}", sent=True)
        return Made(stand_of(found.record), title, wrote=True)

    async def refresh(self, paper: Paper, link: Link, facts: Mapping[str, Value]) -> Result:
        """A folder is filled once; it is only looked at."""
        del facts
        return await self.look(paper, link)

    async def look(self, paper: Paper, link: Link) -> Result:
        """Say how the folder stands; nothing is written into it."""
        found = (await self._connector.get(self.kind, [link.external_id]))[0]
        if found.record is not None:
            return Made(stand_of(found.record), link.external_id)
        if found.state == "refused":
            return Held(Parked("refused", f"{paper.label} cannot be read: {found.reason}"))
        return Held(
            Parked("gone", f"{paper.label} is gone: {found.reason}; bring it back there, or have a new one made")
        )

    async def moved(self, link: Link, key: str) -> Sequence[str]:
        """Return where the lost folder may be now: by its number on the server, else by the case's KEY in its name."""
        parent = link.external_id.rpartition("/")[0]
        number = link.bases[FILEID].view if FILEID in link.bases else None
        by_number = await self._connector.found_by(str(number), parent) if number else None
        if by_number is not None:
            return (by_number,)
        named = re.compile(rf"(?<![\w-]){re.escape(key)}(?![\w-])")
        try:
            beside = await self._connector.folders_in(parent)
        except Gone:
            return ()
        return tuple(path for path in beside if named.search(path.rpartition("/")[2]))


def stand_of(record: VendorRecord) -> Stand:
    """Return how a folder stands: its version moves with anything in it."""
    entries = record.views[ENTRIES]
    version = hashlib.sha256(json.dumps(entries, ensure_ascii=False).encode()).hexdigest()[:16]
    number = record.views.get(FILEID)
    known = {FILEID: Base({}, number, "")} if number else {}
    return Stand(record.id, version, record.url, {ENTRIES: Base({}, entries, ""), **known})


async def _text(connector: WebDavConnector, path: str, known: Collection[str]) -> Template | None:
    """
    Return the file as a template, None where it is copied as it is.

    Raises Flawed, Gone, and the connector's errors. A file whose text is not read must not have facts in it: whoever
    gets the copy would read the braces.
    """
    target = target_of(path)
    if target is None:
        return None
    found = (await connector.get("file", [path]))[0]
    if found.record is None:
        raise Gone(f"the template {path!r}: {found.reason}", system=connector.name)
    if "text" not in found.record.views:
        if await _has_facts(connector, path):
            raise Flawed([Flaw(1, "only UTF-8 of up to 1 MB is filled; save it in UTF-8, and pictures beside it")])
        return None
    return parse_template(str(found.record.views["text"] or ""), target, known)


async def _has_facts(connector: WebDavConnector, path: str) -> bool:
    try:
        return _FACT.search(b"".join([piece async for piece in connector.fetch("file", path)])) is not None
    except Rejected:  # larger than what is read at once, which no text is that people write
        return False


def _not_made(receipt: Receipt, paper: Paper, *, half: bool = False) -> Result:
    if receipt.state == "refused":
        reason = "; ".join(refused.reason for refused in receipt.refused)
        return Held(Parked("rejected", f"{paper.system} refuses a part of {paper.label}: {reason}"), half=half)
    return Later(receipt.reason, sent=half or receipt.state == "unclear")
