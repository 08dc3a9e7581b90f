"""
What the audit keeps of a request, in words.

It keeps the path, and of acts (`web.acts`), which are all sent to one, a path for each that says what was done with
which case. What a path tells is said in the language of whoever reads it; what fits no form is shown as it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from fastapi import Request
from starlette.types import Scope

from flows.hub.acting import Again, Deed, Give, Leave, Match, Part, Same
from state.audit import Audited

from .languages import later

API = r"(?:/api/v1)?"
BY = " by token "
TELLS_ITSELF = re.compile(r"/login.*|/logout|/accounts(?:/.+)?|/me/password|/me/tokens(?:/[^/]+/drop)?", re.DOTALL)
"""Whose use cases write a line of their own when they have done it."""
CHANGES_NOTHING = re.compile(rf"/acts/look|{API}/acts/preview|/cases/[^/]+/(?:edit/[^/]+|link)")
"""Shows what an act would bring about."""

FORMS: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", form)), text)
    for form, text in (
        ("/acts/give/{case}/{fact}", later("changed a fact")),
        ("/acts/settle/{case}/{fact}", later("settled a conflict")),
        ("/acts/again/{case}/{fact}", later("had it tried again")),
        ("/acts/again/{case}", later("had it tried again")),
        ("/acts/again", later("had it tried again")),
        ("/acts/leave/{case}/{fact}", later("left it as it is")),
        ("/acts/leave/{case}", later("left it as it is")),
        ("/acts/leave", later("left it as it is")),
        ("/acts/match/{case}/{system}/{record}", later("linked a record")),
        ("/acts/part/{case}/{system}", later("took a record off its case")),
        ("/acts/same/{system}/{who}/{person}", later("said who somebody is")),
        ("/acts/same/{system}/{who}", later("said who somebody is")),
        (f"{API}/acts", later("acted on cases")),
        ("/acts/look", later("looked at what an act would do")),
        (f"{API}/acts/preview", later("looked at what an act would do")),
        ("/cases/{case}/edit/{fact}", later("looked at what an act would do")),
        ("/cases/{case}/link", later("looked at what an act would do")),
        (f"{API}/cases/{{case}}/notes", later("added a note")),
        (f"{API}/runs/{{run}}/undo", later("undid a run")),
        (f"{API}/syncs/{{sync}}/start", later("started a pass")),
        (f"{API}/syncs/{{sync}}/pause", later("paused a sync")),
        (f"{API}/syncs/{{sync}}/resume", later("resumed a sync")),
        ("/me/password", later("changed a password")),
        ("/me/tokens", later("made a token")),
        ("/me/tokens/[^/]+/drop", later("dropped a token")),
        ("/me/sessions/end", later("signed out everywhere")),
        ("/accounts", later("made an account")),
        ("/accounts/units", later("changed a unit")),
        ("/accounts/{login}/link", later("made a link")),
        ("/accounts/{login}", later("changed an account")),
        ("/login(?:/.*)?", later("signed in")),
        ("/logout", later("signed out")),
        ("/language", later("chose a language")),
    )
)
ENDS: Mapping[str, str] = {
    "400": later("not accepted"),
    "403": later("not allowed"),
    "404": later("not found"),
    "409": later("it had moved meanwhile"),
    "413": later("too large"),
    "422": later("not accepted"),
    "429": later("too often"),
    "502": later("a system refused it"),
    "503": later("the hub was busy"),
}
FAILED = later("failed")


@dataclass(frozen=True, slots=True)
class Told:
    """WHAT was done (a text of the catalogues), how it ENDED if not well (another one), and the NAMES in its path."""

    what: str
    ended: str
    names: Mapping[str, str]
    token: str


def told(entry: Audited) -> Told | None:
    """Return in words what an entry keeps of a request; None where it keeps something else, or a path of no form."""
    request, _by, token = entry.what.partition(BY)
    method, _space, path = request.partition(" ")
    if not path.startswith("/") or method != "POST":
        return None
    for form, text in FORMS:
        match = form.fullmatch(path)
        if match:
            names = {name: unquote(value) for name, value in match.groupdict().items()}
            return Told(text, _ended(entry.about), names, token)
    return None


def _ended(status: str) -> str:
    return "" if status < "400" else ENDS.get(status, FAILED)


# --- what a request leaves --------------------------------------------------------------------------------------------


def called(deed: Deed, case: str = "", fact: str = "", *, settles: bool = False) -> str:
    """Return an act as a path; CASE and FACT are those of the entry that it is about, where it names only that."""
    match deed:
        case Give(key, given):
            parts = ["settle" if settles else "give", key, given]
        case Again():
            parts = ["again", case, fact]
        case Leave():
            parts = ["leave", case, fact]
        case Match(key, system, record):
            parts = ["match", key, system, record]
        case Part(key, system):
            parts = ["part", key, system]
        case Same(system, word, person):
            parts = ["same", system, word, person]
    return "/".join(["/acts", *(part.replace("%", "%25").replace("/", "%2F") for part in parts if part)])


def tried(request: Request, *deeds: str) -> None:
    """Have the audit name *deeds*, acts as paths, should the request end otherwise than well."""
    request.state.tried = deeds


def made(request: Request, deed: str) -> None:
    """Have the audit keep *deed*, an act as a path, as done."""
    request.state.made = [*getattr(request.state, "made", ()), deed]


def done_before(request: Request) -> int:
    """Return how many acts of the request are done."""
    return len(getattr(request.state, "made", ()))


def ended(request: Request, status: int) -> None:
    """Have the audit keep that the request ended with STATUS, whatever its answer says."""
    request.state.ended = status


def left(scope: Scope, status: int) -> list[tuple[str, int]]:
    """Return what the audit keeps of a request that was answered with STATUS: paths, and how each ended."""
    state: Mapping[str, Any] = scope.get("state", {})
    path = str(scope["path"])
    status = state.get("ended", status)
    done = [(one, 200) for one in state.get("made", ())]
    if status >= 400:
        return [*done, *((one, status) for one in state.get("tried", (path,)))]
    quiet = done or CHANGES_NOTHING.fullmatch(path) or TELLS_ITSELF.fullmatch(path)
    return done if quiet else [(path, status)]
