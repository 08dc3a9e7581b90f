"""Work items in a real Redmine that are not below an issue: of a case without an issue of its own, told by its key."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from connectors.trust import NOBODY
from mappings.exchange import Place
from state.store import utc_now
from tests.hub_builders import CRM, a_deal, a_hub
from tests.kinds_builders import kinds_of, those
from tests.live.plain import live
from tests.live.test_items import HUB, Mixed, a_project, quiet

ISSUE = """
system: трекер
kind: issue
entity: item
extends: redmine/item
under: {{at: "{key}"}}
marker: "{marker}"
match: [{{same: title}}]
fields:
  title: {{at: subject}}
  blocked: {{at: "{blocked}", as: bool, true_is: "1", false_is: "0"}}
  block_reason: {{at: "{reason}"}}
  order: {{at: "{order}", as: number}}
"""
TASK = """
system: crm
kind: task
entity: item
under: parent
marker: marker
fields:
  title: {at: title}
  due: {at: due}
  blocked: {at: stuck, as: bool}
  block_reason: {at: why}
  order: {at: place, as: number}
"""
PLACES = (Place("stuck", "Stuck", "bool"), Place("why", "Why", "text"), Place("place", "Place", "number"))


ASKING = """
system: трекер
kind: issue
entity: item
extends: redmine/item
under: {{query: {{"{labels}": channel}}}}
marker: "{marker}"
"""

CASES = """
system: трекер
kind: issue
entity: case
take: {{"{reason}": {{not: work}}}}
marker: "{marker}"
fields:
  title: {{at: subject}}
"""
RELATED = """
system: трекер
kind: issue
entity: item
extends: redmine/item
under: {{at: relates, holds: record}}
take: {{"{reason}": work}}
marker: "{marker}"
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Mixed]:
    with a_hub_alone(tmp_path, ISSUE) as made:
        yield made


@contextmanager
def a_hub_alone(tmp_path: Path, issue: str, cases: str = "") -> Iterator[Mixed]:
    """A hub whose items are what the mapping ISSUE says, in a project of its own; CASES have issues too, or none."""
    server = live("REDMINE")
    fields = httpx.get(
        f"{server['URL']}/custom_fields.json",
        headers={"X-Redmine-API-Key": server["API_KEY"]},
        trust_env=False,
        verify=NOBODY,
    ).json()["custom_fields"]
    names = {str(each["id"]): f"cf[{each['name']}]" for each in fields}
    told = {"key": "CLIENT", "marker": "DEAL_ID", "blocked": "KEY_CLIENT", "reason": "SUMMARY", "order": "AMOUNT"}
    told["labels"] = "LABELS"
    said = {word: names[server[f"CF_{name}"]] for word, name in told.items()}
    mappings = {
        "record.crm.yaml": CRM.replace("  link: {at: link, direction: out, of: trk}\n", ""),
        "task.crm.yaml": TASK,
        "issue.трекер.item.yaml": issue.format(**said),
    }
    if cases:
        mappings["issue.трекер.yaml"] = cases.format(**said)
    kinds = kinds_of()
    kinds["crm"]["task"] = replace(kinds["crm"]["task"], places=(*kinds["crm"]["task"].places, *PLACES))
    with a_project(server) as project:
        text = HUB.format(project=project)
        text = text if cases else text.replace("    makes: {трекер: {}}\n", "    makes: {}\n")
        env = {"REDMINE_URL": server["URL"], "REDMINE_KEY": server["KEY_HUB"]}
        made = a_hub(tmp_path, hub=text, mappings=mappings, kinds=kinds, env=env, clock=utc_now)
        yield Mixed(made.installation, made.systems, project=project, server=server)


def shown(hub: Mixed, subject: str) -> dict[str, str]:
    """The custom fields of an issue, by the name of each in the environment."""
    values = {str(one["id"]): one.get("value") for one in hub.issues()[subject]["custom_fields"]}
    return {name: values.get(hub.server[f"CF_{name}"]) for name in ("CLIENT", "KEY_CLIENT", "SUMMARY", "AMOUNT")}


def test_a_case_without_an_issue_has_items_both_ways_with_order_and_what_blocks_them(hub: Mixed) -> None:
    deal = hub.systems["crm"].create("record", a_deal())
    hub.sync()
    blocked = {"stuck": True, "why": "Ждём договор", "place": "3", "due": "2026-12-01"}
    hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal, **blocked})
    fields = [
        {"id": int(hub.server["CF_CLIENT"]), "value": "CASE-1"},
        {"id": int(hub.server["CF_AMOUNT"]), "value": "7"},
    ]
    issue = {"project_id": hub.project, "tracker_id": int(hub.server["TRACKER_ID"]), "subject": "Созвон"}
    hub.ask("POST", "/issues.json", {"issue": {**issue, "custom_fields": fields}})

    hub.sync()
    hub.sync()

    made = shown(hub, "Смета")
    assert (made["CLIENT"], made["KEY_CLIENT"], made["SUMMARY"], float(made["AMOUNT"])) == (
        "CASE-1",
        "1",
        "Ждём договор",
        3.0,
    )
    assert hub.issues()["Смета"]["due_date"] == "2026-12-01"
    assert "Внедрение CRM" not in hub.issues()
    assert hub.tasks() == {"Смета": deal, "Созвон": deal}
    order = {views["title"]: views["place"] for views in hub.records("crm", "task").values()}
    assert float(str(order["Созвон"])) == 7
    assert sorted(item.entity.key for item in those(hub, "item")) == ["ITEM-1", "ITEM-2"]
    assert quiet(hub)


def test_what_frees_an_item_in_the_tracker_frees_its_task(hub: Mixed) -> None:
    deal = hub.systems["crm"].create("record", a_deal())
    blocked = {"stuck": True, "why": "Ждём договор"}
    task = hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal, **blocked})
    hub.sync()
    hub.sync()
    free = [
        {"id": int(hub.server["CF_KEY_CLIENT"]), "value": "0"},
        {"id": int(hub.server["CF_SUMMARY"]), "value": ""},
    ]

    hub.ask("PUT", f"/issues/{hub.issues()['Смета']['id']}.json", {"issue": {"custom_fields": free}})
    hub.sync()

    row = hub.records("crm", "task")[task]
    assert (row["stuck"], row.get("why")) == (False, None)
    assert quiet(hub)


def test_a_query_by_one_of_several_labels_tells_the_case_of_an_issue(tmp_path: Path) -> None:
    with a_hub_alone(tmp_path, ASKING) as hub:
        labels = {"id": int(hub.server["CF_LABELS"]), "value": ["migration", "on-premises"]}
        tracker = {"project_id": hub.project, "tracker_id": int(hub.server["TRACKER_ID"])}
        hub.ask("POST", "/issues.json", {"issue": {**tracker, "subject": "Созвон", "custom_fields": [labels]}})
        hub.sync()
        deal = hub.systems["crm"].create("record", {**a_deal(), "channel": "migration"})
        hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal})

        hub.sync()
        hub.sync()

        shown = {one["id"]: one.get("value") for one in hub.issues()["Смета"]["custom_fields"]}
        assert shown[int(hub.server["CF_LABELS"])] == ["migration"]
        assert hub.tasks() == {"Созвон": deal, "Смета": deal}
        assert "Заведено руками" in hub.issues()  # nobody's
        assert quiet(hub)


def relate(hub: Mixed, issue: int, other: int) -> None:
    """A person relates two issues."""
    relation = {"issue_to_id": other, "relation_type": "relates"}
    hub.ask("POST", f"/issues/{issue}/relations.json", {"relation": relation})


def related(hub: Mixed, issue: int) -> set[int]:
    """The issues that an issue is related to."""
    found = hub.ask("GET", f"/issues/{issue}/relations.json")["relations"]
    return {number for one in found for number in (one["issue_id"], one["issue_to_id"])} - {issue}


def test_an_issue_that_is_related_to_a_cases_issue_is_its_item_and_a_task_is_related_to_it(tmp_path: Path) -> None:
    with a_hub_alone(tmp_path, RELATED, CASES) as hub:
        deal = hub.systems["crm"].create("record", a_deal())
        hub.sync()
        issues = hub.issues()
        case, other = issues["Внедрение CRM"]["id"], issues["Заведено руками"]["id"]
        form = {"project_id": hub.project, "tracker_id": int(hub.server["TRACKER_ID"]), "subject": "Созвон"}
        work = {"custom_fields": [{"id": int(hub.server["CF_SUMMARY"]), "value": "work"}]}
        call = hub.ask("POST", "/issues.json", {"issue": {**form, **work}})["issue"]["id"]
        for first, second in ((call, other), (case, call)):
            relate(hub, first, second)
        hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal})

        hub.sync()
        hub.sync()

        made = hub.issues()["Смета"]
        assert related(hub, made["id"]) == {case}
        assert related(hub, call) == {case, other}  # what people said stays
        assert hub.tasks() == {"Созвон": deal, "Смета": deal}
        assert made.get("parent") is None
        assert quiet(hub)
