"""WebDAV's answers, and what the connector makes of each; a real server is asked in tests/live."""

from collections.abc import Callable
from urllib.parse import quote, unquote

import httpx
import pytest
from pydantic import SecretStr

from connectors.base import Surroundings
from connectors.errors import AuthFailed, RetryLater
from connectors.webdav import WebDavConnector, WebDavSettings
from connectors.webdav.client import strong
from connectors.webdav.multistatus import Unreadable, read_multistatus
from mappings.exchange import Change, Create, Delete, Receipt, Update

BASE = "https://cloud.test/remote.php/dav/files/hub"


def multistatus(*entries: tuple[str, str]) -> bytes:
    rows = "".join(
        f"<d:response><d:href>/remote.php/dav/files/hub/{path}</d:href><d:propstat><d:prop>{props}</d:prop>"
        "<d:status>HTTP/1.1 200 OK</d:status></d:propstat><d:propstat><d:prop><oc:fileid/></d:prop>"
        "<d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>"
        for path, props in entries
    )
    return f'<d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns">{rows}</d:multistatus>'.encode()


FOLDER = "<d:resourcetype><d:collection/></d:resourcetype>"
FILE = '<d:resourcetype/><d:getetag>"e1"</d:getetag><d:getcontentlength>7</d:getcontentlength>'


class FakeDav:
    """Answers each request by SAYS; what was asked is in SEEN."""

    def __init__(self, says: Callable[[httpx.Request], httpx.Response]) -> None:
        self._says = says
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return self._says(request)

    def connector(self, url: str = BASE) -> WebDavConnector:
        async def sleep(seconds: float) -> None:
            del seconds

        settings = WebDavSettings(url=url, user="hub", password=SecretStr("app-word"), pages="https://cloud.test")
        return WebDavConnector("файлы", settings, Surroundings(transport=httpx.MockTransport(self), sleep=sleep))


def always(status: int, **given: object) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, **given)  # type: ignore[arg-type]  # what httpx takes


async def pushed(dav: FakeDav, write: Create | Update) -> Receipt:
    async with dav.connector() as connector:
        return (await connector.push([write]))[0]


def a_create(kind: str, **views: str) -> Create:
    return Create("k", "файлы", kind, "m", tuple(Change(place, view) for place, view in views.items()))


@pytest.mark.parametrize(
    ("kind", "views", "method", "header"),
    [
        ("folder", {"path": "Кейсы/#1 50%"}, "MKCOL", ("", "")),
        ("file", {"path": "a/б.md", "text": "привет"}, "PUT", ("If-None-Match", "*")),
        ("file", {"path": "a/б.bin", "copy_of": "т/б.bin"}, "COPY", ("Overwrite", "F")),
    ],
)
@pytest.mark.asyncio
async def test_nothing_is_made_where_something_is(
    kind: str, views: dict[str, str], method: str, header: tuple[str, str]
) -> None:
    dav = FakeDav(always(201))

    receipt = await pushed(dav, a_create(kind, **views))

    (request,) = dav.seen
    assert (receipt.state, request.method) == ("done", method)
    assert request.headers.get(header[0] or "x", "") == header[1]
    source = views.get("copy_of", views["path"])
    end = "/" if kind == "folder" else ""
    assert unquote(request.url.raw_path.decode()) == f"/remote.php/dav/files/hub/{source}{end}"
    assert "#" not in request.url.raw_path.decode()


@pytest.mark.asyncio
async def test_a_file_is_copied_below_a_folder_whose_address_is_written_in_any_letters() -> None:
    dav = FakeDav(always(201))

    async with dav.connector("https://облако.рф/dav/Пресейл 1") as connector:
        (receipt,) = await connector.push([a_create("file", path="a/б.bin", copy_of="т/б.bin")])

    (request,) = dav.seen
    assert receipt.state == "done"
    assert request.headers["Destination"] == str(request.url).replace(quote("т/б.bin"), quote("a/б.bin"))


@pytest.mark.parametrize(
    ("kind", "status", "state", "there"),
    [
        ("folder", 405, "refused", True),
        ("file", 412, "refused", True),
        ("folder", 409, "refused", False),
        ("folder", 507, "refused", False),
        ("folder", 403, "refused", False),
        ("folder", 423, "unsent", False),
        ("folder", 502, "unclear", False),
        ("folder", 401, "unsent", False),
    ],
)
@pytest.mark.asyncio
async def test_each_answer_to_a_create_has_its_meaning(kind: str, status: int, state: str, *, there: bool) -> None:
    receipt = await pushed(FakeDav(always(status)), a_create(kind, path="a/b"))

    assert (receipt.state, receipt.other == "a/b") == (state, there)


@pytest.mark.asyncio
async def test_what_was_made_is_told_where_the_delete_after_it_cannot_be_carried_out() -> None:
    dav = FakeDav(lambda request: httpx.Response(201 if request.method == "MKCOL" else 503))
    delete = Delete("d", "файлы", "file", "a/б.bin", expected={"etag": '"e1"'})

    async with dav.connector() as connector:
        made, left = await connector.push([a_create("folder", path="Кейс"), delete])
        with pytest.raises(RetryLater):
            await connector.push([delete])

    assert (made.state, made.id, left.state, left.id) == ("done", "Кейс", "unsent", "a/б.bin")


@pytest.mark.parametrize("path", ["", "../x", "a/../../x", "a//b", "./a"])
@pytest.mark.asyncio
async def test_no_path_leads_out_of_the_folder(path: str) -> None:
    dav = FakeDav(always(201))

    receipt = await pushed(dav, a_create("folder", path=path))

    assert (receipt.state, dav.seen) == ("refused", [])


@pytest.mark.asyncio
async def test_a_text_goes_with_the_etag_that_it_was_read_with() -> None:
    def says(request: httpx.Request) -> httpx.Response:
        if request.method == "PROPFIND":
            return httpx.Response(207, content=multistatus(("a.md", FILE)))
        if request.method == "GET":
            return httpx.Response(200, content="старое".encode(), headers={"ETag": '"e1-gzip"'})
        return httpx.Response(412)

    dav = FakeDav(says)

    receipt = await pushed(dav, Update("k", "файлы", "file", "a.md", (Change("text", "новое", "старое"),)))

    put = next(request for request in dav.seen if request.method == "PUT")
    assert (put.headers["If-Match"], receipt.state) == ('"e1"', "moved")


@pytest.mark.parametrize("status", [503, 401, 403])
@pytest.mark.asyncio
async def test_a_text_that_is_written_and_cannot_be_read_back_is_in_doubt(status: int) -> None:
    def says(request: httpx.Request) -> httpx.Response:
        if any(one.method == "PUT" for one in dav.seen):
            return httpx.Response(204 if request.method == "PUT" else status)
        if request.method == "PROPFIND":
            return httpx.Response(207, content=multistatus(("a.md", FILE)))
        return httpx.Response(200, content="старое".encode())

    dav = FakeDav(says)

    receipt = await pushed(dav, Update("k", "файлы", "file", "a.md", (Change("text", "новое", "старое"),)))

    assert receipt.state == "unclear"


@pytest.mark.asyncio
async def test_a_folder_lists_all_that_lies_below_it_and_links_to_its_page() -> None:
    fileid = f"{FOLDER}<oc:fileid>90</oc:fileid>"
    listed = {
        "/К/": multistatus(("К/", fileid), ("К/б/", FOLDER), ("К/%D0%B0.md", FILE)),
        "/К/б/": multistatus(("К/б/", FOLDER), ("К/б/в.bin", FILE)),
    }

    def says(request: httpx.Request) -> httpx.Response:
        path = unquote(request.url.raw_path.decode()).removeprefix("/remote.php/dav/files/hub")
        return httpx.Response(207, content=listed[path])

    async with FakeDav(says).connector() as connector:
        (found,) = await connector.get("folder", ["К"])

    assert found.record is not None
    assert found.record.views["entries"] == [["а.md", '"e1"'], ["б", None], ["б/в.bin", '"e1"']]
    assert found.record.url == "https://cloud.test/f/90"


@pytest.mark.asyncio
async def test_a_folder_is_not_gone_where_one_in_it_goes_while_it_is_read() -> None:
    listed = {"/К/": multistatus(("К/", FOLDER), ("К/б/", FOLDER), ("К/а.md", FILE))}

    def says(request: httpx.Request) -> httpx.Response:
        content = listed.get(_path_of(request))
        return httpx.Response(207, content=content) if content else httpx.Response(404)

    async with FakeDav(says).connector() as connector:
        found = await connector.get("folder", ["К", "К/б"])

    assert [one.state for one in found] == ["here", "gone"]
    assert found[0].record is not None
    assert found[0].record.views["entries"] == [["а.md", '"e1"'], ["б", None]]


@pytest.mark.asyncio
async def test_a_folder_that_was_moved_is_found_by_its_number_on_a_nextcloud() -> None:
    def numbered(number: int) -> str:
        return f"{FOLDER}<oc:fileid>{number}</oc:fileid>"

    listed = {
        "/Кейсы/": multistatus(("Кейсы/", numbered(1)), ("Кейсы/CASE-2/", numbered(92)), ("Кейсы/Архив/", numbered(3))),
        "/": multistatus(("", numbered(0)), ("Кейсы/", numbered(1))),
        "/Кейсы/CASE-2/": multistatus(("Кейсы/CASE-2/", numbered(92))),
        "/Кейсы/Архив/": multistatus(("Кейсы/Архив/", numbered(3)), ("Кейсы/Архив/Старое/", numbered(90))),
    }
    dav = FakeDav(lambda request: httpx.Response(207, content=listed[_path_of(request)]))

    async with dav.connector() as connector:
        found = await connector.found_by("90", "Кейсы"), await connector.found_by("404", "Кейсы")

    assert found == ("Кейсы/Архив/Старое", None)
    assert {request.method for request in dav.seen} == {"PROPFIND"}
    assert len(dav.seen) <= 2 * len(listed)  # each folder is asked once


@pytest.mark.asyncio
async def test_a_folder_is_called_by_its_whole_name_as_some_servers_want_it() -> None:
    """Apache answers 301 to a folder without its slash, and nginx 409 to a new one."""
    listed = {"/К/": multistatus(("К/", FOLDER), ("К/а.md", FILE)), "/К/а.md": multistatus(("К/а.md", FILE))}

    def says(request: httpx.Request) -> httpx.Response:
        path = _path_of(request)
        if path == "/К":
            return httpx.Response(301, headers={"Location": f"{BASE}/%D0%9A/"})
        if request.method == "MKCOL":
            return httpx.Response(405)
        if request.method == "PROPFIND":
            content = listed.get(path)
            return httpx.Response(207, content=content) if content else httpx.Response(404)
        return httpx.Response(204 if listed.pop(path) else 404)

    dav = FakeDav(says)
    async with dav.connector() as connector:
        (folder,) = await connector.get("folder", ["К"])
        (file,) = await connector.get("file", ["К/а.md"])
        (there,) = await connector.push([a_create("folder", path="К")])
        expected = {"entries": [["а.md", '"e1"']]}
        (gone,) = await connector.push([Delete("k", "файлы", "folder", "К", expected)])

    assert (folder.state, file.state, there.other, gone.state) == ("here", "here", "К", "gone")


def _path_of(request: httpx.Request) -> str:
    return unquote(request.url.raw_path.decode()).removeprefix("/remote.php/dav/files/hub") or "/"


@pytest.mark.asyncio
async def test_a_wrong_password_is_told_without_showing_it() -> None:
    async with FakeDav(always(401)).connector() as connector:
        with pytest.raises(AuthFailed) as caught:
            await connector.identify()

    assert "app-word" not in str(caught.value)


@pytest.mark.asyncio
async def test_what_is_no_webdav_server_is_told() -> None:
    async with FakeDav(always(200, text="<html>")).connector() as connector:
        with pytest.raises(RetryLater, match="is the address a WebDAV folder"):
            await connector.identify()


@pytest.mark.parametrize(
    "body", [b"", b"<a/>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><d:multistatus xmlns:d='DAV:'/>", b"<d:multistatus>"]
)
def test_what_is_no_multistatus_is_not_read(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_multistatus(body)


def test_a_weak_etag_is_no_condition_and_what_a_proxy_added_is_taken_off() -> None:
    assert [strong(one) for one in ('W/"a"', '"a-gzip"', "a", None, "")] == [None, '"a"', '"a"', None, None]
