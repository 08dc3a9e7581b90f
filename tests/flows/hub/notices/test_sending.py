"""Sending for real, to a mail server and a chat's webhook on this machine."""

import json

import pytest

from flows.hub.notices import Notice
from flows.hub.notices.sending import send
from tests.notice_builders import a_chat, a_mail_server, read

NOTICE = Notice("Casehub: 1 entry for a person", "CASE-1 · срок\n  conflict, since вчера\n")


@pytest.mark.loopback
def test_a_mail_arrives_with_its_title_and_its_text():
    with a_mail_server() as (server, port):
        address = f"mailto://127.0.0.1:{port}?from=hub@example.org&to=ann@example.org&mode=insecure"
        assert send(address, NOTICE) is True

    title, text = read(server.taken[0])
    assert title == NOTICE.title
    assert "CASE-1 · срок" in text


@pytest.mark.loopback
def test_a_webhook_of_a_chat_is_given_the_text():
    with a_chat() as (server, port):
        assert send(f"json://127.0.0.1:{port}/hook", NOTICE) is True

    form = json.loads(server.taken[0])
    assert (form["title"], "CASE-1 · срок" in form["message"]) == (NOTICE.title, True)


@pytest.mark.loopback
def test_a_server_that_is_away_takes_nothing_and_nothing_is_said_of_its_address(caplog):
    with a_chat() as (_, port):
        pass

    assert send(f"json://user:password@127.0.0.1:{port}/hook", NOTICE) is False
    assert "password" not in caplog.text


def test_an_address_of_no_known_service_takes_nothing():
    assert send("nonsense://", NOTICE) is False
