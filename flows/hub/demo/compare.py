"""
Do a deal and its issue say the same? Judged from what plain GETs show, by a table of its own.

Nothing of the hub is asked: no mapping, no connector, no database. A pair is a pair because the records point at each
other.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from .systems import COMPANY, Row, Systems

LINK = "ufCrm_1690000010"
"""The deal's own field that holds the address of its issue."""
STATUSES: Mapping[str, frozenset[str]] = {
    "C3:NEW": frozenset({"New"}),
    "C3:PREPARATION": frozenset({"New"}),
    "C3:EXECUTING": frozenset({"In Progress"}),
    "C3:PREPAYMENT_INVOICE": frozenset({"In Progress"}),
    "C3:FINAL_INVOICE": frozenset({"In Progress"}),
    "C3:DEFENCE": frozenset({"Resolved", "Feedback"}),
    "C3:WON": frozenset({"Closed"}),
    "C3:LOSE": frozenset({"Rejected"}),
    "C3:APOLOGY": frozenset({"Rejected"}),
}
"""Which statuses of the tracker say the same as a stage of the CRM."""
MARKS = re.compile(r"\[/?(?:\*|[a-z]+(?:=[^\]]*)?)\]|^h[1-6]\. |_", re.IGNORECASE | re.MULTILINE)
"""Markup of either side that has letters in it, or is taken for one."""


@dataclass(frozen=True)
class Line:
    """One fact as both records show it, in their own words."""

    fact: str
    deal: str
    issue: str
    agrees: bool


@dataclass(frozen=True)
class Pair:
    """A deal and the issue that it and that point at each other."""

    deal: int
    issue: int
    title: str
    lines: tuple[Line, ...]

    @property
    def agrees(self) -> bool:
        return all(line.agrees for line in self.lines)


@dataclass(frozen=True)
class Comparison:
    """All pairs in the order of the deals, and records that have no other half."""

    pairs: tuple[Pair, ...]
    lone: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return not self.lone and all(pair.agrees for pair in self.pairs)

    def differing(self) -> list[str]:
        """Return what differs, a line each."""
        told = [
            f"deal {pair.deal} and issue #{pair.issue} differ in {line.fact}: {line.deal} · {line.issue}"
            for pair in self.pairs
            for line in pair.lines
            if not line.agrees
        ]
        return [*told, *self.lone]


@dataclass(frozen=True)
class Reader:
    """Reads facts of the rows of both systems. FIRMS and PEOPLE are the CRM's, by number."""

    firms: Mapping[int, str]
    people: Mapping[int, str]
    deal_page: Callable[[int], str]
    issue_page: Callable[[int], str]

    def pair(self, deal: Row, issue: Row) -> Pair:
        """Hold a deal against an issue, fact by fact."""
        return Pair(int(deal["id"]), int(issue["id"]), str(deal["title"]), tuple(self._lines(deal, issue)))

    def _lines(self, deal: Row, issue: Row) -> Iterable[Line]:
        custom = {row["name"]: row.get("value") for row in issue["custom_fields"]}
        owner, person = deal["assignedById"], (issue.get("assigned_to") or {}).get("name")
        status, stage = issue["status"]["name"], str(deal["stageId"])
        firm = deal["companyId"]
        texts = (deal["comments"] or "", issue["description"] or "")
        here, there = self.deal_page(int(deal["id"])), self.issue_page(int(issue["id"]))
        yield _line("title", ("title", deal["title"]), ("subject", issue["subject"]))
        yield Line(
            "amount",
            f"opportunity: {_raw(deal['opportunity'])} {deal['currencyId']}",
            f"Amount: {_raw(custom.get('Amount'))}",
            deal["currencyId"] == "RUB" and _number(deal["opportunity"]) == _number(custom.get("Amount")),
        )
        yield Line(
            "client",
            f"companyId: {firm} {_raw(self.firms.get(firm))}",
            f"Client: {_raw(custom.get('Client'))}",
            self.firms.get(firm) == custom.get("Client"),
        )
        agrees = status in STATUSES.get(stage, frozenset())
        yield Line("stage", f"stageId: {_raw(stage)}", f"status: {_raw(status)}", agrees)
        day = str(deal["closedate"] or "")[:10]
        yield Line(
            "due date",
            f"closedate: {_raw(deal['closedate'])}",
            f"due_date: {_raw(issue['due_date'])}",
            day == (issue["due_date"] or ""),
        )
        yield Line(
            "owner",
            f"assignedById: {owner} {_raw(self.people.get(owner))}",
            f"assigned_to: {_raw(person)}",
            self.people.get(owner) == person,
        )
        yield Line(
            "description",
            f"comments: {_raw(texts[0])}",
            f"description: {_raw(texts[1])}",
            words(texts[0]) == words(texts[1]),
        )
        points = deal[LINK] == there and custom.get("Deal") == here
        yield Line("link", f"{LINK}: {_raw(deal[LINK])}", f"Deal: {_raw(custom.get('Deal'))}", points)


def _line(fact: str, deal: tuple[str, Any], issue: tuple[str, Any]) -> Line:
    here, there = (f"{name}: {_raw(value)}" for name, value in (deal, issue))
    return Line(fact, here, there, deal[1] == issue[1])


def _raw(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def words(text: str) -> list[str]:
    """Return the words of a text without its markup, whichever it is."""
    return re.findall(r"\w+", MARKS.sub(" ", text))


def compare(systems: Systems, *, closely: Iterable[int] = ()) -> Comparison:
    """Compare all deals with all issues; those of the numbers CLOSELY are fetched one by one, as `curl` would."""
    firms = {int(row["id"]): str(row["title"]) for row in systems.items(COMPANY)}
    people = {int(row["ID"]): f"{row['NAME']} {row['LAST_NAME']}".strip() for row in systems.users()}
    reader = Reader(firms, people, systems.deal_page, systems.issue_page)
    deals = {int(row["id"]): row for row in systems.deals()}
    issues = {systems.issue_page(int(row["id"])): row for row in systems.issues()}
    deals |= {number: systems.deal(number) for number in closely}
    pairs, lone = [], []
    for number, deal in sorted(deals.items()):
        issue = issues.pop(deal[LINK], None) if deal[LINK] else None
        if issue is None:
            lone.append(f"deal {number} points at no issue: {_raw(deal[LINK])}")
            continue
        if number in closely:
            issue = systems.issue(int(issue["id"]))
        pairs.append(reader.pair(deal, issue))
    lone += [f"{address} belongs to no deal" for address in issues]
    return Comparison(tuple(pairs), tuple(lone))
