"""Work items in a real Redmine: sub-issues below the issue of a case, both ways, in English and in Russian."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.base import Connector
from connectors.trust import NOBODY
from flows.hub.wiring import Installation, make_connector
from mappings.exchange import Place
from state.store import utc_now
from tests.hub_builders import CRM, AHub, a_deal, a_hub
from tests.kinds_builders import ITEMS_OF_CRM, kinds_of, those
from tests.live.plain import live

HUB = """
database: sqlite:///casehub.db
timezone: Europe/Moscow
systems:
  crm: {{type: memory}}
  трекер: {{type: redmine, url: "${{REDMINE_URL}}", key: "${{REDMINE_KEY}}", project: {project}, concurrency: 1}}
syncs:
  presales:
    opens: crm
    makes: {{трекер: {{}}}}
    stages: [lead, qualified, in_work, estimate]
    conflicts: {{default: {{home: crm}}, stage: furthest}}
    items: {{трекер: {{}}, crm: {{}}}}
"""
ISSUE = """
system: трекер
kind: issue
entity: case
take: {{"{place}": {{not: work}}}}
marker: "{marker}"
fields:
  title: {{at: subject}}
"""
SUB_ISSUE = """
system: трекер
kind: issue
entity: item
extends: redmine/item
take: {{"{place}": work}}
marker: "{marker}"
match: [{{same: title}}]
"""


@dataclass
class Mixed(AHub):
    """A CRM in memory, and a project of its own in a running Redmine."""

    project: str = ""
    server: dict[str, str] = field(default_factory=dict)

    def make(self, installation: Installation, name: str) -> Connector:
        return make_connector(installation, name) if name == "трекер" else super().make(installation, name)

    def ask(self, method: str, path: str, form: Any = None, *, key: str = "KEY_MANAGER") -> Any:
        """What a person does there."""
        headers = {"X-Redmine-API-Key": self.server[key]}
        answer = httpx.request(
            method,
            f"{self.server['URL']}{path}",
            json=form,
            headers=headers,
            timeout=60,
            trust_env=False,
            verify=NOBODY,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def issues(self) -> dict[str, dict[str, Any]]:
        """Subject -> issue of the project."""
        found = self.ask("GET", f"/issues.json?project_id={self.project}&status_id=*&limit=100")["issues"]
        return {issue["subject"]: issue for issue in found}

    def sub_issue(self, subject: str, parent: int) -> int:
        said = {"id": int(self.server["CF_SUMMARY"]), "value": "work"}
        issue = {"project_id": self.project, "tracker_id": int(self.server["TRACKER_ID"]), "subject": subject}
        form = {"issue": {**issue, "parent_issue_id": parent, "custom_fields": [said]}}
        return int(self.ask("POST", "/issues.json", form)["issue"]["id"])

    def tasks(self) -> dict[str, Any]:
        """Title -> the deal that it hangs on."""
        return {views["title"]: views["parent"] for views in self.records("crm", "task").values()}


@pytest.fixture(params=["REDMINE", "REDMINE_RU"])
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mixed]:
    server = live(request.param)
    fields = httpx.get(
        f"{server['URL']}/custom_fields.json",
        headers={"X-Redmine-API-Key": server["API_KEY"]},
        trust_env=False,
        verify=NOBODY,
    ).json()["custom_fields"]
    names = {str(each["id"]): f"cf[{each['name']}]" for each in fields}
    words = {"place": names[server["CF_SUMMARY"]], "marker": names[server["CF_DEAL_ID"]]}
    mappings = {
        "record.crm.yaml": CRM.replace("  link: {at: link, direction: out, of: trk}\n", ""),
        "task.crm.yaml": f"{ITEMS_OF_CRM}  blocked_by: {{at: after}}\n",
        "issue.трекер.yaml": ISSUE.format(**words),
        "issue.трекер.item.yaml": SUB_ISSUE.format(**words),
    }
    env = {"REDMINE_URL": server["URL"], "REDMINE_KEY": server["KEY_HUB"]}
    kinds = kinds_of()
    task = kinds["crm"]["task"]
    kinds["crm"]["task"] = replace(task, places=(*task.places, Place("after", "After", "set")))
    with a_project(server) as name:
        text = HUB.format(project=name)
        made = a_hub(tmp_path, hub=text, mappings=mappings, kinds=kinds, env=env, clock=utc_now)
        yield Mixed(made.installation, made.systems, project=name, server=server)


@contextmanager
def a_project(server: dict[str, str]) -> Iterator[str]:
    """Make a project of its own in a running Redmine; it goes afterwards."""
    hub = Mixed(None, {}, project=f"items-{secrets.token_hex(4)}", server=server)  # type: ignore[arg-type]  # only asks
    _make_project(hub)
    yield hub.project
    hub.ask("DELETE", f"/projects/{hub.project}.json", key="API_KEY")


def _make_project(hub: Mixed) -> None:
    project = {"name": hub.project, "identifier": hub.project, "tracker_ids": [int(hub.server["TRACKER_ID"])]}
    project |= {"is_public": False, "enabled_module_names": ["issue_tracking"]}
    hub.ask("POST", "/projects.json", {"project": project}, key="API_KEY")
    for person in ("MANAGER", "HUB"):
        member = {"user_id": hub.server[f"USER_{person}_ID"], "role_ids": [hub.server["ROLE_MANAGER"]]}
        hub.ask("POST", f"/projects/{hub.project}/memberships.json", {"membership": member}, key="API_KEY")
    first = {"project_id": hub.project, "tracker_id": int(hub.server["TRACKER_ID"]), "subject": "Заведено руками"}
    hub.ask("POST", "/issues.json", {"issue": first})  # from it a mere member learns the custom fields' names


def quiet(hub: Mixed) -> bool:
    return sum(hub.sync().writing.values()) == 0


def test_a_sub_issue_is_an_item_and_a_task_is_a_sub_issue(hub: Mixed) -> None:
    deal = hub.systems["crm"].create("record", a_deal())
    hub.sync()
    issue = hub.issues()["Внедрение CRM"]["id"]

    hub.sub_issue("Собрать требования", issue)
    hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal})
    hub.sync()

    found = hub.issues()
    assert found["Смета"]["parent"]["id"] == issue
    assert hub.tasks() == {"Собрать требования": deal, "Смета": deal}
    assert sorted(item.entity.key for item in those(hub, "item")) == ["ITEM-1", "ITEM-2"]
    hub.sync()
    assert quiet(hub)


def test_a_sub_issue_that_is_put_under_another_case_takes_its_item_along(hub: Mixed) -> None:
    for title in ("Первое дело", "Второе дело"):
        hub.systems["crm"].create("record", a_deal(title))
    hub.sync()
    issues = hub.issues()
    moved = hub.sub_issue("Смета", issues["Первое дело"]["id"])
    hub.sync()
    before = hub.tasks()

    hub.ask("PUT", f"/issues/{moved}.json", {"issue": {"parent_issue_id": issues["Второе дело"]["id"]}})
    hub.sync()
    hub.sync()

    assert (before, hub.tasks()) == ({"Смета": "1"}, {"Смета": "2"})
    assert [item.entity.key for item in those(hub, "item", "CASE-2")] == ["ITEM-1"]
    assert quiet(hub)


def test_a_task_that_is_moved_in_the_crm_moves_its_sub_issue(hub: Mixed) -> None:
    for title in ("Первое дело", "Второе дело"):
        hub.systems["crm"].create("record", a_deal(title))
    task = hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": "1"})
    hub.sync()
    hub.sync()

    hub.systems["crm"].edit("task", task, {"parent": "2"})
    hub.sync()

    found = hub.issues()
    assert found["Смета"]["parent"]["id"] == found["Второе дело"]["id"]
    hub.sync()
    assert quiet(hub)


def tie(hub: Mixed, first: int, second: int) -> None:
    """A person says in the tracker that the issue *first* blocks *second*."""
    hub.ask("POST", f"/issues/{first}/relations.json", {"relation": {"issue_to_id": second, "relation_type": "blocks"}})


def ends(hub: Mixed, issue: int) -> set[tuple[int, int]]:
    """What blocks what, of an issue's ties."""
    found = hub.ask("GET", f"/issues/{issue}/relations.json")["relations"]
    return {(one["issue_id"], one["issue_to_id"]) for one in found if one["relation_type"] == "blocks"}


def test_what_blocks_an_item_blocks_it_on_both_sides(hub: Mixed) -> None:
    deal = hub.systems["crm"].create("record", a_deal())
    hub.sync()
    issue = hub.issues()["Внедрение CRM"]["id"]
    contract, estimate = hub.sub_issue("Договор", issue), hub.sub_issue("Смета", issue)
    other = hub.issues()["Заведено руками"]["id"]
    tie(hub, contract, other)
    hub.systems["crm"].create("task", {"title": "Письмо", "done": "no", "parent": deal})
    hub.sync()
    tasks = {views["title"]: name for name, views in hub.records("crm", "task").items()}

    tie(hub, contract, estimate)
    hub.systems["crm"].edit("task", tasks["Письмо"], {"after": [tasks["Смета"]]})
    hub.sync()
    hub.sync()

    letter = hub.issues()["Письмо"]["id"]
    assert ends(hub, estimate) == {(contract, estimate), (estimate, letter)}
    assert hub.records("crm", "task")[tasks["Смета"]]["after"] == [tasks["Договор"]]
    assert ends(hub, other) == {(contract, other)}  # no item's: left as it is

    hub.systems["crm"].edit("task", tasks["Смета"], {"after": []})
    hub.sync()
    hub.sync()

    assert ends(hub, estimate) == {(estimate, letter)}
    assert quiet(hub)
