"""Redmine's addresses and pages, without any meaning: JSON goes in and comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from ..answers import Answer
from ..errors import Gone, Rejected, RetryLater, Stale
from ..http import Http

Row: TypeAlias = dict[str, Any]
"""Something of Redmine's as it sends it."""

LONGEST_REASON = 500


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
        return self._part(answer, "issue"), answer.began

    async def create(self, issue: Mapping[str, Any]) -> Row:
        """Make an issue and return it as Redmine shows it. Raises Rejected with Redmine's own words."""
        answer = await self._write("POST", "/issues.json", issue=issue)
        return self._part(answer, "issue")

    async def update(self, record_id: str, issue: Mapping[str, Any]) -> None:
        """Send changes; no error does not mean that they were carried out. Raises Gone, Rejected, Stale."""
        await self._write("PUT", f"/issues/{record_id}.json", issue=issue)

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

    async def _write(self, method: str, path: str, *, issue: Mapping[str, Any]) -> Answer:
        answer = await self._http.request(method, path, json={"issue": issue}, expect=frozenset({422}))
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
