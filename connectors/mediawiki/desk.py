"""Pages looked up and written: the port of the conditional procedure."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mappings.exchange import Fault, Found, VendorRecord, View

from ..errors import Rejected
from ..guarded import Inspection, read_back
from .client import MediaWikiClient
from .records import is_cut, record_of, version_of

BATCH = 50
SUMMARY = "casehub"
MOST_EDITS = 500
CONTENT = {
    "prop": "revisions|info",
    "rvprop": "ids|timestamp|user|content",
    "rvslots": "main",
    "inprop": "url",
}


class Desk:
    """Reads pages by their numbers, and puts a new text where a page still has the revision it was made from."""

    def __init__(self, name: str, client: MediaWikiClient, clock: Callable[[], datetime]) -> None:
        self.name = name
        self.clock = clock
        self.paths: frozenset[str] = frozenset()
        self._client = client

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        """Fifty pages in a request; an id that is no number is a page that never was."""
        del kind
        wanted = [one for one in dict.fromkeys(ids) if one.isascii() and one.isdigit()]
        met: dict[str, VendorRecord] = {}
        broken: dict[str, str] = {}
        for first in range(0, len(wanted), BATCH):
            records, faults = self.records(await self._rows(wanted[first : first + BATCH]))
            met |= {record.id: record for record in records}
            broken |= {fault.id: fault.reason for fault in faults if fault.id}
        return [self._found(one, met, broken) for one in ids]

    async def _rows(self, numbers: Sequence[str]) -> list[dict[str, Any]]:
        """Return what the wiki shows of pages; what does not fit into one of its answers (8 MB) is asked for again."""
        told = await self._client.query({"pageids": "|".join(numbers), **CONTENT})
        rows: list[dict[str, Any]] = told.form.get("query", {}).get("pages", [])
        left = [str(row.get("pageid")) for row in rows if is_cut(row)] if told.form.get("continue") else []
        if not left or len(numbers) < 2:
            return rows
        middle = len(left) if len(left) < len(numbers) else len(left) // 2  # the first of them may not fit at all
        shown = [row for row in rows if not is_cut(row)]
        for part in (left[:middle], left[middle:]):
            shown += await self._rows(part) if part else []
        return shown

    def _found(self, record_id: str, met: Mapping[str, VendorRecord], broken: Mapping[str, str]) -> Found:
        if record_id in met:
            return Found(record_id, "here", met[record_id])
        if record_id in broken:
            return Found(record_id, "refused", reason=broken[record_id])
        return Found(record_id, "gone", reason=f"there is no page {record_id} any more")

    async def write_if(self, record: VendorRecord, views: Mapping[str, View]) -> VendorRecord:
        """Put a new text where the page still has its revision. Raises Stale, Gone, Rejected."""
        for place in views:
            if place != "text":
                text = f"the place {place!r} of a page is not written; move the page in the wiki"
                raise Rejected(text, system=self.name, place=place, reason=text)
        base = int(record.version or 0)
        text = str(views["text"] or "")
        edit = await self._client.edit({"pageid": record.id, **body(text), "nocreate": 1, "baserevid": base})
        if edit.get("nochange"):
            return record
        if edit.get("oldrevid") == base and _as_saved(text) == text:
            newer = {**record.views, "text": text or None, "author": self._client.user}
            return replace(record, views=newer, version=version_of(int(edit["newrevid"])), stamp=edit["newtimestamp"])
        return await read_back(self, record)  # the wiki has merged ours with somebody's, or has tidied it

    async def touched(self, record: VendorRecord) -> str:
        """Every edit of a page has its author: people were there where one of them is not we."""
        form = {"pageids": record.id, "prop": "revisions", "rvprop": "user", "rvlimit": str(MOST_EDITS)}
        told = await self._client.query(form)
        [page] = told.form.get("query", {}).get("pages") or [{}]
        others = {str(one.get("user")) for one in page.get("revisions") or ()} - {self._client.user}
        if told.form.get("continue"):
            return f"it has more than {MOST_EDITS} edits"
        return f"it was edited by {', '.join(sorted(others))}" if others else ""

    async def delete(self, record: VendorRecord) -> None:
        """Delete a page, which only some accounts may. Raises Gone, Rejected."""
        await self._client.delete(record.id, SUMMARY)

    def shown(self, place: str, view: View) -> View:
        """The wiki strips what is empty at the end of a text."""
        return _as_saved(view) or None if place == "text" and isinstance(view, str) else view

    async def inspect(self, record: VendorRecord, since: str | None) -> Inspection:
        """Pages have no workflow."""
        del record, since
        return Inspection()

    def records(self, rows: Sequence[dict[str, Any]]) -> tuple[tuple[VendorRecord, ...], tuple[Fault, ...]]:
        records: list[VendorRecord] = []
        faults: list[Fault] = []
        for row in rows:
            try:
                record = record_of(row, self.name)
            except (KeyError, TypeError, ValueError, IndexError) as error:
                number = str(row.get("pageid") or "") or None
                faults.append(Fault(number, f"the page is not as MediaWiki shows pages ({type(error).__name__})"))
            else:
                records += [record] if record else []
        return tuple(records), tuple(faults)


def body(text: str) -> dict[str, str | int]:
    """The text with its hash, so that half of it is never saved."""
    digest = hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
    return {"text": text.encode("utf-8", "replace").decode(), "md5": digest, "summary": SUMMARY}


def _as_saved(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
