"""Opening the page for whoever sits in front of the terminal."""

import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Annotated, TextIO

import typer

NoOpen = Annotated[bool, typer.Option("--no-open", help="Do not open the page in the browser.")]
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # told apart, not listened on
"""What a process listens on that takes whoever comes, and where a browser of this machine finds it."""


def somebody_looks_on(out: TextIO, environment: Mapping[str, str], platform: str) -> bool:
    """Say whether OUT is a terminal on a machine with a screen, and no build server's."""
    has_screen = platform == "darwin" or any(environment.get(name) for name in SCREENS)
    return out.isatty() and has_screen and not environment.get("CI")


def show(
    address: str,
    *,
    out: TextIO | None = None,
    environment: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
    opens: Callable[[str], object] | None = None,
) -> threading.Thread | None:
    """
    Open ADDRESS where somebody looks on, with OPENS; return what does so, None where nobody does.

    Nothing waits for it: a browser that shows itself in the terminal, or hangs, stops nobody. Where none can be started
    the address has been printed, and that is all.
    """
    if not somebody_looks_on(out or sys.stdout, environment, platform):
        return None
    opening = threading.Thread(target=_open, args=(opens, address), daemon=True)
    opening.start()
    return opening


def _open(opens: Callable[[str], object] | None, address: str) -> None:
    import webbrowser

    try:
        (opens or webbrowser.open)(address)
    except (OSError, webbrowser.Error):
        return  # the address stands in the terminal


def here(host: str, port: int) -> str:
    """Return where a browser of this machine finds what listens on HOST."""
    from flows.up import page_at

    return page_at(ANY_ADDRESS.get(host, host), port)
