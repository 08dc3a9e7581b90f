"""A real Redmine keeps the promises of a connector: each test in a project of its own."""

import secrets

import httpx
from pydantic import SecretStr

from connectors.base import Surroundings, SystemConnector
from connectors.redmine import RedmineConnector, RedmineSettings
from connectors.trust import NOBODY
from mappings.exchange import View
from tests.contract.suite import LiveContract
from tests.contract.world import World
from tests.live.plain import live

PLACES = {"subject": "subject", "description": "description", "status": "status_id"}


class LiveRedmine(World):
    """A new project in a running Redmine; people, never the hub's own account, edit through its plain interface."""

    kind = "issue"
    title = "subject"
    note = "description"
    choice = "status"
    refused = ("assigned_to", "999999")
    can_move_away = True

    def __init__(self, env: dict[str, str], *, key: str) -> None:
        self.env = env
        self._key = key
        self.step = (env["STATUS_NEW"], env["STATUS_IN_PROGRESS"])
        self.dropped = ("status", env["STATUS_CLOSED"])
        self.client = httpx.Client(
            base_url=env["URL"],
            headers={"X-Redmine-API-Key": env["API_KEY"]},
            timeout=60,
            trust_env=False,
            verify=NOBODY,
        )
        person = env["API_KEY" if key != "API_KEY" else "KEY_MANAGER"]
        self.person = httpx.Client(
            base_url=env["URL"], headers={"X-Redmine-API-Key": person}, timeout=60, trust_env=False, verify=NOBODY
        )
        self.projects: list[str] = []
        self.project = self._new_project()

    def close(self) -> None:
        for project in self.projects:
            self.client.delete(f"/projects/{project}.json")
        self.client.close()
        self.person.close()

    def connector(self, *, page_size: int = 100, wrong_key: bool = False) -> SystemConnector:
        settings = RedmineSettings(
            url=self.env["URL"],
            key=SecretStr("0" * 40 if wrong_key else self.env[self._key]),
            project=self.project,
            tracker=self.env["TRACKER_ID"],
            page_size=page_size,
        )
        return RedmineConnector("трекер", settings, Surroundings(markers={"issue": f"cf[#{self.env['CF_DEAL_ID']}]"}))

    def create(self, title: str, **views: View) -> str:
        issue = {"project_id": self.project, "tracker_id": self.env["TRACKER_ID"], "subject": title}
        issue |= {PLACES[getattr(self, name)]: view for name, view in views.items()}
        answer = self.person.post("/issues.json", json={"issue": issue})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["issue"]["id"])

    def edit(self, record_id: str, **views: View) -> None:
        issue = {PLACES[getattr(self, name)]: view for name, view in views.items()}
        self.person.put(f"/issues/{record_id}.json", json={"issue": issue}).raise_for_status()

    def delete(self, record_id: str) -> None:
        self.client.delete(f"/issues/{record_id}.json").raise_for_status()

    def move_away(self, record_id: str) -> None:
        other = self._new_project()
        numbers = {name: self.client.get(f"/projects/{name}.json").json()["project"]["id"] for name in (other,)}
        self.client.put(f"/issues/{record_id}.json", json={"issue": {"project_id": numbers[other]}}).raise_for_status()

    def _new_project(self) -> str:
        name = f"contract-{secrets.token_hex(4)}"
        project = {
            "name": name,
            "identifier": name,
            "is_public": True,
            "tracker_ids": [self.env["TRACKER_ID"]],
            "enabled_module_names": ["issue_tracking"],
        }
        answer = self.client.post("/projects.json", json={"project": project})
        assert answer.status_code == 201, answer.text
        self.projects.append(name)
        managers = self.client.get("/roles.json").json()["roles"]
        role = next(role["id"] for role in managers if role["name"] in ("Manager", "Менеджер"))
        member = {"user_id": self.env["USER_MANAGER_ID"], "role_ids": [role]}
        joined = self.client.post(f"/projects/{name}/memberships.json", json={"membership": member})
        assert joined.status_code == 201, joined.text
        return name


class TestRedmineForAManager(LiveContract):
    """The least-privileged account that the hub works with: no administrator, knows no formats."""

    def make_world(self) -> World:
        return LiveRedmine(live("REDMINE"), key="KEY_MANAGER")


class TestRedmineForAnAdministrator(LiveContract):
    """An account that sees the table of custom fields and all people."""

    def make_world(self) -> World:
        return LiveRedmine(live("REDMINE"), key="API_KEY")
