"""
Run raw exchanges against any server that claims to speak a vendor's protocol: the vendor's own, or a sandbox of ours.

Plain HTTP and nothing else, so that what a file says is held against the server and never against our connectors::

    exchanges = load(EXCHANGES / "redmine.yaml")
    result = await run(exchanges[0], server, client)
    assert result.agrees, result.report

A sandbox is reached with ``httpx.AsyncClient(transport=httpx.ASGITransport(app))``; its virtual clock is put in as
`Server.sleep`, so that a file that waits does not make the tests wait.
"""

import asyncio
import base64
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import httpx

from tests.contract.exchange_file import VARIABLE, Answer, Exchange, Request, Step, load
from tests.contract.exchange_shape import Json, differences, is_ordered, pluck

__all__ = ["EXCHANGES", "Account", "Exchange", "Result", "Server", "load", "run"]

EXCHANGES = Path(__file__).parent / "exchanges"
Names: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """How one account shows who it is: headers, and for systems that put the secret into the path, a PREFIX."""

    headers: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """
    Where to send the requests and what the files may count on there.

    NAMES are the values an exchange may use (``$project``, ``$status_new``); an exchange that `needs` a name which is
    not there is skipped, told by name. PACE is the pause before each request, for a server that counts them.
    """

    base: str
    accounts: Mapping[str, Account]
    names: Mapping[str, Any] = field(default_factory=dict)
    pace: float = 0.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one exchange; REPORT is for a person: the step, the request, the answer, each difference."""

    id: str
    state: Literal["agrees", "differs", "skipped"]
    report: str = ""

    @property
    def agrees(self) -> bool:
        """Whether server and file say the same."""
        return self.state == "agrees"


class _DiffersError(Exception):
    """A step was not answered as the file says; the message is the report."""


async def run(exchange: Exchange, server: Server, client: httpx.AsyncClient) -> Result:
    """Make one exchange and compare; its `after` steps are made whatever came before them."""
    missing = [name for name in exchange.needs if name not in server.names]
    if missing:
        return Result(exchange.id, "skipped", f"this server does not offer {', '.join(missing)}")
    names: Names = {**server.names, "unique": uuid.uuid4().hex[:10]}
    told = await _steps((*exchange.given, exchange.main, *exchange.then), server, client=client, names=names)
    for step in exchange.after:
        told += await _steps((step,), server, client=client, names=names)
    if exchange.rest:
        await server.sleep(exchange.rest)
    heading = f"{exchange.id}: {exchange.about}\n  source: {exchange.source}\n"
    return Result(exchange.id, "differs", heading + told) if told else Result(exchange.id, "agrees")


async def _steps(steps: tuple[Step, ...], server: Server, *, client: httpx.AsyncClient, names: Names) -> str:
    try:
        for step in steps:
            await _make(step, server, client=client, names=names)
    except (_DiffersError, httpx.HTTPError) as error:
        return str(error) or repr(error)
    return ""


async def _make(step: Step, server: Server, *, client: httpx.AsyncClient, names: Names) -> None:
    """Make one step: wait, send (once, again and again, or at once), compare, remember."""
    if step.wait:
        await server.sleep(step.wait)
    for name, template in step.let.items():
        names[name] = filled(template, names)
    responses: list[httpx.Response] = []
    for _ in range(step.repeat):
        if server.pace:
            await server.sleep(server.pace)
        responses += await asyncio.gather(*(_send(step, server, client=client, names=names) for _ in range(step.burst)))
    _compare(step, responses, names)
    for name, path in step.take.items():
        try:
            names[name] = pluck(path, _body(responses[0]))
        except LookupError as error:
            raise _DiffersError(_told(step, responses[0], [str(error)])) from error


async def _send(step: Step, server: Server, *, client: httpx.AsyncClient, names: Names) -> httpx.Response:
    account = server.accounts[step.account]
    request: Request = step.request
    path = str(filled(request.path, names))
    url = path if path.startswith("http") else server.base + account.prefix + path
    headers = {**account.headers, **filled(dict(request.headers), names)}
    body: Mapping[str, Any] = {}
    if request.json is not None:
        body = {"content": json.dumps(filled(request.json, names), ensure_ascii=False).encode()}
        headers.setdefault("Content-Type", "application/json")
    elif request.form is not None:
        body = {"data": filled(dict(request.form), names)}
    elif request.body is not None:
        body = {"content": str(filled(request.body, names)).encode()}
    query = filled(dict(request.query), names) or None
    return await client.request(request.verb, url, params=query, headers=headers, **body)


def _compare(step: Step, responses: list[httpx.Response], names: Names) -> None:
    """Hold the responses against the step's answers. Raises `_DiffersError` with the nearest miss."""
    answers = [_filled_answer(answer, names) for answer in step.answers]
    if not answers:
        _expect_success(step, responses[0])
        return
    met = [0] * len(answers)
    for response in responses:
        misses = [list(_misses(answer, response)) for answer in answers]
        fits = [index for index, miss in enumerate(misses) if not miss]
        if not fits:
            raise _DiffersError(_told(step, response, min(misses, key=len)))
        met[fits[0]] += 1
    for answer, times in zip(answers, met, strict=True):
        if times < answer.least:
            statuses = sorted(response.status_code for response in responses)
            line = f"{answer.status} was to come at least {answer.least} times, came {times} times ({statuses})"
            raise _DiffersError(_told(step, responses[-1], [line]))


def _expect_success(step: Step, response: httpx.Response) -> None:
    if response.status_code >= 400:
        raise _DiffersError(_told(step, response, ["a step without an expectation must succeed"]))


def _filled_answer(answer: Answer, names: Names) -> Answer:
    parts = {name: filled(getattr(answer, name), names) for name in ("headers", "shape", "text", "values")}
    return Answer(
        status=answer.status, content_type=answer.content_type, order=answer.order, least=answer.least, **parts
    )


def _misses(answer: Answer, response: httpx.Response) -> Iterator[str]:
    if response.status_code != answer.status:
        yield f"status: expected {answer.status}, got {response.status_code}"
    kind = response.headers.get("content-type", "")
    if answer.content_type is not None and not kind.startswith(answer.content_type):
        yield f"content type: expected {answer.content_type}, got {kind!r}"
    for name, shape in answer.headers.items():
        if name in response.headers:
            yield from differences(shape, response.headers[name], at=f"header {name}")
        elif shape != "<absent>":
            yield f"header {name}: missing"
    if answer.text is not None:
        yield from differences(answer.text, response.text, at="text")
    if answer.shape is not None or answer.values or answer.order:
        yield from _body_misses(answer, response)


def _body_misses(answer: Answer, response: httpx.Response) -> Iterator[str]:
    try:
        seen = _body(response)
        if answer.shape is not None:
            yield from differences(answer.shape, seen)
        for path, wanted in answer.values.items():
            yield from differences(wanted, pluck(path, seen), at=path)
        for path, direction in answer.order.items():
            values = pluck(path, seen)
            if not is_ordered(values, direction):
                yield f"{path}: not {direction}: {values!r}"
    except LookupError as error:
        yield str(error)


def _body(response: httpx.Response) -> Json:
    try:
        return response.json()
    except ValueError:
        raise LookupError(f"the body is no JSON: {response.text[:200]!r}") from None


def _told(step: Step, response: httpx.Response, lines: list[str]) -> str:
    sent = response.request
    head = f"  {step.label} as {step.account}: {sent.method} {sent.url}\n"
    wire = f"    sent:     {sent.content.decode(errors='replace')[:600]}\n" if sent.content else ""
    answered = f"    answered: {response.status_code} {response.text[:600]}\n"
    return head + wire + answered + "".join(f"    - {line}\n" for line in lines)


# --- variables -------------------------------------------------------------------------------------------------------


def filled(template: Any, names: Mapping[str, Any]) -> Any:
    """
    Put *names* into *template*, all the way down; a text that is nothing but ``$name`` becomes the value itself.

    ``${name:text}`` is the value as text, ``${name:base64}`` its Base64, ``$$`` a dollar sign. Raises `_DiffersError`
    for a name that no step has taken.
    """
    if isinstance(template, str):
        return _filled_text(template, names)
    if isinstance(template, Mapping):
        return {filled(key, names): filled(value, names) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [filled(each, names) for each in template]
    return template


def _filled_text(template: str, names: Mapping[str, Any]) -> Any:
    whole = VARIABLE.fullmatch(template)
    if whole and template != "$$":
        return _value(whole, names)
    return VARIABLE.sub(lambda match: "$" if match[0] == "$$" else str(_value(match, names)), template)


def _value(match: re.Match[str], names: Mapping[str, Any]) -> Any:
    name, form = match[1] or match[3], match[2]
    if name not in names:
        raise _DiffersError(f"  nothing is called ${name}; known: {', '.join(sorted(names))}\n")
    value = names[name]
    if form == "base64":
        return base64.b64encode(str(value).encode()).decode()
    return str(value) if form == "text" else value
