"""The page about the API: each of its examples is a call that there is, and that does what it says."""

import json
import re
import shlex
from urllib.parse import quote

import pytest

from flows.hub.acting import Desk
from tests.undo_builders import edited
from tests.web_builders import Browser, Idle, a_viewer

CALL = re.compile(r"^(?:\| [^|]+ \| `)?(curl .*?)(?:` \|)?$", re.MULTILINE)
ACT = re.compile(r'`(\{"do": .*?\})`')


@pytest.fixture
def page(root):
    return (root / "docs/page/api.md").read_text(encoding="utf-8")


@pytest.fixture
def asked(tmp_path):
    hub, _, run = edited(tmp_path, stage="EXEC")
    browser = Browser(hub.installation, a_viewer())
    browser.app.state.desk = Desk(hub.installation, hub.make)
    browser.app.state.starter = Idle(hub.installation)
    return browser, run


def request_of(call, run):
    """What curl would send: method, path, body."""
    words = shlex.split(call.replace("$HUB", "").replace("$RUN", run))[1:]
    method, path, body = "GET", "", None
    while words:
        word = words.pop(0)
        if word in ("-H", "-o"):
            words.pop(0)
        elif word == "-X":
            method = words.pop(0)
        elif word == "--json":
            method, body = "POST", json.loads(words.pop(0))
        elif word == "--data-urlencode":
            name, _, value = words.pop(0).partition("=")
            body = {name: value}
        elif not word.startswith("-"):
            path = word
    if method == "GET" and body:
        path, body = f"{path}?" + "&".join(f"{name}={quote(value)}" for name, value in body.items()), None
    return method, path, body


def test_every_example_is_answered(page, asked):
    browser, run = asked
    calls = [one for one in CALL.findall(page) if "/live" not in one]
    wrong = []
    for call in calls:
        method, path, body = request_of(call, run)
        answer = browser.ask(method, path, json=body, headers={"authorization": "Bearer x"})
        stale = "fingerprint" in call and answer.status_code == 409
        no_notes = path.endswith("/notes") and answer.status_code == 409
        if answer.status_code not in (200, 201, 202) and not stale and not no_notes:
            wrong.append((call, answer.status_code, answer.text[:200]))

    assert wrong == []
    assert len(calls) >= 26


def test_every_act_is_one_that_can_be_looked_at(page, asked):
    browser, _ = asked
    acts = [json.loads(one) for one in ACT.findall(page)]
    for act in acts:
        answer = browser.ask("POST", "/api/v1/acts/preview", json={"act": act}, headers={"authorization": "Bearer x"})
        assert answer.status_code == (404 if "number" in act else 200), (act, answer.text)

    assert {one["do"] for one in acts} == {"give", "again", "leave", "match", "part", "same"}


def test_every_call_of_the_document_is_on_the_page(page, asked):
    browser, _ = asked
    paths = browser.get("/api/v1/openapi.json").json()["paths"]
    told = page.replace("CASE-1", "{key}").replace("$RUN", "{run}").replace("/presales/", "/{name}/")

    assert [path for path in paths if f"$HUB{path}" not in told] == []
