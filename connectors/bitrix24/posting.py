"""Comments and files written: by methods of the timeline, each with the look that shows what it left."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mappings.exchange import PastChange, VendorRecord

from ..errors import ConnectorError, Gone, Rejected, RetryLater
from .client import BATCH, Command, Reply
from .comments import ADD, FILE, GET, OWNER, PLACES, UPDATE
from .query import Earlier, expressible
from .timeline import LARGEST_FILE, NOT_THERE, TimelineReader, parent_of
from .writer import Outcome, Sending


class TimelineDesk(TimelineReader):
    """The port of updates and creates, for comments or for files."""

    # --- what the procedures ask --------------------------------------------------------------------------------------

    def monotonic(self) -> float:
        return self._around.monotonic()

    def needed(self, kind: str) -> frozenset[str]:
        """The places without which none is made."""
        return frozenset(place.name for place in PLACES[kind] if place.required)

    async def steps(self, records: Sequence[VendorRecord]) -> list[tuple[PastChange, ...]]:
        """A portal keeps no log of comments."""
        return [() for _ in records]

    # --- writing ------------------------------------------------------------------------------------------------------

    async def send(self, sendings: Sequence[Sending]) -> list[Outcome]:
        """Send writes, each with the look that shows what it left; never raises."""
        if self.kind == FILE:
            return [await self._send_file(sending) for sending in sendings]
        outcomes: list[Outcome] = []
        stopped: ConnectorError | None = None
        for some in _requests(sendings):
            made = await self._send_comments(some) if stopped is None else [self._refused(stopped)] * len(some)
            outcomes += made
            stopped = next((each.error for each in made if _is_unsent(each.error)), stopped)
        return outcomes

    async def _send_comments(self, sendings: Sequence[Sending]) -> list[Outcome]:
        outcomes: dict[int, Outcome] = {}
        commands: dict[int, tuple[Command, str]] = {}
        for number, sending in enumerate(sendings):
            try:
                commands[number] = self._comment_command(sending)
            except Rejected as error:
                outcomes[number] = self._refused(error)
        asked: list[Command] = []
        for place, (command, known) in enumerate(commands.values()):
            asked += [command, Command(GET, {"id": known or Earlier(f"$result[c{2 * place}]")})]
        began = self.clock()
        replies = await self._write(asked) if asked else []
        ended = self._around.monotonic()
        for place, number in enumerate(commands):
            write, look = replies[2 * place : 2 * place + 2]
            outcomes[number] = self._outcome(write, look, times=(began, ended), made=sendings[number].before is None)
        return [outcomes[number] for number in range(len(sendings))]

    async def _write(self, asked: Sequence[Command]) -> list[Reply]:
        """Make writes and the looks behind them in one request; in two, where a batch would spoil the one text."""
        if expressible(asked[0].params):
            return await self._client.write(asked)
        (write,) = await self._client.write(asked[:1])
        if write.error is not None:
            return [write, write]
        number = asked[1].params["id"]
        try:
            look = await self._client.call(GET, {"id": str(write.result) if isinstance(number, Earlier) else number})
        except ConnectorError as error:
            look = Reply(error=error)
        return [write, look]

    def _comment_command(self, sending: Sending) -> tuple[Command, str]:
        """Return the write and the id of its comment, where it has one. Raises Rejected."""
        for place in sending.views:
            if place != "text":
                raise self.refusal(place, "the portal sets it; it cannot be written")
        text = str(sending.views.get("text") or "")
        if not text.strip():
            raise self.refusal("text", "a comment without words is refused")
        if sending.before is not None:
            return Command(UPDATE, {"id": sending.before.id, "fields": {"COMMENT": text}}), sending.before.id
        if sending.create is None:
            raise RuntimeError("a sending without a record and without a create")
        deal = parent_of(sending.create, system=self._client.system)
        return Command(ADD, {"fields": {"ENTITY_ID": deal, "ENTITY_TYPE": OWNER, "COMMENT": text}}), ""

    def _outcome(self, write: Reply, look: Reply, *, times: tuple[datetime, float], made: bool) -> Outcome:
        began, ended = times
        if isinstance(write.error, Rejected) and not write.error.whole:
            if not made and NOT_THERE.search(write.error.reason):
                return Outcome(
                    began, ended, error=Gone("the comment does not exist any more", system=write.error.system)
                )
            return Outcome(began, ended, error=self.refusal("text", write.error.reason or str(write.error)))
        if write.error is not None:
            return Outcome(began, ended, error=write.error)
        record_id = str(write.result)
        record = self.record_of(record_id, look) if look.error is None else None
        if record is None:
            error = RetryLater("written, not read back", system=self._client.system, sent=True)
            return Outcome(began, ended, error=error, id=record_id)
        return Outcome(began, ended, record=record, id=record_id, proved=made)

    async def _send_file(self, sending: Sending) -> Outcome:
        """Attach one file by a comment that says its name; the comment then shows the number of the file."""
        began = self.clock()
        try:
            params, files = self._file_params(sending)
            added = await self._client.call(ADD, params, reading=False, files=files)
        except ConnectorError as failed:
            return self._refused(failed)
        number = str(added.result)
        try:
            reply = await self._client.call(GET, {"id": number})
            row = reply.result if isinstance(reply.result, dict) else {}
            record = next(iter(self.timeline.files(row)), None)
        except (ConnectorError, KeyError, TypeError, ValueError):
            record = None
        ended = self._around.monotonic()
        if record is None:
            error = RetryLater("attached, not read back", system=self._client.system, sent=True)
            return Outcome(began, ended, error=error)
        return Outcome(began, ended, record=record, id=record.id)

    def _file_params(self, sending: Sending) -> tuple[dict[str, Any], dict[str, Path]]:
        """Return what attaches a file, with a text in it that the file stands for. Raises Rejected."""
        if sending.create is None:
            place = next(iter(sending.views), "content")
            raise self.refusal(place, "a file in a timeline stays as it was attached")
        strange = [place for place in sending.views if place not in ("name", "content")]
        if strange:
            raise self.refusal(strange[0], "the portal sets it; it cannot be written")
        deal = parent_of(sending.create, system=self._client.system)
        name, content = str(sending.views.get("name") or ""), sending.views.get("content")
        if not name.strip():
            raise self.refusal("name", "a file needs a name")
        path = self.path_of(content)
        if not 0 < path.stat().st_size <= LARGEST_FILE:
            size = path.stat().st_size
            raise self.refusal("content", f"a portal takes 1 to {LARGEST_FILE} bytes, this file has {size}")
        hole = f"\0{content}"
        fields = {"ENTITY_ID": deal, "ENTITY_TYPE": OWNER, "COMMENT": name, "FILES": [[name, hole]]}
        return {"fields": fields}, {hole: path}

    def _refused(self, error: ConnectorError) -> Outcome:
        return Outcome(self.clock(), self._around.monotonic(), error=error)


def _requests(sendings: Sequence[Sending]) -> Iterator[list[Sending]]:
    """Put writes into requests, in their order: as a batch takes them with their looks; what it spoils goes alone."""
    some: list[Sending] = []
    for sending in sendings:
        alone = not expressible(sending.views)
        if some and (alone or len(some) == BATCH // 2):
            yield some
            some = []
        some.append(sending)
        if alone:
            yield some
            some = []
    if some:
        yield some


def _is_unsent(error: ConnectorError | None) -> bool:
    return error is not None and not isinstance(error, Rejected | Gone)
