"""The webhook door under fire: whatever is thrown at it, it answers, keeps nothing without proof, and shows nothing."""

import asyncio
import hashlib
import hmac
import json
import logging
import sys
from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tests.web.test_door as usual
from connectors.bitrix24.webhook import hints_of as bitrix24_hints
from connectors.errors import AuthFailed
from connectors.redmine.webhook import hints_of as redmine_hints
from flows.hub.wiring import install
from tests.hub_builders import _empty_database
from web.app import make_app
from web.door import LARGEST

MARK = "CANARY-hook-token"
ENVIRONMENT = {**usual.ENVIRONMENT, "TOKEN": MARK, "SIGN": MARK}
METHODS = st.sampled_from(
    ["POST", "POST", "POST", "GET", "HEAD", "PUT", "DELETE", "TRACE", "CONNECT", "X" * 300, "post"]
)
PATHS = st.one_of(
    st.sampled_from(
        ["/hooks/crm", "/hooks/tracker", "/hooks/", "/hooks", "/healthz", "/", "//hooks/crm", "/hooks/crm/"]
    ),
    st.text(max_size=40).map(lambda text: f"/hooks/{text}"),
)
NAMES = st.one_of(
    st.sampled_from([b"content-length", b"content-type", b"x-redmine-signature-256", b"host", b"transfer-encoding"]),
    st.binary(min_size=1, max_size=12).map(bytes.lower),
)
VALUES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"9" * 5000, b"-1", b"\xb2", b"text/plain; charset=utf-16", b"sha256=" + b"\xff" * 64, b"chunked"]
    ),
)
BODIES = st.one_of(
    st.binary(max_size=200),
    st.sampled_from([usual.event(given="x"), usual.issue("x")[0], b"&" * 5000, b"a=%00&auth[application_token]=%ff"]),
)

DOORS = {}


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("door")
    (folder / "casehub.db").write_bytes(_empty_database())
    for name, text in {"hub.yaml": usual.HUB, **usual.MAPPINGS}.items():
        (folder / name).write_text(text, encoding="utf-8")
    installation = install(folder, ENVIRONMENT)
    yield installation
    installation.store.close()


def door_of(hub):
    """The application of a hub, made once for all that is thrown at it, and what rings at it."""
    if hub.folder not in DOORS:
        rings = []

        async def ask():
            rings.append(1)

        DOORS[hub.folder] = make_app(hub, ask, patience=0.05), rings
    return DOORS[hub.folder]


def thrown(hub, *, method="POST", path="/hooks/crm", headers=(), pieces=(b"",), ends="whole"):
    """Call the application as a server would; returns the status and the body of its answer (None: no answer)."""
    answer = []
    app, rings = door_of(hub)
    rings.clear()
    left = [
        {"type": "http.request", "body": one, "more_body": place + 1 < len(pieces)} for place, one in enumerate(pieces)
    ]
    if ends != "whole":
        left[-1]["more_body"] = True

    async def receive():
        if left:
            return left.pop(0)
        if ends == "gone":
            return {"type": "http.disconnect"}
        return await asyncio.Event().wait()

    async def send(message):
        answer.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": quote(path, errors="replace").encode(),
        "query_string": b"",
        "root_path": "",
        "headers": list(headers),
        "client": ("203.0.113.7", 1),
        "server": ("hub", 80),
    }
    asyncio.run(app(scope, receive, send))
    status = next((one["status"] for one in answer if one["type"] == "http.response.start"), None)
    said = b"".join(one.get("body", b"") for one in answer)
    heads = [pair for one in answer for pair in one.get("headers", ())]
    return status, said, heads, list(rings)


@settings(
    derandomize=True, deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(METHODS, PATHS, st.lists(st.tuples(NAMES, VALUES), max_size=5), st.lists(BODIES, min_size=1, max_size=3))
def test_nothing_without_proof_is_kept_and_nothing_breaks(hub, caplog, method, path, headers, bodies):
    caplog.set_level(logging.DEBUG)
    before = usual.hinted(hub)
    status, said, heads, rings = thrown(hub, method=method, path=path, headers=headers, pieces=bodies)

    assert status is not None
    assert status < 500
    assert status != 202
    assert rings == []
    assert usual.hinted(hub) == before
    assert b"Traceback" not in said
    assert MARK not in caplog.text
    assert not [value for name, value in heads if name == b"location"]


@settings(derandomize=True, deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60), st.one_of(st.text(max_size=20), st.integers(0, 10**60).map(str)))
def test_with_proof_any_number_is_a_hint_or_nothing(hub, name, number):
    for event in ("ONCRMDEALUPDATE", name):
        with suppress(UnicodeEncodeError):
            body = usual.event(given=MARK, name=event, number=number)
            assert thrown(hub, pieces=[body])[0] == 202


@settings(derandomize=True, deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=9),
        lambda one: (
            st.lists(one)
            | st.dictionaries(
                st.sampled_from(["id", "journal", "notes", "details", "issue", "property", "prop_key"]), one
            )
        ),
        max_leaves=8,
    )
)
def test_with_a_signature_any_json_is_a_hint_or_nothing(hub, form):
    for data in (form, {"issue": form, "journal": form}, {"issue": {"id": 41}, "journal": {"id": 7, "details": form}}):
        body = json.dumps({"type": "issue.updated", "data": data}).encode()
        signature = b"sha256=" + hmac.new(MARK.encode(), body, hashlib.sha256).hexdigest().encode()
        headers = [(b"x-redmine-signature-256", signature)]

        assert thrown(hub, path="/hooks/tracker", headers=headers, pieces=[body])[0] == 202


@pytest.mark.parametrize("told", [b"9" * 5000, b"9" * 30, str(LARGEST + 1).encode()])
def test_a_length_that_cannot_be_is_too_large(hub, told):
    assert thrown(hub, headers=[(b"content-length", told)])[0] == 413


def test_a_body_that_never_ends_is_left(hub):
    assert thrown(hub, pieces=[b"a"], ends="silent")[0] == 408


def test_somebody_who_hangs_up_is_no_error_of_ours(hub):
    status, said, _, rings = thrown(hub, pieces=[b"a"], ends="gone")

    assert status in (None, 413)
    assert rings == []
    assert b"Traceback" not in said


def test_a_host_that_somebody_made_up_is_sent_nowhere(hub):
    status, _, heads, _ = thrown(hub, path="/hooks/crm/", headers=[(b"host", b"evil.test")])

    assert status == 404
    assert not [value for name, value in heads if name == b"location"]


@pytest.mark.parametrize("path", ["/hooks/crm", "/hooks/tracker"])
def test_proof_is_compared_in_constant_time(hub, path):
    """Whichever part of the proof is right, the comparison is hmac's."""
    called = []

    def watch(frame, event, function):
        if event == "c_call" and getattr(function, "__name__", "") == "compare_digest":
            called.append(function)

    sys.setprofile(watch)
    try:
        thrown(hub, path=path, pieces=[usual.event(given=MARK[:-1] + "x")])
    finally:
        sys.setprofile(None)

    assert called


@pytest.mark.parametrize("order", [(MARK, "guess"), (MARK, "guess", "more"), ("a", "b", "c")])
def test_tokens_that_are_guessed_by_the_dozen_in_one_event_are_one_guess(order):
    said = "&".join(f"auth%5Bapplication_token%5D={one}" for one in order)
    body = f"event=ONCRMDEALUPDATE&data%5BFIELDS%5D%5BID%5D=7&{said}".encode()

    with pytest.raises(AuthFailed):
        bitrix24_hints(body, token=MARK, system="crm")


def test_a_key_that_is_said_twice_points_at_one_record_and_at_no_other_than_was_signed():
    body = b'{"type": "issue.updated", "data": {"issue": {"id": 1}}, "data": {"issue": {"id": 2, "id": 3}}}'
    signature = "sha256=" + hmac.new(MARK.encode(), body, hashlib.sha256).hexdigest()

    hints = redmine_hints({"X-Redmine-Signature-256": signature}, body, secret=MARK, system="trk")

    assert [hint.id for hint in hints] == ["3"]
