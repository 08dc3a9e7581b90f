"""Bad input on real servers: a wrong key, nobody at home, a page of HTML, views that the hub does not know."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from flows import wording
from tests.live.live_hub import both


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with both(tmp_path_factory.mktemp("hub")) as (hub, tryton, redmine):
        [party] = tryton.create_parties("ООО «Ромашка»")
        world = World(hub, tryton, redmine, party)
        for number in range(3):  # a system that lists nothing at all would stop the pass
            world.open(f"Прочее {number}")
        yield world


class World:
    """Both servers and the hub; `open` makes a deal and lets it become an issue."""

    def __init__(self, hub, tryton, redmine, party):
        self.hub, self.tryton, self.redmine, self.party = hub, tryton, redmine, party

    def open(self, name):
        [deal] = self.tryton.create({"description": name, "party": self.party})
        self.hub.sync()
        whole = self.hub.case_of("crm", "opportunity", deal)
        [issue] = [int(link.external_id) for link in whole.links if link.system == "tracker"]
        return deal, issue, whole.entity.key

    def subject(self, issue):
        return self.redmine.issue(issue)["subject"]

    def listed(self, key):
        return {entry.field: entry for entry in self.hub.attention(self.hub.case(key).entity.id)}

    def at_peace(self, key):
        report = self.hub.sync()
        return (sum(report.writing.values()), self.listed(key), report.trouble) == (0, {}, {})


@contextmanager
def a_web_site() -> Iterator[str]:
    """Some web server that is no Redmine: it answers everything with a page."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = "<html><body>Добро пожаловать</body></html>".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *given: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def nobody_at_home() -> str:
    """An address where nothing listens."""
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return f"http://127.0.0.1:{server.server_port}"


class NoWaiting(httpx.AsyncBaseTransport):
    """The way to another address; repeats need not be waited for here."""

    def __init__(self, url):
        self.inner = httpx.AsyncHTTPTransport()
        self.url = httpx.URL(url)

    async def handle_async_request(self, request):
        request.url = request.url.copy_with(host=self.url.host, port=self.url.port)
        request.headers["Host"] = f"{self.url.host}:{self.url.port}"
        return await self.inner.handle_async_request(request)

    async def aclose(self):
        await self.inner.aclose()


def told(report):
    return wording.unreachable(report.trouble)


@pytest.mark.parametrize("system", ["tracker", "crm"])
def test_a_wrong_key_is_told_and_nothing_is_lost(world, system):
    deal, issue, key = world.open(f"Чужой ключ {system}")
    world.tryton.write(deal, description="Новое имя")
    wrong = {"REDMINE_KEY_HUB": "0" * 40} if system == "tracker" else {"TRYTON_HUB_PASSWORD": "неверно"}

    report = world.hub.with_env(**wrong).sync()
    untouched = world.subject(issue)
    world.hub.sync()

    assert report.refused_us == {system}
    assert "casehub check" in told(report)
    assert ("0000" in told(report), "неверно" in told(report)) == (False, False)
    assert (untouched, world.subject(issue)) == (f"Чужой ключ {system}", "Новое имя")
    assert world.at_peace(key)


def test_an_unreachable_system_is_told_and_the_next_pass_goes_on(world):
    deal, issue, key = world.open("Никого нет дома")
    world.tryton.write(deal, description="Новое имя")

    report = world.hub.sync(tracker=NoWaiting(nobody_at_home()))
    untouched = world.subject(issue)
    world.hub.sync()

    assert list(report.trouble) == ["tracker"]
    assert "did not reach the server" in told(report)
    assert (untouched, world.subject(issue)) == ("Никого нет дома", "Новое имя")
    assert world.at_peace(key)


def test_a_page_of_html_is_no_redmine_and_the_message_asks_for_the_address(world):
    deal, issue, key = world.open("Не тот адрес")
    world.tryton.write(deal, description="Новое имя")

    with a_web_site() as url:
        report = world.hub.sync(tracker=NoWaiting(url))
    untouched = world.subject(issue)
    world.hub.sync()

    assert "answered 200 with HTML; is the address right" in told(report)
    assert (untouched, world.subject(issue)) == ("Не тот адрес", "Новое имя")
    assert world.at_peace(key)


class Breaking(httpx.AsyncBaseTransport):
    """A way on which, once, the answer to a METHOD request is lost, cut in half, or replaced by an error."""

    def __init__(self, method, how, path=""):
        self.inner = httpx.AsyncHTTPTransport()
        self.method, self.how, self.path, self.left = method, how, path, 1

    async def handle_async_request(self, request):
        answer = await self.inner.handle_async_request(request)
        if request.method != self.method or self.path not in request.url.path or not self.left:
            return answer
        self.left -= 1
        body = await answer.aread()
        await answer.aclose()
        if self.how == "lost":
            raise httpx.ReadTimeout("nobody answered", request=request)
        if self.how == "half":
            headers = [(k, v) for k, v in answer.headers.multi_items() if k.lower() == "content-type"]
            return httpx.Response(answer.status_code, headers=headers, content=body[: len(body) // 2])
        return httpx.Response(502, text="Bad Gateway")

    async def aclose(self):
        await self.inner.aclose()


@pytest.mark.parametrize("how", ["lost", "half", "502"])
def test_a_create_whose_answer_was_broken_is_found_by_its_marker(world, how):
    name = f"Оборванный ответ {how}"
    [deal] = world.tryton.create({"description": name, "party": world.party})

    report = world.hub.sync(tracker=Breaking("POST", how, "/issues"))
    world.hub.sync()  # the page shows the record: no need to wait for the search
    world.hub.sync()

    assert report.in_doubt == 1
    assert [issue["subject"] for issue in world.redmine.issues() if issue["subject"] == name] == [name]
    assert len(world.hub.case_of("crm", "opportunity", deal).links) == 2


def test_an_unmapped_status_waits_for_a_person_and_the_rest_goes_on(world):
    deal, issue, key = world.open("Новый статус")
    [(number,)] = world.redmine.sql("select max(id) + 1 from issue_statuses")
    world.redmine.sql("insert into issue_statuses (id, name, is_closed, position) values (?, 'Ждём', 0, 99)", number)
    try:
        world.redmine.sql("update issues set status_id = ? where id = ?", number, issue)
        world.redmine.update(issue, due_date="2027-05-05")
        world.hub.sync()
        parked = world.listed(key)["position"]
    finally:
        new = world.redmine.env["STATUS_NEW"]
        world.redmine.sql("update issues set status_id = ? where status_id = ?", new, number)
        world.redmine.sql("delete from issue_statuses where id = ?", number)
    world.redmine.update(issue, notes="снова как было")
    world.hub.sync()

    assert (parked.code, parked.system) == ("unreadable", "tracker")
    assert "values:" in parked.text
    assert world.tryton.opportunity(deal, "end_date")["end_date"]["day"] == 5
    assert world.listed(key) == {}


def test_a_person_whom_the_hub_does_not_know_is_asked_about_once(world):
    deal, issue, key = world.open("Кто это")
    world.redmine.update(issue, assigned_to_id=world.redmine.env["USER_MANAGER_ID"], due_date="2027-06-06")

    world.hub.sync()
    first = world.listed(key)
    quiet = world.hub.sync()

    assert (first["owner"].code, "people:" in first["owner"].text) == ("unknown person", True)
    assert world.listed(key)["owner"].since == first["owner"].since
    assert sum(quiet.writing.values()) == 0
    assert world.tryton.opportunity(deal, "end_date")["end_date"]["day"] == 6


def test_a_text_that_is_too_long_is_refused_with_the_rest_written(world):
    deal, issue, key = world.open("Длинное")
    world.tryton.write(deal, description="Ж" * 300, comment="Остальное")

    world.hub.sync()
    parked = world.listed(key)
    world.tryton.write(deal, description="Короче")
    world.hub.sync()

    assert parked["title"].system == "tracker"
    assert "255" in parked["title"].text
    assert world.redmine.issue(issue)["description"] == "Остальное"
    assert world.subject(issue) == "Короче"
    assert world.at_peace(key)


def test_the_number_of_a_deleted_issue_goes_to_a_stranger(world):
    """SQLite gives the highest number again once it is free, and so does a Redmine on it."""
    deal, issue, key = world.open("Номер")
    world.redmine.delete(issue)
    world.hub.sync(full=True)
    stranger = world.redmine.create("Чужая задача", description="не наша")

    world.hub.sync()
    world.hub.sync()

    assert stranger == issue, "the number was given again"
    assert world.tryton.opportunity(deal, "description")["description"] == "Номер"
    assert world.subject(stranger) == "Чужая задача"
    assert [link.tombstone for link in world.hub.case(key).links if link.system == "tracker"] == [True]
