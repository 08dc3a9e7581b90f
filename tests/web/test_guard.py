"""What stands before every page: headers, names, sizes; and what goes wrong is a page too."""

import asyncio

import httpx
import pytest

from state.errors import Unavailable
from tests.hub_builders import a_hub
from tests.web_builders import Browser, a_viewer
from web.app import make_app
from web.guard import HEADERS, LARGEST, Guard
from web.rendering import clean_html

ENDLESS = {"/live"}
"""Answers that go on as long as somebody listens."""


@pytest.fixture
def hub(tmp_path):
    return a_hub(tmp_path).installation


def test_every_answer_tells_the_browser_what_it_may_do(hub):
    browser = Browser(hub, a_viewer())
    known = browser.app.openapi()["paths"].items()
    paths = [path for path, methods in known if "get" in methods and path not in ENDLESS]
    answers = [browser.lenient().get(path.replace("{", "").replace("}", "")) for path in paths]
    answers += [browser.get("/nowhere"), browser.get("/static/casehub.css"), browser.post("/logout")]
    answers += [browser.get("/login", headers={"host": "evil.example"})]

    assert "/login/link/{secret}" in paths
    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, answer.url
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_pages_are_kept_by_nobody_and_files_for_ever(hub):
    browser = Browser(hub)

    assert browser.get("/login").headers["cache-control"] == "no-store"
    assert "immutable" in browser.get("/static/htmx.js").headers["cache-control"]
    assert "strict-transport-security" in Browser(hub, address="https://localhost").get("/login").headers


@pytest.mark.parametrize(
    ("page", "host", "answered"),
    [
        ("", "localhost:8080", True),
        ("", "127.0.0.1:8080", True),
        ("", "[::1]:8080", True),
        ("", "192.168.1.7:8080", True),
        ("", "evil.example", False),
        ("", "", False),
        ("", "localhost.evil.example", False),
        ("", "[", False),
        ("https://hub.example.org", "hub.example.org", True),
        ("https://hub.example.org", "HUB.example.org:443", True),
        ("https://hub.example.org", "127.0.0.1:8080", True),
        ("https://хаб.рф", "xn--80ac2d.xn--p1ai", True),
        ("https://Хаб.РФ", "xn--80ac2d.xn--p1ai:443", True),
        ("https://xn--80ac2d.xn--p1ai", "xn--80ac2d.xn--p1ai", True),
        ("https://хаб.рф", "xn--80aaa.xn--p1ai", False),
        ("https://хаб..рф", "127.0.0.1", True),
        ("https://hub.example.org", "192.168.1.7", False),
        ("https://hub.example.org", "other.example.org", False),
    ],
)
def test_a_page_is_answered_under_its_own_names_only(page, host, answered):
    guard = Guard(None, page, refuse=None)

    assert guard.answers_to(host) is answered


def test_another_name_is_told_what_is_wrong_and_the_door_stands_open_under_any(hub):
    refused = Browser(hub).get("/login", headers={"host": "evil.example"})

    assert refused.status_code == 421
    assert "hub.yaml" in refused.text
    assert Browser(hub).get("/healthz", headers={"host": "evil.example"}).text == "ok\n"


@pytest.mark.parametrize("told", [True, False])
def test_a_form_that_is_too_large_is_not_read(hub, told):
    async def parts():
        for _ in range(LARGEST // 65536 + 2):
            yield b"x" * 65536

    headers = {"content-type": "application/x-www-form-urlencoded"}
    if told:
        headers["content-length"] = str(LARGEST + 1)
    browser = Browser(hub)
    browser.get("/login")

    answer = browser.ask("POST", "/login", content=parts(), headers=headers)

    assert answer.status_code == 413


def test_a_form_that_does_not_arrive_is_not_waited_for(hub):
    async def never():
        yield b"login="
        await asyncio.Event().wait()

    async def asked():
        transport = httpx.ASGITransport(make_app(hub, patience=0.05))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            headers = {"content-type": "application/x-www-form-urlencoded"}
            return (await client.post("/login", content=never(), headers=headers)).status_code

    assert asyncio.run(asked()) == 408


@pytest.mark.parametrize(("language", "words"), [("en", "Something went wrong"), ("ru", "Что-то пошло не так")])
def test_an_error_that_nobody_expected_is_a_page_that_tells_nothing_of_it(hub, language, words):
    browser = Browser(hub, a_viewer(), language=language).lenient()

    @browser.app.get("/broken")
    def broken():
        raise ValueError("пароль kryptonit")

    answer = browser.get("/broken")

    assert answer.status_code == 500
    assert words in answer.text
    assert "kryptonit" not in answer.text


def test_to_a_program_an_error_is_a_json_problem(hub):
    browser = Browser(hub, a_viewer())

    @browser.app.get("/gone")
    def gone():
        raise Unavailable("the database does not answer")

    for path, status in (("/nowhere", 404), ("/gone", 503)):
        answer = browser.get(path, headers={"accept": "application/json"})
        assert answer.status_code == answer.json()["status"] == status
        assert answer.headers["content-type"] == "application/problem+json"
    assert browser.get("/api/nowhere").json()["title"] == "Not found"
    assert browser.ask("PUT", "/cases", headers={"x-casehub-token": "no"}).status_code == 405


def test_htmx_is_sent_to_the_login_as_a_whole(hub):
    answer = Browser(hub).get("/cases", headers={"hx-request": "true"})

    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "<svg/onload=alert(1)>",
        '<p style="position:fixed">x</p>',
        '<iframe src="//evil.example"></iframe>',
        '<form action="//evil.example"><input name=q></form>',
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    ],
)
def test_html_of_a_system_can_do_nothing(text):
    cleaned = str(clean_html(text)).lower()

    assert not [bad for bad in ("script", "onerror", "onload", "style", "iframe", "<form", "<svg") if bad in cleaned]
    assert "<b>Анна</b>" in clean_html(f"<b>Анна</b>{text}")
