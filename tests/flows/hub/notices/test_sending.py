"""Sending for real, to a mail server and a chat's webhook on this machine."""

import email
import json
import socketserver
import threading
from contextlib import contextmanager
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from flows.hub.notices import Notice
from flows.hub.notices.sending import send

NOTICE = Notice("Casehub: 1 entry for a person", "CASE-1 · срок\n  conflict, since вчера\n")


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as it takes to be given one message."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.taken.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


class Chat(BaseHTTPRequestHandler):
    """Takes what is posted."""

    def do_POST(self):
        self.server.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        """Says nothing."""


@contextmanager
def serving(kind, handler):
    with kind(("127.0.0.1", 0), handler) as server:
        server.taken = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server, server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.loopback
def test_a_mail_arrives_with_its_title_and_its_text():
    with serving(socketserver.TCPServer, Mailbox) as (server, port):
        address = f"mailto://127.0.0.1:{port}?from=hub@example.org&to=ann@example.org&mode=insecure"
        assert send(address, NOTICE) is True

    message = email.message_from_bytes(server.taken[0])
    parts = [part.get_payload(decode=True).decode() for part in message.walk() if part.get_content_maintype() == "text"]
    assert str(make_header(decode_header(message["Subject"]))) == NOTICE.title
    assert "CASE-1 · срок" in parts[0]


@pytest.mark.loopback
def test_a_webhook_of_a_chat_is_given_the_text():
    with serving(HTTPServer, Chat) as (server, port):
        assert send(f"json://127.0.0.1:{port}/hook", NOTICE) is True

    form = json.loads(server.taken[0])
    assert (form["title"], "CASE-1 · срок" in form["message"]) == (NOTICE.title, True)


@pytest.mark.loopback
def test_a_server_that_is_away_takes_nothing_and_nothing_is_said_of_its_address(caplog):
    with serving(HTTPServer, Chat) as (_, port):
        pass

    assert send(f"json://user:password@127.0.0.1:{port}/hook", NOTICE) is False
    assert "password" not in caplog.text


def test_an_address_of_no_known_service_takes_nothing():
    assert send("nonsense://", NOTICE) is False
