"""Opening the page: only where somebody looks on, and never in anybody's way."""

import io
import webbrowser

import pytest

from flows.cli.browser import here, show, somebody_looks_on

ADDRESS = "http://127.0.0.1:8080/login/link/x"


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("out", "environment", "platform", "is_so"),
    [
        (Screen(), {"DISPLAY": ":0"}, "linux", True),
        (Screen(), {"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        (Screen(), {}, "darwin", True),
        (Screen(), {}, "linux", False),
        (Screen(), {"DISPLAY": ""}, "linux", False),
        (Screen(), {"DISPLAY": ":0", "CI": "true"}, "linux", False),
        (io.StringIO(), {"DISPLAY": ":0"}, "linux", False),
        (io.StringIO(), {}, "darwin", False),
    ],
)
def test_the_page_opens_where_a_person_sits_in_front_of_a_screen(out, environment, platform, is_so):
    opened = []

    opening = show(ADDRESS, out=out, environment=environment, platform=platform, opens=opened.append)
    if opening:
        opening.join()

    assert somebody_looks_on(out, environment, platform) is is_so
    assert opened == [ADDRESS] * is_so


@pytest.mark.parametrize("error", [OSError("no such program"), webbrowser.Error("no browser")])
def test_a_browser_that_cannot_be_started_is_in_nobodys_way(error):
    def opens(address):
        raise error

    opening = show(ADDRESS, out=Screen(), environment={"DISPLAY": ":0"}, platform="linux", opens=opens)

    assert opening is not None
    opening.join()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104  # told apart, not listened on
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("hub", "http://hub:80"),
    ],
)
def test_what_listens_everywhere_is_found_on_this_machine(host, address):
    assert here(host, 80) == address
