"""The connector: pages come in by the recent changes, edits go out with the revision they were made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mappings.exchange import (
    Abilities,
    Account,
    Create,
    Cursor,
    Delete,
    Discovery,
    Found,
    Page,
    Place,
    Receipt,
    Refused,
    SystemPerson,
    Update,
    VendorRecord,
    Write,
)

from ..base import RequestCount, Search, Surroundings, SystemConnector
from ..errors import AuthFailed, ConnectorError, Rejected, RetryLater
from ..guarded import push_conditional, push_deletes
from ..http import Http, HttpSettings
from .client import Exists, MediaWikiClient
from .desk import CONTENT, Desk, body
from .records import KIND, OVERLAP, earlier, next_feed, resume_of, version_of
from .settings import MediaWikiSettings

PLACES = (
    Place("title", "Title", "text", required=True, max_length=255),
    Place("text", "Wikitext", "text"),
    Place("model", "Content model", "text", writable=False, searchable=False),
    Place("author", "Author of the newest revision", "text", writable=False, searchable=False),
    Place("redirect", "Is a redirect", "bool", writable=False, searchable=False),
)


@dataclass(frozen=True, slots=True)
class Changed:
    """
    Pages that were edited, made, moved or deleted; what became of them says `get`.

    VERSIONS: id -> the version that the last change left, as far as the list tells.
    """

    versions: Mapping[str, str]
    cursor: Cursor
    more: bool
    began: datetime


class MediaWikiConnector(SystemConnector):
    """Pages of one wiki. An update is refused by the wiki itself where somebody was first (`baserevid`)."""

    type_name = "mediawiki"
    settings_model = MediaWikiSettings

    def __init__(self, name: str, settings: MediaWikiSettings, around: Surroundings | None = None) -> None:
        super().__init__(name, around)
        self._settings = settings
        self._http = Http(
            name,
            settings.url,
            around=self._around,
            headers={"User-Agent": "casehub (a hub between CRM, tracker and wiki)"},
            settings=HttpSettings(timeout=float(settings.timeout), cookies=True),
        )
        self._client = MediaWikiClient(self._http, settings, name=name, around=self._around)
        self._desk = Desk(name, self._client, self._around.clock)

    @property
    def kinds(self) -> tuple[str, ...]:
        return (KIND,)

    @property
    def abilities(self) -> Abilities:
        return Abilities(
            conditional_writes=True,
            page_size=self._settings.page_size,
            stamp_resolution=1.0,
            overlap=OVERLAP,
            overlap_reason="an edit stands in the recent changes a moment after the time it bears",
            marker=False,
            write_returns_record=True,
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
        """An address that survives a move of the page."""
        return f"{self._settings.url}/index.php?curid={record_id}" if kind == KIND else None

    # --- reading --------------------------------------------------------------------------------------------------

    async def identify(self) -> Account:
        told = await self._client.identify()
        user, site = told.get("userinfo", {}), told.get("general", {})
        if user.get("anon") or not user.get("id"):
            raise AuthFailed("api.php takes us for nobody; renew the bot password", system=self.name)
        rights = tuple(str(right) for right in user.get("rights", ()))
        return Account(str(user["id"]), str(user["name"]), rights, server=str(site.get("generator", "")))

    async def changes(self, cursor: Cursor | None) -> Changed:
        """Return which pages changed after *cursor*; None starts with what the wiki still remembers (90 days)."""
        start = cursor or Cursor()
        try:
            following, since = resume_of(start), earlier(start.at) if start.at else None
        except ValueError as error:
            raise Rejected("the cursor is not one of MediaWiki's; begin a full read", system=self.name) from error
        form: dict[str, str | int] = {
            "list": "recentchanges",
            "rcdir": "newer",
            "rcprop": "ids|title|timestamp",
            "rctype": "edit|new|log",
            "rclimit": self._settings.page_size,
        }
        form |= {"rcstart": since} if since else {}
        form |= {"rccontinue": following} if following else {}
        told = await self._client.query(form)
        rows = told.form.get("query", {}).get("recentchanges", [])
        feed = next_feed(start, rows, following=told.form.get("continue", {}).get("rccontinue"))
        return Changed(feed.versions, feed.cursor, feed.more, told.began)

    async def pull(self, kind: str, cursor: Cursor | None, *, full: bool = False) -> Page:
        self._known(kind)
        if full or cursor is None or cursor.full:
            return await self._pull_all(None if full else cursor)
        changed = await self.changes(cursor)
        found = await self.get(kind, list(changed.versions))
        records = tuple(one.record for one in found if one.record is not None)
        return Page(self.name, kind, records, changed.began, changed.cursor, more=changed.more)

    async def _pull_all(self, cursor: Cursor | None) -> Page:
        """All pages in the order of their titles; where the changes stood before the first one is where to go on."""
        at = cursor.at if cursor else (await self.present()).at
        form: dict[str, str | int] = {"generator": "allpages", "gaplimit": self._settings.page_size, **CONTENT}
        form |= {"gapcontinue": cursor.resume} if cursor and cursor.resume else {}
        told = await self._client.query(form)
        records, faults = self._desk.records(told.form.get("query", {}).get("pages", []))
        following = told.form.get("continue", {}).get("gapcontinue")
        then = Cursor(at, resume=following, full=True) if following else Cursor(at)
        return Page(self.name, KIND, records, told.began, then, more=following is not None, faults=faults)

    async def present(self) -> Cursor:
        """Return where the recent changes stand now, for who wants to hear only of later ones."""
        form: dict[str, str | int] = {
            "list": "recentchanges",
            "rcprop": "timestamp",
            "rctype": "edit|new|log",
            "rclimit": 1,
        }
        rows = (await self._client.query(form)).form.get("query", {}).get("recentchanges", [])
        return Cursor(rows[0]["timestamp"] if rows else None)

    async def get(self, kind: str, ids: Sequence[str]) -> list[Found]:
        self._known(kind)
        return await self._desk.read(kind, ids)

    async def titled(self, title: str) -> VendorRecord | None:
        """Return the page called *title*, None where there is none."""
        told = await self._client.query({"titles": title, **CONTENT})
        records, _ = self._desk.records(told.form.get("query", {}).get("pages", []))
        return records[0] if records else None

    async def find_sent(self, create: Create, since: datetime) -> Search:
        """A title is there once: the page of that title, if it shows what we sent and has not come from elsewhere."""
        del since
        views = {change.place: change.view for change in create.changes}
        began = self._around.clock()
        page = await self.titled(str(views["title"]))
        ours = page is not None and create.marker in str(page.views["text"] or "")
        return Search((page.id,) if page and ours else (), None, began, current=True)

    async def discover(self, kind: str) -> Discovery:
        self._known(kind)
        account = await self.identify()
        wanted = {"edit": "edit pages", "createpage": "make pages", "apihighlimits": "ask for many at once"}
        wanted |= {"bot": "mark its edits as a bot's"} if self._settings.bot else {}
        notes = tuple(
            f"the account may not {what} (right {right})"
            for right, what in wanted.items()
            if right not in account.rights
        )
        return Discovery(self.name, kind, PLACES, account=account, notes=notes)

    async def people(self) -> tuple[SystemPerson, ...]:
        """Authors are shown by their names; a wiki tells no e-mail addresses."""
        return ()

    # --- writing --------------------------------------------------------------------------------------------------

    async def push(self, writes: Sequence[Write]) -> list[Receipt]:
        """Return one receipt each, in order. Raises AuthFailed and RetryLater only where nothing has been sent."""
        strange = Refused(None, "there are no such records here; there are: page")
        receipts = {one.key: Receipt(one.key, "refused", refused=(strange,)) for one in writes if one.kind != KIND}
        mine = [one for one in writes if one.key not in receipts]
        updates = [one for one in mine if isinstance(one, Update)]
        receipts |= {one.key: one for one in await push_conditional(self._desk, updates)}
        for one in mine:
            if isinstance(one, Create):
                receipts[one.key] = await self._create(one)
        deletes = [one for one in mine if isinstance(one, Delete)]
        receipts |= {one.key: one for one in await self._taken_away(deletes, first=not receipts)}
        return [receipts[one.key] for one in writes]

    async def _taken_away(self, deletes: Sequence[Delete], *, first: bool) -> list[Receipt]:
        try:
            return await push_deletes(self._desk, deletes)
        except (AuthFailed, RetryLater) as error:
            if first:
                raise
            return [Receipt(one.key, "unsent", id=one.id, reason=str(error)) for one in deletes]

    async def _create(self, create: Create) -> Receipt:
        """One page, only if there is none of its title; where there is one, the receipt's OTHER names it."""
        views = {change.place: change.view for change in create.changes}
        began = self._around.clock()
        title, text = str(views.get("title") or ""), str(views.get("text") or "")
        try:
            edit = await self._client.edit({"title": title, **body(text), "createonly": 1})
        except Exists as error:
            return await self._taken(create.key, title, Refused("title", error.reason or str(error)))
        except Rejected as error:
            return Receipt(create.key, "refused", refused=(Refused(error.place, error.reason or str(error)),))
        except (RetryLater, AuthFailed) as error:
            sent = isinstance(error, RetryLater) and error.sent
            return Receipt(create.key, "unclear" if sent else "unsent", reason=str(error))
        number = str(edit["pageid"])
        try:
            record = (await self._desk.read(KIND, [number]))[0].record
        except ConnectorError:
            record = None  # it is made, whatever keeps us from looking at it
        return Receipt(create.key, "done", id=number, record=record, proved=_is(record, edit), began=began)

    async def _taken(self, key: str, title: str, why: Refused) -> Receipt:
        """There is a page called *title*, and none was made. Whose it is can be asked another time."""
        try:
            page = await self.titled(title)
        except (RetryLater, AuthFailed) as error:
            return Receipt(key, "unsent", reason=str(error))
        return Receipt(key, "refused", refused=(why,), other=page.id if page else None)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _known(self, kind: str) -> None:
        if kind != KIND:
            raise Rejected(f"there are no records of kind {kind!r}; there are: page", system=self.name, whole=True)


def _is(record: VendorRecord | None, edit: Mapping[str, Any]) -> bool:
    """Say whether *record* is at the very revision that the edit made."""
    return record is not None and record.version == version_of(int(edit.get("newrevid") or 0))
