"""Which pages there are, and how a browser comes to each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from playwright.sync_api import Page

from state import attention, runs

from .broken import BROKEN
from .life import SHOWN, TORN
from .world import World

ADMIN, MANAGER, NOBODY, STRANGER = "anna@example.com", "petr@example.com", "nobody@example.com", ""


@dataclass(frozen=True)
class Shot:
    """A page called NAME, at PATH, as WHO sees it ("" has not signed in); THEN is what is done there first."""

    name: str
    path: str
    who: str = ADMIN
    then: Callable[[Page], None] | None = None
    status: int = 200
    whole: bool = True
    """Whether the picture shows the page down to its end; a sheet lies over what is seen of it."""


def shots(world: World) -> Sequence[Shot]:
    """Return every page of the hub, the empty ones and the errors too."""
    case, torn = f"/cases/{world.key_of(SHOWN)}", f"/cases/{world.key_of(TORN)}"
    return (
        Shot("login", "/login", STRANGER),
        Shot("login-wrong", "/login", STRANGER, _wrong_password),
        Shot("link", "/login/link/nothing", STRANGER),
        Shot("cases", "/cases"),
        Shot("cases-all", "/cases?outcome=all&sort=amount"),
        Shot("cases-none", f"/cases?q={quote('ничего такого')}"),
        Shot("cases-empty", "/cases", NOBODY),
        Shot("case", case),
        Shot("case-sides", case, then=_open_sides),
        Shot("case-conflict", torn),
        Shot("edit", f"{case}/edit/amount"),
        Shot("edit-sheet", case, then=_edit, whole=False),
        Shot("preview", case, then=_preview, whole=False),
        Shot("board", "/board"),
        Shot("board-empty", "/board", NOBODY),
        Shot("attention", "/attention"),
        Shot("attention-empty", "/attention", NOBODY),
        Shot("search", f"/search?q={quote('интеграция')}"),
        Shot("search-none", f"/search?q={quote('ничегошеньки')}"),
        Shot("search-asked", "/search"),
        Shot("me", "/me"),
        Shot("token", "/me", MANAGER, _make_token),
        Shot("api", "/api"),
        *_of_admins(world),
        Shot("not-for-you", "/accounts", MANAGER, status=403),
        Shot("not-found", "/cases/CASE-999999", status=404),
        Shot("broken", BROKEN, status=500),
    )


def _of_admins(world: World) -> Sequence[Shot]:
    with world.installation() as hub:
        _first, wrote, *_ = (run.id for run in reversed(runs.runs(hub.store)) if run.counts.get("updated"))
        asked = attention.parked_fields(hub.store, limit=500)
    [who] = (one for one in asked if one.code == "unknown person" and not one.entity)
    [whose] = (one for one in asked if one.code == "unlinked")
    return (
        Shot("runs", "/runs"),
        Shot("run", f"/runs/{wrote}"),
        Shot("undo", f"/runs/{wrote}/undo"),
        Shot("systems", "/systems"),
        Shot("accounts", "/accounts"),
        Shot("account", f"/accounts/{quote(MANAGER)}"),
        Shot("audit", "/accounts/audit"),
        Shot("who", f"/who?system={who.system}&id={quote(who.record)}"),
        Shot("whose", f"/whose?system={whose.system}&kind={whose.kind}&record={whose.record}"),
    )


def _wrong_password(page: Page) -> None:
    page.fill("input[name=login]", "anna@example.com")
    page.fill("input[name=password]", "не тот")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]:not([hidden])")


def _make_token(page: Page) -> None:
    page.fill("#f-name", "Отчёты в Excel")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=status] pre")


def _open_sides(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


def _edit(page: Page) -> None:
    page.click("a.edit[href$='/edit/stage']")
    page.wait_for_selector("#sheet #f-text:focus")


def _preview(page: Page) -> None:
    page.click("a.edit[href$='/edit/amount']")
    page.wait_for_selector("#sheet #f-text:focus")  # then the sheet is settled
    page.fill("#sheet #f-text", "1 400 000")
    page.keyboard.press("Enter")
    page.wait_for_selector("#sheet .act ~ p button:focus")
