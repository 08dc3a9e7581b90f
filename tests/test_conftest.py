import asyncio
import http.server
import os
import socket
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import settings

OFF = "the network is off here"


@pytest.fixture
def server() -> Iterator[str]:
    """A server of the test's own on loopback, and its address."""

    class Quiet(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}/"
        httpd.shutdown()
        thread.join()


def test_a_socket_reaches_nobody() -> None:
    with socket.socket() as link, pytest.raises(RuntimeError, match=OFF):
        link.connect(("192.0.2.1", 80))


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(RuntimeError, match=OFF):
        socket.getaddrinfo("example.org", 443)


def test_a_library_reaches_nobody() -> None:
    with pytest.raises(RuntimeError, match=OFF):
        httpx.get("https://192.0.2.1/", trust_env=False)


def test_a_datagram_is_not_sent() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as link, pytest.raises(RuntimeError, match=OFF):
        link.sendto(b"?", ("192.0.2.1", 53))


@pytest.mark.asyncio
async def test_a_loop_reaches_nobody() -> None:
    with pytest.raises(RuntimeError, match=OFF):
        await asyncio.open_connection("192.0.2.1", 80)


def test_this_machine_is_out_of_reach_without_the_mark(server: str) -> None:
    with pytest.raises(RuntimeError, match=OFF):
        urllib.request.urlopen(server)  # noqa: S310  # the address is the fixture's


@pytest.mark.loopback
def test_this_machine_is_in_reach_with_the_mark(server: str) -> None:
    with urllib.request.urlopen(server) as answer:  # noqa: S310  # the address is the fixture's
        assert answer.status == 204


@pytest.mark.loopback
def test_the_mark_opens_nothing_beyond_this_machine() -> None:
    with socket.socket() as link, pytest.raises(RuntimeError, match=OFF):
        link.connect(("192.0.2.1", 80))


def test_a_local_socket_is_no_network(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as link:
        listening.bind(path)
        listening.listen()

        link.connect(path)

        assert link.getpeername() == path


def test_examples_are_the_same_in_every_run() -> None:
    assert settings().derandomize
    assert settings().database is None


def test_prefect_does_not_touch_the_home_folder() -> None:
    assert Path.home() not in Path(os.environ["PREFECT_HOME"]).parents
