"""A webhook is believed with its signature only, and says no more than which issue to look at."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest

from connectors.base import Hint
from connectors.errors import AuthFailed
from connectors.redmine.webhook import LARGEST, hints_of
from connectors.sandbox.webhooks import Target
from tests.connectors.redmine.children_world import SandboxChildren

SECRET = "общий секрет"
BODY = json.dumps({"type": "issue.updated", "data": {"issue": {"id": 41, "subject": "Пилот"}}}).encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Redmine-Signature-256": f"sha256={digest}"}


def test_a_signed_webhook_points_at_its_issue() -> None:
    assert hints_of(signed(BODY), BODY, secret=SECRET, system="трекер") == (Hint("issue", "41"),)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Redmine-Signature-256": ""},
        {"X-Redmine-Signature-256": "sha256=00"},
        signed(BODY, "другой"),
        signed(b"{}"),
    ],
)
def test_a_webhook_without_the_right_signature_is_not_believed(headers: dict[str, str]) -> None:
    with pytest.raises(AuthFailed, match="signature"):
        hints_of(headers, BODY, secret=SECRET, system="трекер")


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(AuthFailed):
        hints_of(signed(BODY, ""), BODY, secret="", system="трекер")


def test_a_webhook_beyond_the_cap_is_not_read() -> None:
    body = b" " * (LARGEST + 1)

    with pytest.raises(AuthFailed, match="larger"):
        hints_of(signed(body), body, secret=SECRET, system="трекер")


@pytest.mark.parametrize(
    "body",
    [
        b"not json", b"[]", b"7", b'{"type": "wiki_page.updated"}', b'{"type": "issue.updated", "data": 7}',
        b"[" * 50_000,
        b'{"type": "issue.updated", "data": {"issue": {"id": "41; drop"}}}', b'{"type": "issue.updated"}', b"\xff",
    ],
)  # fmt: skip
def test_what_points_at_no_issue_gives_no_hint(body: bytes) -> None:
    assert hints_of(signed(body), body, secret=SECRET, system="трекер") == ()


@pytest.mark.parametrize("kind", ["comment", "file"])
def test_a_webhook_of_redmine_7_points_at_a_new_comment_or_file(kind: str, tmp_path: Path) -> None:
    world = SandboxChildren("comment" if kind == "comment" else "file", tmp_path, version=7)
    world.redmine.webhooks.aim((Target("http://127.0.0.1:9/hook", SECRET),))
    parent = world.parent()
    child = world.add(parent, "Смета.txt")
    event = world.redmine.webhooks.last

    assert event is not None
    hints = hints_of(dict(event.headers), event.body, secret=SECRET, system="трекер")
    assert hints == (Hint("issue", parent[1]), Hint(kind, child))


def test_a_webhook_of_a_changed_field_points_at_no_comment(tmp_path: Path) -> None:
    world = SandboxChildren("comment", tmp_path, version=7)
    world.redmine.webhooks.aim((Target("http://127.0.0.1:9/hook", SECRET),))
    _, number = world.parent()
    world.send("PUT", f"/issues/{number}.json", {"issue": {"done_ratio": 10}})
    event = world.redmine.webhooks.last

    assert event is not None
    assert hints_of(dict(event.headers), event.body, secret=SECRET, system="трекер") == (Hint("issue", number),)


@pytest.mark.parametrize(
    "journal",
    [7, {"id": "1", "notes": "a"}, {"id": 1, "notes": None, "details": 7}, {"id": 1, "notes": " ", "details": [7]},
     {"details": [{"property": "attachment", "prop_key": "../1"}, {"property": "attr", "prop_key": "9"}]}],
)  # fmt: skip
def test_a_strange_journal_gives_no_more_than_its_issue(journal: object) -> None:
    body = json.dumps({"type": "issue.updated", "data": {"issue": {"id": 41}, "journal": journal}}).encode()

    assert hints_of(signed(body), body, secret=SECRET, system="трекер") == (Hint("issue", "41"),)
