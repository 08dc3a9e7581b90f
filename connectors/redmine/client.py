"""Redmine's addresses and pages, without any meaning: JSON goes in and comes out."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from ..answers import Answer
from ..body import Body
from ..errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater, Stale
from ..http import Http

Row: TypeAlias = dict[str, Any]
"""Something of Redmine's as it sends it."""

LONGEST_REASON = 500
BATCH = 100
LARGEST_FILE = 2**31
"""A content beyond this is refused rather than read for ever."""


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of a list. BEGAN is our clock when its request left."""

    rows: list[Row]
    total: int
    began: datetime


class RedmineClient:
    """The requests that the connector makes. Raises the errors of `Http`, and `Stale` and `Rejected` as below."""

    def __init__(self, http: Http, system: str) -> None:
        self._http = http
        self._system = system

    async def current_user(self) -> Row:
        """Whose key it is; anonymous visitors are answered 401, even where they may read issues."""
        answer = await self._http.get("/users/current.json", overhead=True)
        return self._part(answer, "user")

    async def issues(self, params: Mapping[str, str | int], *, overhead: bool = False) -> Rows:
        """One page of issues, closed ones too."""
        answer = await self._http.get("/issues.json", params={"status_id": "*", **params}, overhead=overhead)
        return self._rows(answer, "issues")

    async def issue(self, record_id: str, include: str = "") -> tuple[Row, datetime]:
        """One issue, and when its request left. Raises Gone, Rejected."""
        params = {"include": include} if include else None
        answer = await self._http.get(f"/issues/{record_id}.json", params=params)
        row = self._part(answer, "issue")
        if "relations" in include:
            row.setdefault("relations", [])  # where there are none, one issue is shown without them, a list with []
        return row, answer.began

    async def found(self, numbers: Sequence[str], include: str) -> dict[str, Row | Gone | Rejected]:
        """Rows by number, a hundred at a time; those that a list leaves out are asked for one by one, to know why."""
        met: dict[str, Row | Gone | Rejected] = {}
        for first in range(0, len(numbers), BATCH):
            batch = numbers[first : first + BATCH]
            page = await self.issues({"issue_id": ",".join(batch), "limit": BATCH, "include": include})
            met |= {str(row.get("id")): row for row in page.rows}
        return met | await self.each([number for number in numbers if number not in met], include)

    async def each(self, numbers: Iterable[str], include: str) -> dict[str, Row | Gone | Rejected]:
        """Issues one by one, as many at once as the limiter lets through. Raises AuthFailed, RetryLater."""

        async def one(number: str) -> Row | ConnectorError:
            try:
                return (await self.issue(number, include))[0]
            except ConnectorError as error:
                return error

        wanted = list(dict.fromkeys(numbers))
        answers = await asyncio.gather(*(one(number) for number in wanted))
        met: dict[str, Row | Gone | Rejected] = {}
        for number, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, AuthFailed | RetryLater | Stale):
                raise answer
            if isinstance(answer, dict | Gone | Rejected):
                met[number] = answer
        return met

    async def create(self, issue: Mapping[str, Any]) -> Row:
        """Make an issue and return it as Redmine shows it. Raises Rejected with Redmine's own words."""
        answer = await self._write("POST", "/issues.json", json={"issue": issue})
        return {"relations": [], **self._part(answer, "issue")}  # a new one has none, and its answer does not say so

    async def update(self, record_id: str, issue: Mapping[str, Any]) -> None:
        """Send changes; no error does not mean that they were carried out. Raises Gone, Rejected, Stale."""
        await self._write("PUT", f"/issues/{record_id}.json", json={"issue": issue})

    async def delete_issue(self, number: str) -> None:
        """With everything below it. Raises Gone, Rejected."""
        await self._write("DELETE", f"/issues/{number}.json")

    async def delete_file(self, number: str) -> None:
        await self._write("DELETE", f"/attachments/{number}.json")

    async def edit_note(self, number: str, journal: Mapping[str, Any]) -> None:
        """Change a note (Redmine 5.0 and newer); an empty one goes away. Raises Gone, Rejected."""
        await self._write("PUT", f"/journals/{number}.json", json={"journal": journal})

    async def upload(self, content: Body, params: Mapping[str, str]) -> Row:
        """Hand in a file, and return the ticket that attaches it. Sending it again leaves a ticket nobody uses."""
        answer = await self._write(
            "POST",
            "/uploads.json",
            params=params,
            content=content,
            headers={"Content-Type": "application/octet-stream"},
            repeatable=True,
        )
        return self._part(answer, "upload")

    def download(self, number: str) -> AsyncIterator[bytes]:
        """The content of an attachment, below our own address and not the one that Redmine believes to have."""
        return self._http.stream(f"/attachments/download/{number}", most=LARGEST_FILE)

    async def edit_file(self, number: str, attachment: Mapping[str, Any]) -> None:
        await self._write("PUT", f"/attachments/{number}.json", json={"attachment": attachment})

    async def relations(self, number: str) -> list[Row]:
        answer = await self._http.get(f"/issues/{number}/relations.json")
        return self._rows(answer, "relations").rows

    async def relate(self, number: str, other: str, *, kind: str) -> None:
        relation = {"issue_to_id": other, "relation_type": kind}
        await self._write("POST", f"/issues/{number}/relations.json", json={"relation": relation})

    async def unrelate(self, relation: str) -> None:
        """Take a relation away; one that is away already is as good."""
        await self._write("DELETE", f"/relations/{relation}.json", expect=frozenset({422, 404}))

    async def our_roles(self) -> dict[int, tuple[int, ...]]:
        """Project -> the roles that our account has in it, as a member."""
        answer = await self._http.get("/users/current.json", params={"include": "memberships"}, overhead=True)
        shown = self._part(answer, "user").get("memberships") or ()
        return {row["project"]["id"]: tuple(role["id"] for role in row["roles"]) for row in shown}

    async def permits(self, role: int) -> frozenset[str]:
        """What a role may do. Raises Gone, Rejected where roles are not shown."""
        shown = self._part(await self._http.get(f"/roles/{role}.json", overhead=True), "role")
        return frozenset(shown.get("permissions") or ())

    async def listed(self, path: str, name: str) -> list[Row]:
        """A whole dictionary, page by page. Raises Rejected where the account may not see it."""
        found: list[Row] = []
        while True:
            params = {"limit": 100, "offset": len(found)}
            page = self._rows(await self._http.get(path, params=params, overhead=True), name)
            found += page.rows
            if not page.rows or len(found) >= page.total:
                return found

    async def listed_if_allowed(self, path: str, name: str) -> list[Row] | None:
        """A dictionary that only some accounts may see; None for the others."""
        try:
            return await self.listed(path, name)
        except (Rejected, Gone):
            return None

    async def project(self, project: str) -> Row:
        """A project with what its issues may have. Raises Gone, Rejected."""
        params = {"include": "trackers,issue_categories,issue_custom_fields"}
        return self._part(await self._http.get(f"/projects/{project}.json", params=params, overhead=True), "project")

    async def _write(self, method: str, path: str, *, expect: frozenset[int] = frozenset({422}), **sent: Any) -> Answer:
        answer = await self._http.request(method, path, expect=expect, **sent)
        if answer.status != 422:
            return answer
        errors = answer.object().get("errors")
        if errors == []:  # a stale lock_version is told by an empty list
            raise Stale(f"{answer.request} answered 422; pull it again before writing", system=self._system)
        words = [word for word in errors if isinstance(word, str)] if isinstance(errors, list) else []
        reason = "; ".join(words)[:LONGEST_REASON]
        raise Rejected(f"{answer.request} answered 422; what it refuses is parked", system=self._system, reason=reason)

    def _part(self, answer: Answer, name: str) -> Row:
        part = answer.object().get(name)
        if not isinstance(part, dict):
            raise self._unexpected(answer)
        return part

    def _rows(self, answer: Answer, name: str) -> Rows:
        found = answer.object()
        rows = found.get(name)
        total = found.get("total_count", len(rows) if isinstance(rows, list) else None)
        if not isinstance(rows, list) or not isinstance(total, int):
            raise self._unexpected(answer)
        return Rows([row if isinstance(row, dict) else {} for row in rows], total, answer.began)

    def _unexpected(self, answer: Answer) -> RetryLater:
        text = f"{answer.request} answered {answer.status} without what was asked for; is the address right?"
        return RetryLater(text, system=self._system, sent=not answer.reading)
