"""Writes in Bitrix24's words: what each has to carry, fifty in a request, and the record that each answers with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mappings.exchange import Create, Found, PastChange, VendorRecord, View

from ..errors import AuthFailed, ConnectorError, Rejected, RetryLater
from .client import BATCH, Command, Reply
from .desk import Desk, item_of, record_of
from .fields import MULTI, RECORDS, Field, FieldTable, multi_changes
from .kinds import category_of
from .query import expressible
from .records import BY_HAND, CATEGORY, HUB, ORIGIN, ORIGINATOR, STAGE, SUM, Reader
from .replies import InWords
from .settings import Bitrix24Settings

ADD = "crm.item.add"
UPDATE = "crm.item.update"


@dataclass(frozen=True, slots=True)
class Sending:
    """VIEWS to put into the record BEFORE, or into the one that CREATE makes."""

    views: Mapping[str, View]
    before: VendorRecord | None = None
    create: Create | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The RECORD that a write answered with, or the ERROR in its place; when its request left and had ended."""

    began: datetime
    ended: float
    record: VendorRecord | None = None
    error: ConnectorError | None = None
    id: str | None = None
    """Of the record, where at least that is known."""
    proved: bool = True
    """The record is the write's own answer, so that a difference is the portal's doing."""


class Writer:
    """The port of the two procedures, updates and creates: their rules decide what is sent."""

    def __init__(
        self,
        desk: Desk,
        settings: Bitrix24Settings,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.clock = clock
        self.monotonic = monotonic
        self._desk = desk
        self._settings = settings

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        return await self._desk.read(kind, ids)

    async def steps(self, records: Sequence[VendorRecord]) -> list[tuple[PastChange, ...]]:
        return await self._desk.steps(records)

    async def ready(self, creates: Sequence[Create]) -> None:
        """Know the fields before anything is sent. Raises AuthFailed, RetryLater, Rejected."""
        fields = await self._desk.book.fields()
        if any(self._is_label(fields.get(place), view) for each in creates for place, view in each.fixed.items()):
            await self._desk.book.words()

    async def send(self, sendings: Sequence[Sending]) -> list[Outcome]:
        """
        Send all of *sendings* and return their outcomes in order; never raises.

        Where a request failed, those after it are not sent: nobody would get through.
        """
        outcomes: dict[int, Outcome] = {}
        commands: dict[int, Command] = {}
        for number, sending in enumerate(sendings):
            try:
                commands[number] = await self._command(sending)
            except ConnectorError as error:
                outcomes[number] = Outcome(self.clock(), self.monotonic(), error=error)
        stopped: ConnectorError | None = None
        for numbers in self._requests(commands):
            some = {number: sendings[number] for number in numbers}
            if stopped is not None:
                outcomes |= {number: self._unsent(stopped) for number in numbers}
                continue
            made = await self._carry_out(some, [commands[number] for number in numbers])
            outcomes |= made
            stopped = next((each.error for each in made.values() if _is_of_the_way(each.error)), None)
        return [outcomes[number] for number in range(len(sendings))]

    def needed(self, kind: str) -> frozenset[str]:
        """The places without which no record is made."""
        del kind
        return self._desk.book.required()

    # --- requests -------------------------------------------------------------------------------------------------

    def _requests(self, commands: Mapping[int, Command]) -> list[list[int]]:
        """Put commands into requests: as many as a batch takes in its time; what a batch cannot carry goes alone."""
        alone = [number for number, command in commands.items() if not expressible(command.params)]
        rest = [number for number in commands if number not in alone]
        requests: list[list[int]] = []
        pace = self._desk.client.pace
        while rest:
            size = min(pace.batch_size(commands[number].method, BATCH) for number in rest)
            requests.append(rest[:size])
            rest = rest[size:]
        return requests + [[number] for number in alone]

    async def _carry_out(self, sendings: Mapping[int, Sending], commands: Sequence[Command]) -> dict[int, Outcome]:
        began = self.clock()
        replies = await self._desk.client.write(commands)
        ended = self.monotonic()
        rows = [row for reply in replies if (row := item_of(reply)) is not None]
        try:
            reader = await self._desk.reader(rows)
        except ConnectorError as error:
            text = f"written, not read back: {error}"
            lost = RetryLater(text, system=self._desk.client.system, sent=True)
            return {
                number: Outcome(began, ended, error=reply.error or lost, id=_id_of(reply))
                for number, reply in zip(sendings, replies, strict=True)
            }
        fields = await self._desk.book.fields()
        return {
            number: self._outcome(sending, reply, reader=reader, fields=fields, times=(began, ended))
            for (number, sending), reply in zip(sendings.items(), replies, strict=True)
        }

    def _outcome(
        self, sending: Sending, reply: Reply, *, reader: Reader, fields: FieldTable, times: tuple[datetime, float]
    ) -> Outcome:
        began, ended = times
        if isinstance(reply.error, Rejected):
            return Outcome(began, ended, error=_placed(reply.error, sending.views, fields))
        if reply.error is not None:
            return Outcome(began, ended, error=reply.error)
        record = record_of(reply, reader)
        if record is None:
            text = "a write was answered without its record; it may have been carried out"
            error = RetryLater(text, system=self._desk.client.system, sent=True)
            return Outcome(began, ended, error=error, id=_id_of(reply))
        return Outcome(began, ended, record=record, id=record.id)

    def _unsent(self, error: ConnectorError) -> Outcome:
        if isinstance(error, RetryLater):
            error = RetryLater(f"not sent, because before it {error.words}", system=error.system, after=error.after)
        return Outcome(self.clock(), self.monotonic(), error=error)

    # --- what a write carries -------------------------------------------------------------------------------------

    async def _command(self, sending: Sending) -> Command:
        kind = self._desk.kind.number
        if sending.before is not None:
            sent = await self._fields(sending.views, before=sending.before)
            return Command(UPDATE, {"entityTypeId": kind, "id": sending.before.id, "fields": sent})
        views = dict(sending.views)
        if sending.create is not None:
            views |= await self._fixed(sending.create)
        return Command(ADD, {"entityTypeId": kind, "fields": await self._fields(views, before=None)})

    async def _fixed(self, create: Create) -> dict[str, View]:
        """What scopes a new record, with labels as ids, and our marker."""
        fields = await self._desk.book.fields()
        fixed = dict(create.fixed)
        for place, view in create.fixed.items():
            if self._is_label(fields.get(place), view):
                fixed[place] = await self._desk.book.id_of(place, str(view))
        if create.marker:
            fixed[self._desk.marker_place] = create.marker
            if self._desk.marker_place == ORIGIN:
                fixed[ORIGINATOR] = HUB
        return fixed

    async def _fields(self, views: Mapping[str, View], *, before: VendorRecord | None) -> dict[str, Any]:
        fields = await self._desk.book.fields()
        sent: dict[str, Any] = {}
        reached: dict[str, View] = {}
        for place, view in views.items():
            field = fields.get(place)
            if field is not None and field.type == MULTI:
                reached[place] = view
            else:
                sent[place] = self._written(field, place, view, made=before is None)
        if reached:
            rows = await self._desk.reached_by(before.id) if before is not None else []
            sent[MULTI] = multi_changes(rows, reached)
        if SUM in views and BY_HAND not in views and (before is None or before.views.get(SUM) != views[SUM]):
            sent[BY_HAND] = "Y"  # else the portal counts it from the rows of products
        if CATEGORY not in views:
            category = self._category(views, before)
            if category is not None:
                sent[CATEGORY] = category
        return sent

    def _category(self, views: Mapping[str, View], before: VendorRecord | None) -> str | None:
        """Return the pipeline that has to stand beside the stage: the portal refuses a stage of another one without."""
        if STAGE in views:
            category = category_of(str(views[STAGE]))
            return category if before is None or before.views.get(CATEGORY) != category else None
        settled = self._desk.category
        return str(settled) if before is None and settled is not None else None

    def _written(self, field: Field | None, place: str, view: View, *, made: bool) -> Any:
        """Return what is sent for *view*. Raises Rejected, as the portal itself would ignore it without a word."""
        if field is None:
            raise self._refusal(place, f"{self._desk.kind.name}s have no such field here")
        if field.fixed or (field.once and not made):
            raise self._refusal(place, "the portal sets it; it cannot be written")
        if place == STAGE and view is None:
            raise self._refusal(place, "a deal is always in some stage")
        if isinstance(view, Mapping) and not (field.type in RECORDS and str(view.get("id") or "").isdecimal()):
            raise self._refusal(place, "not a record that the portal knows by its id")
        return field.write(view)

    def _refusal(self, place: str, reason: str) -> Rejected:
        return Rejected(f"{place} was not sent: {reason}", system=self._desk.client.system, place=place, reason=reason)

    def _is_label(self, field: Field | None, view: View) -> bool:
        """A word that may be a label: of a stage, a pipeline, a choice."""
        return (
            isinstance(view, str)
            and field is not None
            and bool(field.dictionary or field.items or "categ" in field.type)
        )


def _placed(error: Rejected, views: Mapping[str, View], fields: FieldTable) -> Rejected:
    """Say which place a refusal speaks of, if its words name one; without a code it is a stage that is closed to us."""
    if error.whole or error.place is not None:
        return error
    place = fields.place_in(error.reason, views)
    if place is None and isinstance(error, InWords) and STAGE in views:
        place = STAGE
    return Rejected(error.words, system=error.system, place=place, reason=error.reason)


def _is_of_the_way(error: ConnectorError | None) -> bool:
    return isinstance(error, AuthFailed | RetryLater)


def _id_of(reply: Reply) -> str | None:
    item = item_of(reply)
    return str(item["id"]) if item is not None and "id" in item else None
