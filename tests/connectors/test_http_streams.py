"""Contents of any size: read and sent piece by piece, under the rules of every other request."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from connectors.base import RequestCount
from connectors.body import PIECE, Body
from connectors.errors import AuthFailed, Gone, Rejected, RetryLater
from connectors.http import Http
from tests.connectors.http_builders import BUSY, OK, SECRET, Time, a_way, answers

HOST = "https://crm.test"


async def read(http: Http, path: str = "/files/1", *, most: int = 10_000) -> bytes:
    await http.open()
    return b"".join([piece async for piece in http.stream(path, most=most)])


@pytest.mark.asyncio
async def test_a_content_comes_in_pieces_as_it_lies_there() -> None:
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content="Смета".encode())

    http = a_way(handler)

    assert (await read(http)).decode() == "Смета"
    assert asked[0].headers["X-Key"] == SECRET
    assert asked[0].headers["Accept-Encoding"] == "identity"
    assert http.count == RequestCount(1)


@pytest.mark.asyncio
async def test_nothing_is_read_before_it_is_wanted() -> None:
    served: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        for number in range(100):
            served.append(number)
            yield b"x" * 1000

    http = a_way(lambda request: httpx.Response(200, content=body()))
    await http.open()
    stream = http.stream("/files/1", most=1_000_000)
    first = await anext(aiter(stream))
    await stream.aclose()  # type: ignore[attr-defined]  # it is a generator

    assert (first, len(served)) == (b"x" * 1000, 1)


@pytest.mark.asyncio
async def test_more_than_the_cap_is_refused_by_what_it_says_and_by_what_it_sends() -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    for response in (httpx.Response(200, content=b"x" * 20_000), httpx.Response(200, content=body())):
        with pytest.raises(Rejected, match="GET /files/1 answered more than 10000 bytes"):
            await read(a_way(lambda request, response=response: response))  # type: ignore[misc]  # a handler


@pytest.mark.asyncio
async def test_a_read_is_repeated_until_its_first_piece() -> None:
    time = Time()
    http = a_way(answers(BUSY, httpx.ConnectError("no"), OK), time)

    assert await read(http) == OK.content
    assert (http.count.total, time.slept) == (3, [0.5, 1.0])


@pytest.mark.asyncio
async def test_a_break_in_the_middle_is_not_repeated_here() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"x"
        raise httpx.ReadError("cut")

    http = a_way(lambda request: httpx.Response(200, content=body()))

    with pytest.raises(RetryLater, match="broke off"):
        await read(http)

    assert http.count.total == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(("status", "error"), [(401, AuthFailed), (403, Rejected), (404, Gone)])
async def test_a_status_means_what_it_means_elsewhere(status: int, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"GET /files/1 answered {status}"):
        await read(a_way(answers(httpx.Response(status))))


@pytest.mark.asyncio
async def test_a_redirect_is_followed_on_the_same_host_only() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/files/1"):
            return httpx.Response(302, headers={"Location": f"{HOST}/store/9"})
        if request.url.path.endswith("/files/2"):
            return httpx.Response(302, headers={"Location": "https://elsewhere.test/9"})
        return httpx.Response(200, content=b"here")

    assert await read(a_way(handler)) == b"here"
    with pytest.raises(RetryLater, match="leads elsewhere"):
        await read(a_way(handler), "/files/2")


@pytest.mark.asyncio
async def test_a_whole_address_is_asked_on_our_host_only_and_never_shown() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404 if request.url.path == "/gone" else 200, content=b"here")

    assert await read(a_way(handler), f"{HOST}/download?token={SECRET}") == b"here"
    with pytest.raises(Gone) as gone:
        await read(a_way(handler), f"{HOST}/gone?token={SECRET}")
    http = a_way(handler)
    for address in ("https://elsewhere.test/1", "http://crm.test/1", "https://crm.test:99999999/1"):
        with pytest.raises(Rejected, match="leads to another host"):
            await read(http, address)

    assert SECRET not in str(gone.value)
    assert http.count.total == 0


@pytest.mark.asyncio
async def test_a_file_is_sent_in_pieces_with_its_length_and_anew_each_time(tmp_path: Path) -> None:
    path = tmp_path / "Смета.pdf"
    path.write_bytes(b"x" * (2 * PIECE + 5))
    sent: list[tuple[str, bytes]] = []

    async def handler(request: httpx.Request) -> httpx.Response:
        assert "Transfer-Encoding" not in request.headers
        body = b"".join([piece async for piece in request.stream])  # type: ignore[union-attr]  # it is async
        sent.append((request.headers["Content-Length"], body))
        return BUSY if len(sent) == 1 else OK

    http = a_way(handler)  # type: ignore[arg-type]  # an async handler is one too
    await http.open()
    body = Body.of_file(path, before=b"--head--", after=b"--tail--")
    answer = await http.request("POST", "/uploads", content=body, repeatable=True)

    whole = b"--head--" + path.read_bytes() + b"--tail--"
    assert answer.status == 200
    assert sent == [(str(len(whole)), whole)] * 2


@pytest.mark.asyncio
async def test_a_file_is_read_one_piece_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"x" * (3 * PIECE))

    pieces = [len(piece) async for piece in Body.of_file(path).pieces()]

    assert pieces == [PIECE, PIECE, PIECE]
    with pytest.raises(FileNotFoundError):
        Body.of_file(tmp_path / "none")
