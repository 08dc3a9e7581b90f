"""Who takes notices in tests: as much of a mail server, and of a chat's webhook, as it takes; on this machine."""

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, HTTPServer


class Taking:
    """What a server of these was given, message by message."""

    taken: list[bytes]


class MailServer(Taking, socketserver.TCPServer):
    """A mail server."""


class ChatServer(Taking, HTTPServer):
    """The webhook of a chat."""


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as it takes to be given one message."""

    server: MailServer

    def handle(self) -> None:
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

    server: ChatServer

    def do_POST(self) -> None:
        self.server.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def a_mail_server() -> Iterator[tuple[MailServer, int]]:
    """Give a mail server and its port."""
    with MailServer(("127.0.0.1", 0), Mailbox) as server, _serving(server):
        yield server, server.server_address[1]


@contextmanager
def a_chat() -> Iterator[tuple[ChatServer, int]]:
    """Give the webhook of a chat and its port."""
    with ChatServer(("127.0.0.1", 0), Chat) as server, _serving(server):
        yield server, server.server_address[1]


@contextmanager
def _serving(server: MailServer | ChatServer) -> Iterator[None]:
    server.taken = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def read(mail: bytes) -> tuple[str, str]:
    """Return the subject and the text of a mail."""
    message = email.message_from_bytes(mail)
    texts = [part.get_payload(decode=True) for part in message.walk() if part.get_content_maintype() == "text"]
    said = b"".join(text for text in texts if isinstance(text, bytes)).decode()
    return str(make_header(decode_header(message["Subject"]))), said
