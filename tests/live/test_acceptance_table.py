"""Field × policy × expected, on a real Tryton and a real Redmine, checked by plain requests to both."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.live.live_hub import LiveHub, both
from tests.live.plain import PlainRedmine
from tests.live.plain_tryton import PlainTryton

ROWS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "acceptance.yaml").read_text(encoding="utf-8"))
TEXT = "Первая строка\n\nВторая строка\n\nТретья строка"


@dataclass(frozen=True)
class Pair:
    """A deal and its issue."""

    deal: int
    issue: int


@dataclass(frozen=True)
class Stage:
    """Both servers, the hub between them, and the pair of each row."""

    hub: LiveHub
    tryton: PlainTryton
    redmine: PlainRedmine
    parties: Mapping[str, int]
    pairs: Mapping[str, Pair]

    def change(self, row: Mapping[str, Any], pair: Pair) -> None:
        """Do what the people of *row* do."""
        if "tryton" in row:
            self.tryton.write(pair.deal, **{place: self._for_tryton(place, v) for place, v in row["tryton"].items()})
        for button in row.get("press", ()):
            self.tryton.press(button, pair.deal)
        if "redmine" in row:
            assert self.redmine.update(pair.issue, **self._for_redmine(row["redmine"])) == 204

    def _for_tryton(self, place: str, value: Any) -> Any:
        if place == "party":
            return self.parties[value]
        if place == "employee":
            return int(self.tryton.env[f"EMPLOYEE_{value}_ID"])
        if place == "amount":
            return {"__class__": "Decimal", "decimal": value}
        if place == "end_date" and value:
            year, month, day = map(int, value.split("-"))
            return {"__class__": "date", "year": year, "month": month, "day": day}
        return value

    def _for_redmine(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        sent = {place: value for place, value in fields.items() if place not in ("custom_fields", "status")}
        if "status" in fields:
            sent["status_id"] = self.redmine.env[f"STATUS_{fields['status']}"]
        listed = fields.get("custom_fields", {})
        return {
            **sent,
            "custom_fields": [one for name, value in listed.items() for one in self.redmine.field(name, value)],
        }

    def shown(self, pair: Pair) -> dict[str, dict[str, Any]]:
        """What both servers show of *pair*, fact by fact, in comparable words."""
        deal = self.tryton.opportunity(
            pair.deal, "description", "amount", "party.name", "end_date", "employee", "comment", "state", "lost_reason"
        )
        issue = self.redmine.issue(pair.issue)
        assert deal is not None
        assert issue is not None
        custom = {field["id"]: field["value"] for field in issue["custom_fields"]}
        env = self.redmine.env
        return {
            "title": {"tryton": deal["description"], "redmine": issue["subject"]},
            "amount": {
                "tryton": f"{float(deal['amount']['decimal']):.2f}",
                "redmine": f"{float(custom[int(env['CF_AMOUNT'])]):.2f}",
            },
            "client": {"tryton": deal["party."]["name"], "redmine": custom[int(env["CF_CLIENT"])]},
            "closes_on": {"tryton": _day(deal["end_date"]), "redmine": issue.get("due_date")},
            "description": {"tryton": deal["comment"], "redmine": issue["description"].replace("\r\n", "\n")},
            "labels": {
                "tryton": sorted(filter(None, (deal["lost_reason"] or "").split(","))),
                "redmine": sorted(custom[int(env["CF_LABELS"])]),
            },
            "owner": {
                "tryton": deal["employee"],
                "redmine": issue.get("assigned_to", {}).get("id"),
            },
            "state": {"tryton": deal["state"]},
            "status": {"redmine": issue["status"]["id"]},
        }


def _day(value: Any) -> str | None:
    return f"{value['year']:04}-{value['month']:02}-{value['day']:02}" if value else None


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with both(tmp_path_factory.mktemp("hub")) as (hub, tryton, redmine):
        yield play(hub, tryton, redmine)


def play(hub, tryton, redmine):
    """A deal and an issue for each row, alike; then what its people do, and the pass after that."""
    romashka, acme = tryton.create_parties("ООО «Ромашка»", "ACME Ltd")
    deals = tryton.create(
        *(
            {
                "description": row["name"],
                "party": romashka,
                "amount": {"__class__": "Decimal", "decimal": "150000.50"},
                "end_date": {"__class__": "date", "year": 2027, "month": 1, "day": 15},
                "comment": TEXT,
            }
            for row in ROWS
        )
    )
    hub.sync()
    by_deal = {deal: hub.case_of("crm", "opportunity", deal) for deal in deals}
    issues = {
        deal: next(int(link.external_id) for link in whole.links if link.system == "tracker")
        for deal, whole in by_deal.items()
    }
    pairs = {row["name"]: Pair(deal, issues[deal]) for row, deal in zip(ROWS, deals, strict=True)}
    made = Stage(hub, tryton, redmine, {"ACME": acme}, pairs)
    for row in ROWS:
        made.change(row, pairs[row["name"]])
    hub.sync()
    return made


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_both_sides_show_what_the_policy_says(stage, row):
    pair = stage.pairs[row["name"]]

    shown = stage.shown(pair)
    whole = stage.hub.case_of("crm", "opportunity", pair.deal)
    listed = {entry.field: entry.code for entry in stage.hub.attention(whole.entity.id)}

    for fact, expected in row.get("shown", {}).items():
        if fact == "stage":
            assert whole.entity.facts["stage"].value == expected
        elif fact == "status":
            assert shown["status"]["redmine"] == int(stage.redmine.env[f"STATUS_{expected}"])
        elif fact == "owner":
            assert shown["owner"] == {
                "tryton": int(stage.tryton.env[f"EMPLOYEE_{expected}_ID"]),
                "redmine": int(stage.redmine.env[f"USER_{expected}_ID"]),
            }
        elif isinstance(expected, dict):
            assert shown[fact] == expected
        else:
            assert set(map(str, shown[fact].values())) == {str(expected)}
    assert listed == row.get("attention", {})
