"""Issues as records: what reading and writing have in common."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mappings.exchange import Account, Create, Fault, Found, PastChange, VendorRecord, View, Views

from ..base import Surroundings
from ..errors import AuthFailed, Gone, Rejected, RetryLater
from ..guarded import Inspection
from .book import Book
from .client import RedmineClient, Row
from .fields import CustomField
from .records import BY_NAME, DERIVED, NAMED, Reader, core_view, payload_of
from .relations import KINDS as RELATIONS
from .relations import write_relation
from .settings import RedmineSettings

CLOSELY = "journals,allowed_statuses,children"
"""What is asked for beside an issue where it matters what was there before, and where it can go from here."""


class Desk:
    """
    Reads rows into records, looks issues up, and sends one write at a time.

    It is the port of the guarded procedures: their rules decide what is sent, this says it in Redmine's words.
    """

    def __init__(self, name: str, settings: RedmineSettings, *, client: RedmineClient, around: Surroundings) -> None:
        self.name = name
        self.client = client
        self.book = Book(client, settings, name=name, shelf=around.shelf)
        self.paths = frozenset({"status"})
        self.concurrency = settings.concurrency
        self.clock = around.clock
        self.monotonic = around.monotonic
        self._settings = settings
        self._markers = around.markers
        self._account: Account | None = None

    async def identify(self) -> Account:
        """Whose key it is. Raises AuthFailed, for an open installation's anonymous visitors too."""
        row = await self.client.current_user()
        if "id" not in row:
            raise AuthFailed("it does not say whose key this is; is the address right?", system=self.name)
        name = f"{row.get('firstname', '')} {row.get('lastname', '')}".strip()
        rights = ("admin",) if row.get("admin") is True else ()
        self._account = Account(str(row["id"]), name or str(row.get("login", "")), rights, server="Redmine")
        return self._account

    async def account(self) -> Account:
        """Whose key it is, asked once."""
        return self._account or await self.identify()

    async def scope(self, rows: Iterable[Row]) -> Callable[[Mapping[str, Any]], bool]:
        """Return what says of each of *rows* whether it takes part: what is read by its number may be of anywhere."""
        projects, tracker = await self.book.taking_part(rows), await self.book.tracker_id()

        def takes(row: Mapping[str, Any]) -> bool:
            return int(row["project"]["id"]) in projects and tracker in (None, str(row["tracker"]["id"]))

        return takes

    # --- reading --------------------------------------------------------------------------------------------------

    async def records(self, rows: Iterable[Row]) -> tuple[tuple[VendorRecord, ...], tuple[Fault, ...]]:
        """Make records of rows; a row that cannot be read is a fault of its own."""
        rows = list(rows)
        reader = await self._reader(rows)
        records: list[VendorRecord] = []
        faults: list[Fault] = []
        for row in rows:
            try:
                records.append(reader.record(row))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                number = row.get("id")
                reason = f"the issue is not as Redmine shows issues ({type(error).__name__})"
                faults.append(Fault(str(number) if number else None, reason))
        return tuple(records), tuple(faults)

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        """One list for a hundred; those that it leaves out are asked for one by one, to tell gone from hidden."""
        del kind
        rows = await self.client.found([each for each in dict.fromkeys(ids) if is_number(each)], "relations")
        return await self._found(ids, rows)

    async def _found(self, ids: Sequence[str], rows: Mapping[str, Row | Gone | Rejected]) -> list[Found]:
        shown = [row for row in rows.values() if isinstance(row, dict)]
        records, faults = await self.records(shown) if shown else ((), ())
        met = {record.id: record for record in records}
        wrong = {fault.id: fault.reason for fault in faults}
        return [
            Found(each, "here", met[each]) if each in met else _missing(each, rows.get(each), wrong.get(each, ""))
            for each in ids
        ]

    async def log(self, row: Row, *, since: str | None) -> tuple[PastChange, ...]:
        """What the journals of an issue tell, from the stamp SINCE on."""
        reader = await self._reader([row])
        log = reader.past_changes(row, our_id=(await self.account()).id)
        return tuple(change for change in log if since is None or change.at >= since)

    async def inspect(self, record: VendorRecord, since: str | None) -> Inspection:
        """One request for both: what changed, and where the workflow leads from here."""
        row, _ = await self.client.issue(record.id, CLOSELY)
        return await self._inspected(row, since)

    async def read_closely(self, record: VendorRecord, since: str | None) -> tuple[Found, Inspection]:
        """An issue by itself is shown with its journals in the same request."""
        rows = await self.client.each([record.id], f"relations,{CLOSELY}")
        (found,), row = await self._found([record.id], rows), rows.get(record.id)
        return found, await self._inspected(row, since) if isinstance(row, dict) else Inspection()

    async def _inspected(self, row: Row, since: str | None) -> Inspection:
        computed = DERIVED if row.get("children") else frozenset[str]()
        return Inspection(await self.log(row, since=since), {"status": allowed_statuses(row)}, computed)

    async def field(self, place: str) -> CustomField:
        """Return a custom field by its place. Raises Rejected where no issue has shown it."""
        await self.book.look_for_fields([place])
        field = (await self.book.fields()).by_place(place)
        if field is None:
            text = f"no issue shows a custom field {place}; give it by number (cf[#12]) or tick it for the tracker"
            raise Rejected(text, system=self.name, place=place, reason=text, whole=True)
        return field

    def marker_place(self, kind: str) -> str:
        """Where our marker lives. Raises Rejected where the mapping does not say."""
        place = self._markers.get(kind)
        if place is None:
            raise Rejected("the mapping names no place for our marker", system=self.name, whole=True)
        return place

    async def _reader(self, rows: Sequence[Row]) -> Reader:
        await self.book.learn(row for row in rows if isinstance(row.get("custom_fields"), list))
        return Reader(
            system=self.name,
            url=self._settings.url,
            fields=await self.book.fields(),
            in_scope=await self.scope(rows),
            marker_place=self._markers.get("issue"),
        )

    # --- writing --------------------------------------------------------------------------------------------------

    async def write(self, before: VendorRecord, views: Mapping[str, View]) -> None:
        """Send one update. Redmine takes a field that the issue has not and drops it, so that is refused here."""
        fields = await self.book.fields()
        for place in views:
            field = fields.by_place(place) if place.startswith("cf[") else None
            if field is not None and fields.place(field) not in before.views:
                text = f"issue {before.id} has no field {place}: its tracker or the account's role lacks it"
                raise Rejected(text, system=self.name, place=place, reason=text)
        for place in RELATIONS.keys() & views.keys():
            await write_relation(self.client, before.id, place, view=views[place], system=self.name)
        plain = {place: view for place, view in views.items() if place not in RELATIONS}
        if plain:
            await self.client.update(before.id, await self._payload(plain))

    async def create(self, write: Create, views: Mapping[str, View]) -> VendorRecord:
        """Send one create; what Redmine drops of it in silence shows in the record of its answer."""
        await self.ready(write)
        for place in RELATIONS.keys() & views.keys():
            raise Rejected("ties to other issues are written after it", system=self.name, place=place)
        fixed: dict[str, View] = {"project": self._settings.project, **write.fixed}
        if write.parent is not None:
            fixed["parent"] = write.parent[1]
        tracker = await self.book.tracker_id()
        if tracker is not None:
            fixed.setdefault("tracker", tracker)
        marker = {self.marker_place(write.kind): write.marker} if write.marker else {}
        payload = await self._payload({**views, **fixed, **marker})
        await self._takes_part(payload, tracker)
        row = await self.client.create(payload)
        records, faults = await self.records([row])
        if faults:
            text = "POST /issues.json answered with something that is no issue; it is looked for by its marker"
            raise RetryLater(text, system=self.name, sent=True)
        return records[0]

    async def _takes_part(self, payload: Mapping[str, Any], tracker: str | None) -> None:
        """What would be made outside of what takes part would be taken for one that has left. Raises Rejected."""
        said, project = self._settings, await self.book.project()
        here = {"project": said.project if project.id and not said.subprojects else None, "tracker": tracker}
        numbers = {"project": (said.project, str(project.id)), "tracker": (tracker,)}
        for place, only in here.items():
            if only is not None and str(payload.get(f"{place}_id", only)) not in numbers[place]:
                text = f"in hub.yaml only {place}: {getattr(said, place)} takes part, and this would be made in another"
                raise Rejected(text, system=self.name, place=place, reason=text, whole=True)

    async def ready(self, create: Create) -> None:
        """Know the fields that a create names. Raises Rejected where the marker has no place."""
        if create.marker:
            await self.field(self.marker_place(create.kind))
        await self.book.look_for_fields([change.place for change in create.changes] + list(create.fixed))

    def needed(self, kind: str) -> frozenset[str]:
        del kind
        return frozenset({"subject"})

    def shown(self, place: str, view: View) -> View:
        """Return *view* as a read-back will show it."""
        core = BY_NAME.get(place)
        if core is not None:
            return core_view(core, view)
        if place in RELATIONS:
            return sorted({str(each) for each in view or ()}, key=int) or None
        field = self.book.known_field(place)
        return view if field is None else field.read(field.write(view))

    async def _payload(self, views: Views) -> dict[str, Any]:
        """Names of choices become numbers here, so that `with: {priority: Normal}` works."""
        plain = dict(views)
        for place in NAMED & plain.keys():
            word = plain[place]
            if isinstance(word, str) and not (place == "project" and word == self._settings.project):
                plain[place] = await self.book.number(place, word)
        try:
            return payload_of(plain, await self.book.fields())
        except LookupError as error:
            place = str(error.args[0])
            text = f"{place} is no field of issues here that could be written"
            raise Rejected(text, system=self.name, place=place, reason=text) from error


def allowed_statuses(row: Row) -> tuple[str, ...]:
    """The statuses that an issue may go to, without the one it has."""
    here = str(row["status"]["id"])
    steps = (str(status["id"]) for status in row.get("allowed_statuses") or ())
    return tuple(step for step in steps if step != here)


def _missing(record_id: str, answer: Row | Gone | Rejected | None, fault: str) -> Found:
    if fault:
        return Found(record_id, "refused", reason=fault)
    if isinstance(answer, Rejected):
        return Found(record_id, "refused", reason=f"the account may not see issue {record_id}")
    if isinstance(answer, Gone):
        return Found(record_id, "gone", reason=f"issue {record_id} does not exist any more")
    return Found(record_id, "gone", reason="no issue has such a number")


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
