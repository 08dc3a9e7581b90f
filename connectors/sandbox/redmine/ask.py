"""One request of the REST interface, as its routes need it, and the ways to say no."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..wire import Answer, Request, html_answer, json_answer, nested
from .installation import Installation
from .model import Project, User

NOTHING = Answer(204)
MISSING = Answer(404)


class Refused(Exception):
    """A request that ends here, with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.status))
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Ask:
    """PARTS of the path without its ending; PARAMS of query and body, the body's stronger; BASE is our address."""

    request: Request
    office: Installation
    user: User
    parts: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    base: str = ""

    def text(self, name: str) -> str:
        """Return a parameter of the query as text, "" where there is none."""
        value = self.params.get(name, "")
        return value if isinstance(value, str) else ""

    def form(self, name: str) -> dict[str, Any]:
        """Return what the body has under its one name; nothing where it has no such name."""
        found = self.params.get(name)
        return dict(found) if isinstance(found, Mapping) else {}

    @property
    def include(self) -> tuple[str, ...]:
        return tuple(each.strip() for each in self.text("include").split(","))

    def window(self) -> tuple[int, int]:
        """Return offset and limit: 25 unless told, cut to 100 without a word."""
        limit = _whole(self.params.get("limit"))
        limit = 25 if limit < 1 else min(limit, 100)
        if "offset" in self.params:
            return max(_whole(self.params["offset"]), 0), limit
        return (max(_whole(self.params.get("page")), 1) - 1) * limit, limit

    def denied(self) -> Refused:
        """The caller may not: 403, or 401 for somebody who could log in first."""
        return Refused(Answer(403)) if self.user.logged else Refused(unauthorised())

    def need_admin(self) -> None:
        if not self.user.admin:
            raise self.denied()

    def project(self, name: str) -> Project:
        """Return a project that the caller sees. Raises Refused: 404, 403."""
        found = self.office.project(name)
        if found is None:
            raise Refused(MISSING)
        if not self.office.sees_project(self.user, found):
            raise self.denied()
        return found

    def need(self, permit: str, project: Project) -> None:
        if not self.office.may(self.user, permit, project):
            raise self.denied()


def unauthorised() -> Answer:
    return Answer(401, b"", (("www-authenticate", 'Basic realm="Redmine API"'),))


def invalid(sentences: list[str]) -> Refused:
    return Refused(json_answer({"errors": sentences}, 422))


def params_of(request: Request) -> dict[str, Any]:
    """Read query and body; a body of another kind than JSON or form is not looked at. Raises Refused on broken JSON."""
    params = nested(request.pairs())
    if request.content_type != "application/json":
        return {**params, **nested(request.form())}
    if not request.body.strip():
        return params
    try:
        sent = json.loads(request.body)
    except ValueError:
        raise Refused(html_answer("<h1>400 Bad Request</h1>", 400)) from None
    return {**params, **sent} if isinstance(sent, dict) else params


def paged(ask: Ask, name: str, rows: list[Any]) -> Answer:
    """Return one page of rows under their name."""
    offset, limit = ask.window()
    page = {name: rows[offset : offset + limit], "total_count": len(rows), "offset": offset, "limit": limit}
    return json_answer(page)


def with_etag(answer: Answer, request: Request) -> Answer:
    """Add the weak digest that reads carry; a reader that has it already is told so."""
    if request.method != "GET" or answer.status != 200:
        return answer
    etag = f'W/"{hashlib.md5(answer.body, usedforsecurity=False).hexdigest()}"'
    if request.headers.get("if-none-match") == etag:
        return Answer(304, b"", (("etag", etag),))
    return answer.with_header("etag", etag)


def _whole(value: Any) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0
