"""The webhook door: only hints with proof are kept, and somebody is asked to look at them."""

import asyncio
import hashlib
import hmac
import json

import httpx
import pytest

from flows.hub.wiring import Current, install
from state import inbox
from tests.hub_builders import DATABASE
from web.app import make_app
from web.door import LARGEST, Bell

HUB = """
database: sqlite:///casehub.db
systems:
  crm: {type: bitrix24, webhook: "${CRM}", application_token: "${TOKEN}"}
  tracker: {type: redmine, url: "https://trk.example.org", key: "${KEY}", project: presales, webhook_secret: "${SIGN}"}
  silent: {type: redmine, url: "https://trk.example.org", key: "${KEY}", project: other}
syncs:
  presales: {opens: crm, makes: {tracker: {}}}
"""
HERE = "http://localhost"
ENVIRONMENT = {"CRM": "https://crm.example.org/rest/1/abc/", "TOKEN": "токен", "KEY": "k", "SIGN": "секрет"}
MAPPINGS = {
    "deal.crm.yaml": "system: crm\nkind: deal\nentity: case\nextends: bitrix24/deal\n",
    "issue.tracker.yaml": "system: tracker\nkind: issue\nentity: case\nextends: redmine/issue\nmarker: cf[Hub]\n",
}


@pytest.fixture
def hub(tmp_path):
    """A hub whose systems are not there: nothing that the door does may ask them."""
    for name, text in {"hub.yaml": HUB.replace("sqlite:///casehub.db", DATABASE.get()()), **MAPPINGS}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    installation = install(tmp_path, ENVIRONMENT)
    yield installation
    installation.store.close()


def post(hub, path, body=b"", **headers):
    """Post to the door; returns the status, and how often somebody was asked to look."""
    rings = []

    async def ask():
        rings.append("ring")

    async def posted():
        app = make_app(hub, ask)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
            answer = await client.post(path, content=body, headers=headers)
            await asyncio.sleep(0)
            return answer.status_code

    return asyncio.run(posted()), len(rings)


def event(*, given=ENVIRONMENT["TOKEN"], name="ONCRMDEALUPDATE", number="7"):
    form = {"event": name, "data[FIELDS][ID]": number, "auth[application_token]": given}
    return str(httpx.QueryParams(form)).encode()


def issue(signed_with=ENVIRONMENT["SIGN"], number=41):
    body = json.dumps({"type": "issue.updated", "data": {"issue": {"id": number}}}).encode()
    return body, "sha256=" + hmac.new(signed_with.encode(), body, hashlib.sha256).hexdigest()


def hinted(hub):
    return [
        (one.system, one.kind, one.id, one.reason)
        for system, kind in (("crm", "deal"), ("tracker", "issue"))
        for one in inbox.hints(hub.store, system, kind=kind, limit=10)
    ]


def test_an_event_with_its_token_is_kept_and_somebody_is_asked_to_look(hub):
    assert post(hub, "/hooks/crm", event()) == (202, 1)
    assert hinted(hub) == [("crm", "deal", "7", "webhook")]


def test_a_signed_webhook_is_kept(hub):
    body, signature = issue()

    assert post(hub, "/hooks/tracker", body, **{"X-Redmine-Signature-256": signature}) == (202, 1)
    assert hinted(hub) == [("tracker", "issue", "41", "webhook")]


def test_the_same_event_twice_is_one_hint(hub):
    post(hub, "/hooks/crm", event())
    post(hub, "/hooks/crm", event())

    assert len(hinted(hub)) == 1


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/hooks/crm", event(given="another"), {}, 401),
        ("/hooks/crm", b"", {}, 401),
        ("/hooks/crm", b"\xff\xfe", {}, 401),
        ("/hooks/tracker", issue()[0], {"X-Redmine-Signature-256": issue("wrong")[1]}, 401),
        ("/hooks/tracker", issue()[0], {}, 401),
        ("/hooks/silent", issue()[0], {"X-Redmine-Signature-256": issue()[1]}, 404),
        ("/hooks/nobody", event(), {}, 404),
        ("/hooks/..%2Fcrm", event(), {}, 404),
    ],
)
def test_without_proof_nothing_is_kept_and_nobody_is_asked(hub, path, body, headers, status):
    assert post(hub, path, body, **headers) == (status, 0)
    assert hinted(hub) == []


@pytest.mark.parametrize("name", ["ONCRMINVOICEADD", "ONTASKADD", ""])
def test_an_event_about_other_records_is_taken_and_points_at_nothing(hub, name):
    assert post(hub, "/hooks/crm", event(name=name)) == (202, 0)
    assert hinted(hub) == []


@pytest.mark.parametrize("pieces", [[b"x" * (LARGEST + 1)], [b"x" * LARGEST, b"x", b"never read"]])
def test_a_body_that_is_too_large_is_refused_with_or_without_its_length(hub, pieces):
    async def in_pieces():
        for piece in pieces:
            yield piece

    assert post(hub, "/hooks/crm", pieces[0] if len(pieces) == 1 else in_pieces()) == (413, 0)


def test_a_bell_that_is_rung_while_it_rings_rings_once_more():
    async def rung():
        rings, gate = [], asyncio.Event()

        async def ask():
            rings.append(1)
            await gate.wait()

        bell = Bell(ask)
        bell.ring()
        await asyncio.sleep(0)
        for _ in range(50):
            bell.ring()
        gate.set()
        await bell.rest()
        return len(rings)

    assert asyncio.run(rung()) == 2


def test_the_door_says_that_it_stands_open(hub):
    async def asked():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(make_app(hub)), base_url=HERE) as client:
            return (await client.get("/healthz")).text, (await client.get("/openapi.json")).status_code

    assert asyncio.run(asked()) == ("ok\n", 404)


def test_the_web_process_follows_the_files_of_its_hub(hub):
    current = Current(hub.folder, ENVIRONMENT)
    sent, signature = issue()
    signed = {"X-Redmine-Signature-256": signature}

    async def silent():
        pass

    async def asked():
        app = make_app(hub, silent, now=current.installation)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE) as client:
            before = (await client.post("/hooks/second", content=sent, headers=signed)).status_code
            new = (hub.folder / "hub.yaml").read_text(encoding="utf-8").replace("  silent:", "  second:")
            signs = new.replace("project: other}", 'project: other, webhook_secret: "${SIGN}"}')
            (hub.folder / "hub.yaml").write_text(signs, encoding="utf-8")
            after = (await client.post("/hooks/second", content=sent, headers=signed)).status_code
            return before, after, app.state.house.installation.hub.systems.keys()

    before, after, systems = asyncio.run(asked())
    current.installation().store.close()
    assert (before, after) == (404, 202)
    assert set(systems) == {"crm", "tracker", "second"}


@pytest.mark.parametrize("system", ["silent", "tracker"])
def test_the_door_stays_open_where_a_setting_of_a_system_is_wrong_from_now_on(hub, system):
    current = Current(hub.folder, ENVIRONMENT)
    sent, signature = issue()

    async def silent():
        pass

    async def asked():
        app = make_app(hub, silent, now=current.installation)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE) as client:
            text = (hub.folder / "hub.yaml").read_text(encoding="utf-8")
            wrong = text.replace(f"  {system}: {{", f"  {system}: {{concurrency: 0, ")
            (hub.folder / "hub.yaml").write_text(wrong, encoding="utf-8")
            signed = {"X-Redmine-Signature-256": signature}
            return (await client.post("/hooks/tracker", content=sent, headers=signed)).status_code

    status = asyncio.run(asked())
    assert current.installation().hub.systems[system].settings["concurrency"] == 0
    current.installation().store.close()
    assert status == 202
    assert hinted(hub) == [("tracker", "issue", "41", "webhook")]
