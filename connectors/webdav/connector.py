"""The connector: folders with what lies in them, files with their text; nothing is overwritten unseen."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath

import httpx

from mappings.exchange import (
    Abilities,
    Account,
    Create,
    Cursor,
    Delete,
    Discovery,
    Found,
    Page,
    Receipt,
    Refused,
    SystemPerson,
    Update,
    VendorRecord,
    View,
    Write,
)

from ..base import RequestCount, Search, Surroundings, SystemConnector
from ..errors import AuthFailed, Gone, Rejected, RetryLater, Stale
from ..guarded import Inspection, push_conditional, read_back
from ..http import Http, HttpSettings
from .client import Exists, WebDavClient, strong
from .deletes import take_away
from .multistatus import Entry
from .places import FILE, FOLDER, KINDS, LARGEST_TEXT, PLACES, TEXTS
from .settings import WebDavSettings


class WebDavConnector(SystemConnector):
    """
    What lies below one folder. The id of a record is its path there.

    A folder's view `entries` lists everything below it, as ``[path below it, etag]``, folders with None: it changes
    when anything in it does. Creates never overwrite; an update needs the etag that it was made from.
    """

    type_name = "webdav"
    settings_model = WebDavSettings

    def __init__(self, name: str, settings: WebDavSettings, around: Surroundings | None = None) -> None:
        super().__init__(name, around)
        self._settings = settings
        self._http = Http(
            name,
            settings.url,
            around=self._around,
            auth=httpx.BasicAuth(settings.user, settings.password.get_secret_value()),
            settings=HttpSettings(timeout=float(settings.timeout)),
        )
        self._client = WebDavClient(self._http, settings, name=name)
        self.paths: frozenset[str] = frozenset()
        self.clock = self._around.clock

    @property
    def kinds(self) -> tuple[str, ...]:
        return KINDS

    @property
    def abilities(self) -> Abilities:
        return Abilities(
            conditional_writes=True,
            change_feed=False,
            overlap=0.0,
            overlap_reason="every read is a full one",
            marker=False,
            deletes=True,
            request_timeout=float(self._settings.timeout),
        )

    @property
    def requests(self) -> RequestCount:
        return self._http.count

    async def open(self) -> None:
        await self._http.open()

    async def close(self) -> None:
        await self._http.close()

    def url_of(self, kind: str, record_id: str) -> str | None:
        return self._client.address(record_id) if kind in KINDS else None

    # --- reading --------------------------------------------------------------------------------------------------

    async def identify(self) -> Account:
        """An account is known by what it may open: the folder itself. Raises AuthFailed, and Rejected without it."""
        try:
            root, _ = await self._client.listed("", overhead=True)
        except Gone as error:
            text = "the folder of `url` is not there; make it, or mend the address"
            raise Rejected(text, system=self.name) from error
        if not root.folder:
            raise Rejected("what lies at `url` is a file; name a folder", system=self.name, whole=True)
        rights = tuple(root.permissions or "")
        return Account(self._settings.user, self._settings.user, rights, server="WebDAV")

    async def pull(self, kind: str, cursor: Cursor | None, *, full: bool = False) -> Page:
        """One folder a page; there are no change times worth trusting, so every read is a full one."""
        self._known(kind)
        waiting: list[str] = json.loads(cursor.resume) if cursor and cursor.resume and not full else [""]
        began = self.clock()
        path, *rest = waiting
        try:
            _, within = await self._client.listed(path)
        except Gone:
            within = ()
        folders = [entry.path for entry in within if entry.folder]
        if kind == FOLDER:
            records = [one.record for one in await self.get(kind, folders) if one.record]
        else:
            records = [await self._file(entry) for entry in within if not entry.folder]
        left = [*rest, *folders]
        then = Cursor(resume=json.dumps(left, ensure_ascii=False), full=True) if left else Cursor()
        return Page(self.name, kind, tuple(records), began, then, more=bool(left))

    async def get(self, kind: str, ids: Sequence[str]) -> list[Found]:
        self._known(kind)
        return await self.read(kind, ids)

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        return [await self._look(kind, one) for one in ids]

    async def _look(self, kind: str, path: str) -> Found:
        try:
            entry, within = await self._client.listed(path, folder=kind == FOLDER)
            if entry.folder != (kind == FOLDER):
                return Found(path, "gone", reason=f"{path!r} is no {kind}")
            record = await self._folder(entry, within) if kind == FOLDER else await self._file(entry)
        except Gone:
            return Found(path, "gone", reason=f"there is nothing at {path!r}")
        except Rejected as error:
            return Found(path, "refused", reason=error.reason or str(error))
        return Found(path, "here", record)

    async def folders_in(self, path: str) -> tuple[str, ...]:
        """Return the paths of the folders that lie in the folder *path* itself. Raises Gone, Rejected."""
        _, within = await self._client.listed(path)
        return tuple(entry.path for entry in within if entry.folder)

    async def found_by(self, fileid: str, near: str) -> str | None:
        """Return the path of the folder with Nextcloud's number FILEID, looked for around the folder NEAR."""
        return await self._client.found_by(fileid, near)

    async def _folder(self, folder: Entry, within: Sequence[Entry]) -> VendorRecord:
        """A folder with all that lies below it, folder by folder. Raises Rejected where that is too much."""
        entries: list[list[View]] = []
        waiting = list(within)
        while waiting:
            entry = waiting.pop(0)
            below = entry.path[len(folder.path) :].lstrip("/")
            entries.append([below, None if entry.folder else entry.etag or f"{entry.size} {entry.modified}"])
            if len(entries) > self._settings.most:
                text = f"{folder.path!r} has more than {self._settings.most} files; raise `most`"
                raise Rejected(text, system=self.name, whole=True, reason=text)
            try:
                waiting += (await self._client.listed(entry.path))[1] if entry.folder else ()
            except Gone:
                continue  # it went while the others were read; the folder that was asked for is there
        views = {"path": folder.path, "entries": sorted(entries), "fileid": folder.fileid}
        return self._record(FOLDER, folder, views)

    async def _file(self, entry: Entry) -> VendorRecord:
        views: dict[str, View] = {
            "path": entry.path,
            "etag": strong(entry.etag),
            "size": str(entry.size) if entry.size is not None else None,
            "fileid": entry.fileid,
        }
        if PurePosixPath(entry.path).suffix.lower() in TEXTS and (entry.size or 0) <= LARGEST_TEXT:
            content = await self._client.read(entry.path)
            views["etag"] = content.etag or views["etag"]
            try:
                views["text"] = content.body.decode() or None
            except UnicodeDecodeError:
                views["content"] = f"sha256:{hashlib.sha256(content.body).hexdigest()}"
        return self._record(FILE, entry, views)

    def _record(self, kind: str, entry: Entry, views: Mapping[str, View]) -> VendorRecord:
        pages = self._settings.pages
        url = f"{pages}/f/{entry.fileid}" if pages and entry.fileid else self._client.address(entry.path)
        return VendorRecord(self.name, kind, entry.path, dict(views), stamp=entry.modified, url=url)

    async def fetch(self, kind: str, record_id: str) -> AsyncIterator[bytes]:
        """Give the content of a file. Raises Gone, Rejected."""
        if kind != FILE:
            raise Rejected(f"a {kind} has no content", system=self.name, whole=True)
        yield (await self._client.read(record_id)).body

    async def find_sent(self, create: Create, since: datetime) -> Search:
        """A path is there once: whatever stands there is what the create may have made."""
        del since
        path = str({change.place: change.view for change in create.changes}["path"])
        began = self.clock()
        found = (await self.read(create.kind, [path]))[0]
        return Search((path,) if found.state == "here" else (), None, began, current=True)

    async def discover(self, kind: str) -> Discovery:
        self._known(kind)
        account = await self.identify()
        notes = (
            ()
            if not account.rights or {"C", "K"} <= set(account.rights)
            else ("the account may not make files and folders there",)
        )
        return Discovery(self.name, kind, PLACES[kind], account=account, notes=notes)

    async def people(self) -> tuple[SystemPerson, ...]:
        """WebDAV tells of nobody."""
        return ()

    # --- writing --------------------------------------------------------------------------------------------------

    async def push(self, writes: Sequence[Write]) -> list[Receipt]:
        """Return one receipt each, in order. Raises AuthFailed and RetryLater only where nothing has been sent."""
        strange = Refused(None, "there are no such records here; there are: folder, file")
        receipts = {one.key: Receipt(one.key, "refused", refused=(strange,)) for one in writes if one.kind not in KINDS}
        mine = [one for one in writes if one.key not in receipts]
        updates = [one for one in mine if isinstance(one, Update)]
        receipts |= {one.key: one for one in await push_conditional(self, updates)}
        for one in mine:
            if isinstance(one, Create):
                receipts[one.key] = await self._create(one)
        deletes = [one for one in mine if isinstance(one, Delete)]
        receipts |= {one.key: one for one in await take_away(self, self._client, deletes, first=not receipts)}
        return [receipts[one.key] for one in writes]

    async def _create(self, create: Create) -> Receipt:
        """One folder or file where there is none of its name; where there is one, the receipt's OTHER names it."""
        views = {change.place: change.view for change in create.changes}
        path = str(views.get("path") or "")
        try:
            await self._make(create.kind, path, views)
        except Exists as error:
            return Receipt(create.key, "refused", refused=(Refused("path", error.reason),), other=path)
        except (Rejected, Gone, Stale) as error:
            reason = getattr(error, "reason", "") or str(error)
            return Receipt(create.key, "refused", refused=(Refused("path", reason),))
        except (RetryLater, AuthFailed) as error:
            sent = isinstance(error, RetryLater) and error.sent
            return Receipt(create.key, "unclear" if sent else "unsent", reason=str(error))
        return Receipt(create.key, "done", id=path)

    async def _make(self, kind: str, path: str, views: Mapping[str, View]) -> None:
        if not path or any(part in ("", ".", "..") for part in path.split("/")):
            text = f"{path!r} is no path"
            raise Rejected(text, system=self.name, place="path", reason=text, whole=True)
        if kind == FOLDER:
            await self._client.make_folder(path)
        elif views.get("copy_of"):
            await self._client.copy(str(views["copy_of"]), path)
        else:
            await self._client.make_file(path, str(views.get("text") or "").encode("utf-8", "replace"))

    async def write_if(self, record: VendorRecord, views: Mapping[str, View]) -> VendorRecord:
        """Put a new text into a file that still has its etag. Raises Stale, Gone, Rejected."""
        etag = record.views.get("etag")
        if record.kind != FILE or set(views) != {"text"} or "text" not in record.views or not isinstance(etag, str):
            text = "only the text of a text file with a strong etag is changed"
            raise Rejected(text, system=self.name, reason=text, whole=True)
        text = str(views["text"] or "")
        await self._client.replace(record.id, text.encode("utf-8", "replace"), etag=etag)
        return await read_back(self, record)

    def shown(self, place: str, view: View) -> View:
        del place
        return view or None

    async def inspect(self, record: VendorRecord, since: str | None) -> Inspection:
        """Files have no workflow."""
        del record, since
        return Inspection()

    def _known(self, kind: str) -> None:
        if kind not in KINDS:
            text = f"there are no records of kind {kind!r}; there are: folder, file"
            raise Rejected(text, system=self.name, whole=True)
