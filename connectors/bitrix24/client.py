"""Methods of Bitrix24, alone or fifty in a batch, without any meaning: parameters go in, results come out."""

from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from ..answers import Answer
from ..answers import error_of as http_error_of
from ..base import RequestCount, Surroundings
from ..encoded import json_body
from ..errors import ConnectorError, Rejected, RetryLater
from ..http import ATTEMPTS, Http, HttpSettings
from ..limiter import Limiter
from ..repeats import LONGEST_WAIT
from .pace import Pace
from .query import command_text, expressible
from .replies import BUSY, TIRED, error_of, told
from .settings import Bitrix24Settings

Row: TypeAlias = dict[str, Any]
"""Something of Bitrix24's as it sends it."""

BATCH = 50
PAGE = 50
MARGIN = 2
"""Requests that are left to others: what leaves in order may arrive a moment closer together."""
TOLD_IN_WORDS = frozenset({400, 402, 403, 404, 405, 409, 410, 412, 429, 503})
"""Statuses whose body says more than they do; a 404, for one, is a method that the portal does not have."""
ABOUT_RECORDS = frozenset({404, 409, 410, 412})
"""What they mean elsewhere they do not mean here: records are spoken of in words only."""


@dataclass(frozen=True, slots=True)
class Command:
    """One call of a method."""

    method: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What one call gave: a RESULT, or the ERROR that it means. NEXT is the start of the next page."""

    result: Any = None
    error: ConnectorError | None = None
    total: int | None = None
    next: int | None = None
    began: datetime | None = None

    def value(self) -> Any:
        """Return the result. Raises the error that stands in its place."""
        if self.error is not None:
            raise self.error
        return self.result


class Bitrix24Client:
    """
    The requests that the connector makes, within both budgets of a portal.

    Reading requests are repeated where that may help, writing ones only where the portal says that a limit kept it from
    carrying them out. Raises our errors and nothing else.
    """

    def __init__(self, system: str, settings: Bitrix24Settings, around: Surroundings) -> None:
        self.system = system
        self._secret = settings.secret
        self._clock = around.clock
        limited = settings.per_second > 0
        self._limiter = Limiter(
            capacity=settings.burst - MARGIN if limited else 1,
            per_second=settings.per_second if limited else None,
            concurrency=4,
            monotonic=around.monotonic,
            sleep=around.sleep,
            reserve=around.reserve,
        )
        self._http = Http(
            system,
            settings.webhook.get_secret_value(),
            around=around,
            headers={"Accept": "application/json"},
            limiter=self._limiter,
            settings=HttpSettings(timeout=float(settings.timeout), connections=4),
        )
        self.pace = Pace(system, monotonic=around.monotonic, sleep=around.sleep, request_seconds=settings.timeout / 2)

    @property
    def count(self) -> RequestCount:
        return self._http.count

    async def open(self) -> None:
        await self._http.open()

    async def close(self) -> None:
        await self._http.close()

    async def call(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        reading: bool = True,
        overhead: bool = False,
        files: Mapping[str, Path] | None = None,
    ) -> Reply:
        """Call one method; FILES: text in PARAMS -> the file it stands for. Raises what its refusal means."""
        answer = await self._send(method, params, {method: 1}, reading=reading, overhead=overhead, files=files)
        found = answer.object()
        self.pace.learn(method, found.get("time"))
        if "result" not in found:
            raise self._refusal(found, method, answer=answer) or self._without_result(answer)
        return Reply(found["result"], None, _whole(found.get("total")), _whole(found.get("next")), answer.began)

    async def batch(self, commands: Sequence[Command], *, reading: bool = True, overhead: bool = False) -> list[Reply]:
        """
        Make up to fifty calls in one request; each has a reply of its own, in their order. The names for results that
        later calls refer to are c0, c1 …. Raises only where the request as a whole failed.
        """
        if len(commands) > BATCH:
            raise ValueError(f"a batch has at most {BATCH} calls; what goes beyond is refused in the middle")
        texts = {f"c{number}": command_text(each.method, each.params) for number, each in enumerate(commands)}
        calls = Counter(command.method for command in commands)
        answer = await self._send("batch", {"halt": 0, "cmd": texts}, calls, reading=reading, overhead=overhead)
        found = answer.object()
        groups = found.get("result")
        if not isinstance(groups, Mapping):
            raise self._refusal(found, "batch", answer=answer) or self._without_result(answer)
        return [
            self._reply(f"c{number}", command, groups=groups, answer=answer) for number, command in enumerate(commands)
        ]

    async def write(self, commands: Sequence[Command]) -> list[Reply]:
        """
        Make writing calls, all of them in one request; one that a batch cannot carry goes alone.

        Never raises: where the request as a whole failed, that is what each reply says.
        """
        try:
            if len(commands) == 1 and not expressible(commands[0].params):
                return [await self.call(commands[0].method, commands[0].params, reading=False)]
            return await self.batch(commands, reading=False)
        except ConnectorError as error:
            return [Reply(error=error) for _ in commands]

    async def listed(
        self,
        method: str,
        params: Mapping[str, Any],
        name: str = "",
        *,
        most: int = 100_000,
        overhead: bool = True,
    ) -> list[Row]:
        """
        Return a whole dictionary, page by page; its rows stand under NAME in the result, or are the result.

        Raises Rejected where it has more than MOST rows, once the first page has told so.
        """
        first = await self.call(method, {**params, "start": 0}, overhead=overhead)
        rows = rows_of(first.result, name)
        if first.next is not None and first.total is None:
            raise RetryLater(f"{method} does not tell how much there is; is this a Bitrix24?", system=self.system)
        if (first.total or 0) > most:
            text = f"{method} has {first.total} rows, which is more than the {most} that are read"
            raise Rejected(text, system=self.system, reason=text, whole=True)
        starts = range(PAGE, first.total or 0, PAGE) if first.next is not None else range(0)
        for at in range(0, len(starts), BATCH):
            commands = [Command(method, {**params, "start": start}) for start in starts[at : at + BATCH]]
            for reply in await self.batch(commands, overhead=overhead):
                rows += rows_of(reply.value(), name)
        return rows

    def download(self, address: str, *, most: int) -> AsyncGenerator[bytes, None]:
        """Give what lies at an address that the portal told, which carries a token. Raises what the status means."""
        return self._http.stream(address, most=most)

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _send(
        self,
        method: str,
        params: Mapping[str, Any],
        calls: Mapping[str, int],
        *,
        reading: bool,
        overhead: bool,
        files: Mapping[str, Path] | None = None,
    ) -> Answer:
        for attempt in range(ATTEMPTS):
            await self.pace.ready(calls)
            self.pace.begin(calls)
            try:
                answer = await self._http.request(
                    "POST",
                    f"/{method}",
                    json=None if files else dict(params),
                    content=json_body(params, files) if files else None,
                    headers={"Content-Type": "application/json"} if files else None,
                    reading=reading,
                    overhead=overhead,
                    expect=TOLD_IN_WORDS,
                )
            finally:
                self.pace.end(calls)
            error = self._error(answer, method)
            if error is None:
                return answer
            if attempt + 1 == ATTEMPTS or not _may_repeat(error, reading=reading):
                raise error
            self._limiter.hold(error.after if isinstance(error, RetryLater) and error.after else 0.5 * 2.0**attempt)
        raise RuntimeError("a request was neither answered nor refused")

    def _error(self, answer: Answer, method: str) -> ConnectorError | None:
        """Return what an answer refuses as a whole. A status without Bitrix24's words is a proxy's."""
        if answer.status not in TOLD_IN_WORDS:
            return None
        if "json" in answer.headers.get("content-type", ""):
            refusal = self._refusal(answer.object(), method, answer=answer)
            if refusal is not None:
                return refusal
        if answer.status in ABOUT_RECORDS:
            return self._without_result(answer)
        return http_error_of(answer, now=self._clock())

    def _refusal(self, found: Row, method: str, *, answer: Answer) -> ConnectorError | None:
        words = told(found)
        if words is None:
            return None
        return self._means(*words, method=method, request=answer.request, reading=answer.reading)

    def _means(self, code: str, words: str, *, method: str, request: str, reading: bool) -> ConnectorError:
        after = self.pace.full(method) if code == TIRED else 1.0 if code in BUSY else None
        safe = words.replace(self._secret, "…") if self._secret else words
        return error_of(code, safe, system=self.system, request=request, reading=reading, after=after)

    def _reply(self, name: str, command: Command, *, groups: Mapping[str, Any], answer: Answer) -> Reply:
        self.pace.learn(command.method, _in(groups, "result_time", name))
        request = f"{answer.request} {command.method}"
        refusal = _in(groups, "result_error", name)
        if refusal is not None:
            code, words = told(refusal) or ("", str(refusal))
            error = self._means(code, words, method=command.method, request=request, reading=answer.reading)
            return Reply(error=error, began=answer.began)
        found = groups.get("result")
        if not isinstance(found, Mapping) or name not in found:
            text = f"{request} was not answered; it may have been carried out"
            return Reply(error=RetryLater(text, system=self.system, sent=not answer.reading), began=answer.began)
        total, following = _in(groups, "result_total", name), _in(groups, "result_next", name)
        return Reply(found[name], None, _whole(total), _whole(following), answer.began)

    def _without_result(self, answer: Answer) -> RetryLater:
        text = f"{answer.request} answered {answer.status} without a result; is the address right?"
        return RetryLater(text, system=self.system, sent=not answer.reading)


def rows_of(result: Any, name: str = "") -> list[Row]:
    """Return the rows of a result; nothing where it has none."""
    found = result.get(name) if name and isinstance(result, Mapping) else result
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _may_repeat(error: ConnectorError, *, reading: bool) -> bool:
    """A limit is told before anything is carried out, so that even a write may be sent again."""
    if not isinstance(error, RetryLater) or (error.after or 0.0) > LONGEST_WAIT:
        return False
    return reading or not error.sent


def _in(groups: Mapping[str, Any], group: str, name: str) -> Any:
    """PHP writes an empty mapping as an empty list."""
    found = groups.get(group)
    return found.get(name) if isinstance(found, Mapping) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
