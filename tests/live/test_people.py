"""People over a real Tryton and a real Redmine, which shows a mere member no e-mails: one question, one answer."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from connectors.trust import NOBODY
from flows.hub.looking import all_parked
from flows.hub.people_answers import list_questions, say_same
from flows.hub.wiring import install
from tests.live.live_hub import LiveHub, both
from tests.live.plain import PlainRedmine
from tests.live.plain_tryton import PlainTryton

NAMES = {"en": ("crm", "tracker"), "ru": ("продажи", "пресейл")}


class World:
    """Both servers, a hub between them, and the people that a test lets in and out."""

    def __init__(self, hub: LiveHub, tryton: PlainTryton, redmine: PlainRedmine, name: str) -> None:
        self.hub, self.tryton, self.redmine = hub, tryton, redmine
        self.crm, self.tracker = NAMES[name]
        [self.party] = tryton.create_parties("ООО «Кто есть кто»")
        self.out: list[tuple[str, int]] = []

    def leave(self) -> None:
        """Let everybody go who was let in."""
        self.tryton.wipe()
        for model, number in reversed(self.out):
            if model.startswith("/"):
                self.ask("DELETE", f"{model}/{number}.json")
            else:
                self.tryton.as_admin().rpc(f"{model}.delete", [number])

    def employee(self, name: str) -> int:
        """Somebody new in Tryton, without an e-mail."""
        admin = self.tryton.as_admin()
        [party] = admin.rpc("party.party.create", [{"name": name}])
        [number] = admin.rpc(
            "company.employee.create", [{"party": party, "company": int(self.tryton.env["COMPANY_ID"])}]
        )
        self.out += [("party.party", party), ("company.employee", number)]
        return int(number)

    def deals(self, count: int, **fields: object) -> list[int]:
        names = [f"Сделка о людях {number}" for number in range(count)]
        return self.tryton.create(*({"description": name, "party": self.party, **fields} for name in names))

    def issues(self) -> list[dict]:
        return [one for one in self.redmine.issues() if one["subject"].startswith("Сделка о людях")]

    def assigned(self) -> set[int | None]:
        return {(one.get("assigned_to") or {}).get("id") for one in self.issues()}

    def employee_of(self, deal: int) -> int:
        return int(self.tryton.opportunity(deal, "employee")["employee"])

    # --- people in Redmine ---

    def ask(self, method: str, path: str, form: object = None) -> dict:
        """Ask Redmine as its administrator."""
        headers = {"X-Redmine-API-Key": self.redmine.env["API_KEY"]}
        answer = httpx.request(
            method, self.redmine.url + path, json=form, headers=headers, timeout=60, trust_env=False, verify=NOBODY
        )
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.text.strip() else {}

    def colleague(self, login: str, last: str) -> int:
        """Somebody new in Redmine, in the project."""
        user = {"login": login, "firstname": "Пётр", "lastname": last, "mail": f"{login}@example.com"}
        made = self.ask("POST", "/users.json", {"user": {**user, "password": "Long-enough-1"}})
        return self._joined("/users", made["user"]["id"])

    def group(self, name: str) -> int:
        made = self.ask("POST", "/groups.json", {"group": {"name": name}})
        return self._joined("/groups", made["group"]["id"])

    def _joined(self, path: str, number: int) -> int:
        self.out.append((path, number))
        roles = [int(self.redmine.env["ROLE_ENGINEER"])] if "ROLE_ENGINEER" in self.redmine.env else [4]
        form = {"membership": {"user_id": number, "role_ids": roles}}
        self.ask("POST", f"/projects/{self.redmine.env['PROJECT']}/memberships.json", form)
        return int(number)

    def remove(self, path: str, number: int) -> None:
        self.ask("DELETE", f"{path}/{number}.json")
        self.out.remove((path, number))

    # --- the hub's list ---

    def questions(self) -> list:
        installation = install(self.hub.folder, self.hub.env)
        try:
            return list_questions(installation)
        finally:
            installation.store.close()

    def listed(self) -> list[tuple[str, str, str]]:
        with self.hub.store() as store:
            return [
                (one.system, one.code, one.record if one.kind == "person" else one.key) for one in all_parked(store)
            ]

    def same(self, system: str, word: str, person: str) -> None:
        installation = install(self.hub.folder, self.hub.env)
        try:
            say_same(installation, system, word, person=person, by="ann")
        finally:
            installation.store.close()


@contextmanager
def a_world(folder, name: str = "en") -> Iterator[World]:
    with both(folder, name) as (hub, tryton, redmine):
        world = World(hub, tryton, redmine, name)
        try:
            yield world
        finally:
            redmine.wipe()
            world.leave()


@pytest.fixture
def world(tmp_path):
    with a_world(tmp_path / "hub") as made:
        made.hub.sync()
        yield made


@pytest.mark.parametrize("name", ["en", "ru"])
def test_twenty_deals_of_an_unknown_employee_are_one_question_and_one_answer_assigns_them_all(tmp_path, name):
    with a_world(tmp_path / "hub", name) as world:
        number = world.employee("Щукин Егор")
        deals = world.deals(20, employee=number)
        world.hub.sync()
        world.hub.sync()
        [asked] = world.questions()
        before, listed = world.assigned(), world.listed()

        world.same(world.crm, str(number), asked.perhaps[0][0])
        world.hub.sync()
        mark = world.redmine.log().mark()
        quiet = world.hub.sync()
        written = [seen for seen in world.redmine.log().since(mark) if seen.method != "GET"]

        assert (asked.system, asked.about, asked.cases) == (world.crm, str(number), 20)
        assert asked.perhaps == (("shchukin@example.com", "Егор Щукин"),)
        assert (len(world.issues()), before, listed) == (20, {None}, [(world.crm, "unknown person", str(number))])
        assert world.assigned() == {int(world.redmine.env["USER_ENGINEER_ID"])}
        assert {world.employee_of(deal) for deal in deals} == {number}
        assert (written, quiet.decided, world.listed()) == ([], 0, [])


def test_an_unknown_assignee_never_clears_the_known_one(world):
    [deal] = world.deals(1)
    world.hub.sync()
    world.hub.sync()
    [issue] = world.issues()
    manager = world.redmine.env["USER_MANAGER_ID"]

    assert world.redmine.update(issue["id"], assigned_to_id=int(manager)) == 204
    world.hub.sync()
    world.hub.sync()
    [asked] = world.questions()

    assert (asked.system, asked.about, asked.name) == ("tracker", manager, "Mia Manager")
    assert world.employee_of(deal) == int(world.tryton.env["EMPLOYEE_SALES_ID"])
    assert world.assigned() == {int(manager)}
    assert world.listed() == [("tracker", "unknown person", manager)]


def test_a_group_as_assignee_is_asked_about_by_its_name_and_clears_nobody(world):
    world.redmine.sql("delete from settings where name = 'issue_group_assignment'")
    world.redmine.sql(
        "insert into settings (name, value, updated_on) values ('issue_group_assignment', '1', datetime('now'))"
    )
    group = world.group("Группа оценки")
    [deal] = world.deals(1)
    world.hub.sync()
    world.hub.sync()
    [issue] = world.issues()

    try:
        assert world.redmine.update(issue["id"], assigned_to_id=group) == 204
        world.hub.sync()
        [asked] = world.questions()
        assigned = world.assigned()
    finally:
        world.redmine.sql(
            "update settings set value = '0', updated_on = datetime('now') where name = 'issue_group_assignment'"
        )

    assert assigned == {group}
    assert (asked.about, asked.name) == (str(group), "Группа оценки")
    assert world.employee_of(deal) == int(world.tryton.env["EMPLOYEE_SALES_ID"])


def test_an_account_that_is_deleted_in_redmine_empties_nothing_in_tryton(world):
    number = world.colleague("petr.temp", "Временный")
    world.hub.forget_discovery()
    [deal] = world.deals(1)
    world.hub.sync()
    world.hub.sync()
    [issue] = world.issues()
    world.same("tracker", str(number), "shchukin@example.com")
    world.redmine.update(issue["id"], assigned_to_id=number)
    world.hub.sync()
    followed = world.employee_of(deal)

    world.remove("/users", number)
    world.redmine.update(issue["id"], notes="Пётр больше не с нами")
    world.hub.sync()
    quiet = world.hub.sync(full=True)
    told = world.listed()
    world.tryton.write(deal, employee=int(world.tryton.env["EMPLOYEE_SALES_ID"]))
    world.hub.sync()

    assert followed == int(world.tryton.env["EMPLOYEE_ENGINEER_ID"])
    assert told == [("tracker", "emptied", "CASE-1")]
    assert quiet.writing == {"crm": 0, "tracker": 0}
    assert world.assigned() == {int(world.redmine.env["USER_SALES_ID"])}
    assert world.listed() == []


def test_a_locked_account_is_told_and_the_known_owner_stays(world):
    engineer = int(world.redmine.env["USER_ENGINEER_ID"])
    [deal] = world.deals(1)
    world.hub.sync()
    world.hub.sync()
    world.ask("PUT", f"/users/{engineer}.json", {"user": {"status": 3}})
    try:
        world.tryton.write(deal, employee=int(world.tryton.env["EMPLOYEE_ENGINEER_ID"]))
        world.hub.sync()
        world.hub.sync(full=True)
        told, owner = world.listed(), world.employee_of(deal)
    finally:
        world.ask("PUT", f"/users/{engineer}.json", {"user": {"status": 1}})

    [(system, code, key)] = told
    assert (system, key) == ("tracker", "CASE-1")
    assert code in ("rejected", "dropped")
    assert owner == int(world.tryton.env["EMPLOYEE_ENGINEER_ID"])


def test_who_changes_the_e_mail_in_tryton_stays_who_they_are(world):
    [deal] = world.deals(1, employee=int(world.tryton.env["EMPLOYEE_ENGINEER_ID"]))
    world.hub.sync()
    world.hub.sync()
    admin = world.tryton.as_admin()
    [mechanism] = admin.rpc("party.contact_mechanism.search", [["value", "=", "shchukin@example.com"]], 0, None, None)
    admin.rpc("party.contact_mechanism.write", [mechanism], {"value": "egor@new.example.com"})
    try:
        world.hub.forget_discovery()
        world.hub.sync()
        world.redmine.update(world.issues()[0]["id"], assigned_to_id=int(world.redmine.env["USER_SALES_ID"]))
        world.hub.sync()
        world.tryton.write(deal, employee=int(world.tryton.env["EMPLOYEE_ENGINEER_ID"]))
        world.hub.sync()
        told, assigned = world.listed(), world.assigned()
    finally:
        admin.rpc("party.contact_mechanism.write", [mechanism], {"value": "shchukin@example.com"})

    assert assigned == {int(world.redmine.env["USER_ENGINEER_ID"])}
    assert told == []
