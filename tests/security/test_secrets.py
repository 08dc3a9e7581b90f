"""Secrets are marked words here; none of them is in anything that the hub shows, logs or keeps."""

import asyncio
import logging
import os
import traceback

import httpx
import pytest

from connectors.errors import ConnectorError
from flows.hub.files import read_catalog
from flows.hub.notices.composing import Notice
from flows.hub.notices.sending import send
from flows.hub.wiring import install, make_connector
from tests.flows.cli.cli_builders import given

MARK = "CANARY"
ENVIRONMENT = {
    "CRM": f"https://crm.test/rest/1/{MARK}hook/",
    "TOKEN": f"{MARK}token",
    "KEY": f"{MARK}key",
    "SIGN": f"{MARK}sign",
    "TRYTON": f"{MARK}password",
    "WIKI": f"{MARK}bot",
    "CLOUD": f"{MARK}app",
    "MAIL": f"json://user:{MARK}mail@127.0.0.1:9/{MARK}path",
}
HUB = """
database: sqlite:///casehub.db
systems:
  crm: {type: bitrix24, webhook: "${CRM}", application_token: "${TOKEN}"}
  trk: {type: redmine, url: "https://trk.test", key: "${KEY}", project: presales, webhook_secret: "${SIGN}"}
  erp: {type: tryton, url: "https://erp.test", database: x, user: hub, password: "${TRYTON}"}
  wiki: {type: mediawiki, url: "https://wiki.test/w", user: Hub@sync, password: "${WIKI}"}
  cloud: {type: webdav, url: "https://cloud.test/dav", user: hub, password: "${CLOUD}"}
syncs:
  presales: {opens: crm, makes: {trk: {}}}
notify: {attention: ["${MAIL}"]}
"""
MAPPINGS = {
    "deal.crm.yaml": "system: crm\nkind: deal\nentity: case\nextends: bitrix24/deal\n",
    "issue.trk.yaml": "system: trk\nkind: issue\nentity: case\nextends: redmine/issue\nmarker: cf[Hub]\n",
}
SYSTEMS = ("crm", "trk", "erp", "wiki", "cloud")


def echoed(request: httpx.Request) -> httpx.Response:
    """A proxy that shows the whole request back, as pages about errors do."""
    text = f"<html>{request.method} {request.url}\n{request.headers.raw!r}\n{request.content!r}"
    return httpx.Response(500, text=text, headers={"Content-Type": "text/html"})


def told(request: httpx.Request) -> httpx.Response:
    """A system that names the request in its own words about what went wrong."""
    words = f"{request.url} {dict(request.headers)}"
    form = {"error": words, "error_description": words, "errors": [words], "message": words, "faultString": words}
    return httpx.Response(400, json=form)


def failed(error: type[httpx.HTTPError]):
    def handler(request: httpx.Request) -> httpx.Response:
        raise error(f"cannot reach {request.url} with {request.headers.raw!r}")

    return handler


def redirected(request: httpx.Request) -> httpx.Response:
    return httpx.Response(302, headers={"Location": f"https://evil.test/{MARK}x?{request.url}"})


ANSWERS = {
    **{str(code): lambda _, code=code: httpx.Response(code) for code in (400, 401, 403, 404, 409, 422, 429, 500, 503)},
    **{kind.__name__: failed(kind) for kind in (httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError)},
    "echo": echoed,
    "words": told,
    "redirect": redirected,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, database):
    made = tmp_path_factory.mktemp("secrets")
    (made / "casehub.db").write_bytes(database.read_bytes())
    for name, text in {"hub.yaml": HUB, **MAPPINGS}.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def hub(folder):
    installation = install(folder, ENVIRONMENT)
    yield installation
    installation.store.close()


async def met(hub, system: str, handler) -> list[str]:
    """Do what a pass does with a system, and return how each part of it failed, as `--debug` shows it."""
    connector = make_connector(hub, system, httpx.MockTransport(handler))
    shown = [repr(connector), str(connector)]

    async def part(work) -> None:
        try:
            shown.append(type(await work()).__name__)
        except ConnectorError as error:
            shown.append("".join(traceback.format_exception(error)))
            shown.append(f"{error!r} {error} {vars(error) if not getattr(error, 'reason', '') else ''}")

    await part(connector.open)
    await part(connector.identify)
    await part(connector.people)
    for kind in connector.kinds[:1]:
        await part(lambda kind=kind: connector.discover(kind))
        await part(lambda kind=kind: connector.pull(kind, None))
    await part(connector.close)
    return shown


ALL = [(system, answer) for system in SYSTEMS for answer in ANSWERS]
QUICK = ("400", "401", "403", "404", "409", "422", "words")
"""What is not asked again, after ever longer waits."""
SLOW = {("crm", "404"), ("crm", "409")}


@pytest.mark.parametrize(("system", "answer"), [one for one in ALL if one[1] in QUICK and one not in SLOW])
def test_no_way_to_fail_shows_a_secret(hub, system, answer, caplog):
    caplog.set_level(logging.DEBUG)

    for text in asyncio.run(met(hub, system, ANSWERS[answer])):
        assert MARK not in text
    assert MARK not in caplog.text


def let_in(request: httpx.Request) -> httpx.Response:
    """A wiki that gives the token with which one logs in, and then has much to say of whoever does."""
    if b"type=login" in request.content:
        return httpx.Response(200, json={"query": {"tokens": {"logintoken": "x"}}})
    return told(request)


def failing(connector) -> list[BaseException]:
    """Do what a pass begins with, and return the errors."""
    found: list[BaseException] = []

    async def each() -> None:
        for part in (connector.open, connector.identify, connector.people, connector.close):
            try:
                await part()
            except ConnectorError as error:
                found.append(error)

    asyncio.run(each())
    return found


@pytest.mark.parametrize("answer", [ANSWERS["401"], told, let_in], ids=["401", "words", "let in"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_traceback_with_all_its_locals_shows_no_secret(hub, system, answer):
    errors = failing(make_connector(hub, system, httpx.MockTransport(answer)))

    assert errors
    for error in errors:
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        assert [line for line in shown.format() if MARK in line] == []


def test_settings_never_show_their_secrets(hub):
    shown = [repr(hub), str(hub), repr(hub.hub), repr(hub.hub.systems), repr(hub.hub.notify)]
    shown += [repr(make_connector(hub, name)) for name in SYSTEMS]

    assert [text for text in shown if MARK in text] == []


def test_a_setting_that_does_not_fit_is_told_without_its_value(folder):
    for name, wrong in (("CRM", f"{MARK} no address"), ("KEY", f"{MARK}\r\nX: 1"), ("MAIL", f"{MARK}://")):
        ended = given("--hub", str(folder), "check", "--offline", env={**ENVIRONMENT, name: wrong})

        assert MARK not in ended.out + ended.err


COMMANDS = (
    ("check", "--offline"),
    ("sync",),
    ("log",),
    ("case", "list"),
    ("parked", "list"),
    ("notify", "--test"),
    ("deploy", "--to", "prefect.yaml"),
)


def unreachable() -> dict[str, str]:
    """The same secrets, and systems that nobody answers for: the port of nothing, on this machine."""
    return {**ENVIRONMENT, "CRM": f"http://127.0.0.1:9/rest/1/{MARK}hook/"}


@pytest.mark.loopback
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_shows_or_keeps_a_secret(folder, words, caplog, monkeypatch):
    text = (folder / "hub.yaml").read_text(encoding="utf-8")
    for host in ("trk", "erp", "wiki", "cloud"):
        text = text.replace(f"https://{host}.test", "http://127.0.0.1:9")
    (folder / "hub.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    caplog.set_level(logging.DEBUG)

    ended = given("--hub", str(folder), "--debug", *words, "--json", env=unreachable())
    assert MARK not in ended.out + ended.err

    assert MARK not in caplog.text
    kept = [path for path in folder.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()]
    assert kept == []


@pytest.mark.loopback
def test_a_notice_that_cannot_be_sent_shows_no_address(caplog, capfd):
    caplog.set_level(logging.DEBUG)

    assert not send(ENVIRONMENT["MAIL"], Notice("Casehub", "1 entry"))
    assert MARK not in caplog.text + "".join(capfd.readouterr())


def test_the_shipped_files_hold_no_secret_and_name_no_place_for_one():
    assert not [name for name, text in read_catalog().items() if "password" in text.lower() or MARK in text]
    assert os.environ.get("CRM") is None
