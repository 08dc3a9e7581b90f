"""People end to end: one question however many cases wait, one answer for all of them, and nobody clears somebody."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from flows.hub.looking import all_parked, view_case
from flows.hub.people import everybody
from flows.hub.people_answers import list_questions, say_nobody, say_same
from flows.hub.people_asking import questions
from mappings.exchange import SystemPerson
from state import attention, people
from state.people import Answer
from tests.flows.hub.fastpath_builders import fast_path, hint
from tests.flows.hub.test_applying import apply, kept
from tests.hub_builders import HUB, PEOPLE, AHub, a_deal, a_hub, opened

NEW = SystemPerson("9", "Щукин Егор")
SHCHUKIN = SystemPerson("31", "Egor Shchukin", email="shchukin@example.com")


def a_firm(folder: Path, *, deals: int = 20, hub: str = HUB, **views: Any) -> AHub:
    """A CRM that shows no e-mail of a new colleague, a tracker that does, and deals of theirs."""
    made = a_hub(folder, hub=hub)
    made.systems["crm"].people = (*PEOPLE, NEW)
    made.systems["trk"].people = (*PEOPLE, SHCHUKIN)
    for number in range(deals):
        made.systems["crm"].create("record", a_deal(f"Сделка {number}", owner="9", **views))
    made.sync()
    return made


def hour_later(hub: AHub) -> None:
    """Let the hour pass for which it is remembered whom systems list."""
    with hub.installation.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM dictionary WHERE name LIKE 'discovery:%'")


def asked(hub: AHub) -> list[tuple[str, str]]:
    return [(entry.system, entry.record) for entry in all_parked(hub.installation.store)]


def answer(hub: AHub, system: str, id_: str, identity: str) -> None:
    people.keep_answer(hub.installation.store, Answer(system, id_, identity, by="ann"))


def owners(hub: AHub, system: str) -> set[Any]:
    return {views.get("owner") for views in hub.records(system).values()}


def test_twenty_cases_of_somebody_unknown_are_one_question_and_one_answer_serves_them_all(tmp_path: Path) -> None:
    hub = a_firm(tmp_path)
    [entry] = all_parked(hub.installation.store)
    unassigned = owners(hub, "trk")

    answer(hub, "crm", "9", "shchukin@example.com")
    hub.sync()
    quiet = hub.sync()

    assert (entry.system, entry.kind, entry.record, entry.code) == ("crm", "person", "9", "unknown person")
    assert "20 cases wait" in entry.text
    assert "casehub people same crm 9 shchukin@example.com" in entry.text
    assert unassigned == {None}
    assert owners(hub, "trk") == {"31"}
    assert owners(hub, "crm") == {"9"}
    assert (sum(quiet.writing.values()), quiet.decided) == (0, 0)
    assert attention.parked_fields(hub.installation.store) == ()


def test_a_name_is_a_suggestion_and_never_applied_by_itself(tmp_path: Path) -> None:
    hub = a_firm(tmp_path, deals=1)
    hub.sync()

    [question] = hub.wired(lambda wired: questions(wired.store, wired.people))

    assert question.perhaps == (("shchukin@example.com", "Egor Shchukin"),)
    assert owners(hub, "trk") == {None}


def test_the_question_goes_on_under_its_number_while_more_cases_come(tmp_path: Path) -> None:
    hub = a_firm(tmp_path, deals=1)
    [before] = all_parked(hub.installation.store)
    hub.systems["crm"].create("record", a_deal("Ещё одна", owner="9"))
    hub.sync()

    [after] = all_parked(hub.installation.store)

    assert (after.id, after.since) == (before.id, before.since)
    assert "2 cases wait" in after.text


def test_a_person_without_an_account_in_the_other_system_is_asked_about_once_too(tmp_path: Path) -> None:
    hub = a_hub(tmp_path)
    hub.systems["crm"].people = (*PEOPLE, replace(NEW, email="egor@example.com"))
    hub.systems["trk"].people = (*PEOPLE, SystemPerson("31", "Egor Shchukin"))
    for number in range(3):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number}", owner="9"))
    hub.sync()
    [entry] = all_parked(hub.installation.store)

    answer(hub, "trk", "31", "egor@example.com")
    hub.sync()

    assert (entry.system, entry.record) == ("trk", "egor@example.com")
    assert "casehub people same trk 31 egor@example.com" in entry.text
    assert owners(hub, "trk") == {"31"}
    assert all_parked(hub.installation.store) == ()


def test_the_name_that_stands_there_is_shown_in_the_case_and_kept_in_its_history(tmp_path: Path) -> None:
    hub = a_firm(tmp_path, deals=1)

    found = view_case(hub.installation, "CASE-1")
    [standing] = [one for one in found.standings["owner"] if one.system == "crm"]

    assert (standing.system, standing.label, standing.parked) == ("crm", "Щукин Егор", "unknown person")
    assert [entry.code for entry in found.parked] == ["unknown person"]
    assert "Щукин Егор" in found.parked[0].text


def test_an_unknown_never_clears_a_known_one(tmp_path: Path) -> None:
    hub = a_firm(tmp_path, deals=0)
    deal = hub.systems["crm"].create("record", a_deal(owner="7"))
    hub.sync()
    hub.systems["trk"].edit("record", "1", {"owner": "77"})
    hub.sync()

    assert hub.records("crm")[deal]["owner"] == "7"
    assert hub.facts()["owner"] == "ann@example.com"
    assert asked(hub) == [("trk", "77")]


def test_an_account_that_is_deleted_empties_nothing_elsewhere(tmp_path: Path) -> None:
    hub = a_firm(tmp_path, deals=0)
    deal = hub.systems["crm"].create("record", a_deal(owner="7"))
    hub.sync()
    hub.systems["trk"].people = PEOPLE[1:]  # deleted within the hour, so that the list is asked for anew
    hub.systems["trk"].edit("record", "1", {"owner": None})
    hub.sync()
    quiet = hub.sync(full=True)
    [entry] = all_parked(hub.installation.store)

    hub.systems["crm"].edit("record", deal, {"owner": "8"})
    hub.sync()

    assert (entry.key, entry.system, entry.field, entry.code) == ("CASE-1", "trk", "owner", "emptied")
    assert sum(quiet.writing.values()) == 0
    assert hub.records("trk")["1"]["owner"] == "8"
    assert all_parked(hub.installation.store) == ()


def test_whom_somebody_takes_off_is_taken_off_everywhere(tmp_path: Path) -> None:
    hub = a_firm(tmp_path, deals=0)
    deal = hub.systems["crm"].create("record", a_deal(owner="7"))
    hub.sync()
    hub.systems["trk"].edit("record", "1", {"owner": None})
    hub.sync()

    assert hub.records("crm")[deal]["owner"] is None
    assert all_parked(hub.installation.store) == ()


def test_a_new_e_mail_is_still_the_same_person(tmp_path: Path) -> None:
    hub = a_firm(tmp_path, deals=0)
    hub.systems["crm"].create("record", a_deal(owner="7"))
    hub.sync()
    hub.systems["crm"].people = (replace(PEOPLE[0], email="anna@new.example.com"), *PEOPLE[1:])
    hour_later(hub)
    hub.sync()
    quiet = hub.sync()

    assert hub.facts()["owner"] == "ann@example.com"
    assert hub.wired(lambda wired: wired.people.who["crm"]["7"]) == "ann@example.com"
    assert (sum(quiet.writing.values()), all_parked(hub.installation.store)) == (0, ())


def test_an_idle_pass_asks_nothing_and_writes_nothing_about_people(tmp_path: Path) -> None:
    hub = a_firm(tmp_path, deals=2)
    hub.sync()
    rows = people.identities(hub.installation.store)

    quiet = hub.sync()

    assert people.identities(hub.installation.store) == rows
    assert quiet.decided == 0
    assert sum(quiet.requests.values()) == 2  # a page of each system


def test_hub_yaml_wins_over_an_answer(tmp_path: Path) -> None:
    hub = a_firm(tmp_path, deals=1, hub=HUB + "people:\n  bob@example.com: {crm: '9'}\n")
    answer(hub, "crm", "9", "shchukin@example.com")
    hub.sync()

    assert owners(hub, "trk") == {"8"}


def test_who_is_nobody_is_asked_about_no_longer(tmp_path: Path) -> None:
    hub = a_firm(tmp_path, deals=2)
    answer(hub, "crm", "9", "")
    hub.systems["crm"].edit("record", "1", {"next_step": "позвонить"})
    hub.sync()

    assert all_parked(hub.installation.store) == ()
    assert owners(hub, "crm") == {"9"}


def test_without_a_memory_people_are_whom_systems_show(tmp_path: Path) -> None:
    hub = a_hub(tmp_path)

    seen = everybody(hub.installation.hub, {"crm": PEOPLE, "trk": [*PEOPLE, PEOPLE[0]]})

    assert seen.who["trk"] == {"7": "ann@example.com", "8": "bob@example.com"}
    assert seen.names_of("ann@example.com") == ["Анна Ли"]


def test_accounts_that_are_lost_within_a_minute_take_nobody_off_a_case(tmp_path: Path) -> None:
    hub, first = opened(tmp_path)
    second = hub.systems["crm"].create("record", a_deal("Второе", owner="8"))
    hub.sync()
    issues = {views["title"]: number for number, views in hub.records("trk").items()}
    lost = {"Внедрение CRM": PEOPLE[1:], "Второе": (replace(PEOPLE[0], id="9", name="Ещё один"),)}

    async def work() -> None:
        fast = fast_path(hub)
        try:
            await fast.look()
            for title, people in lost.items():
                hub.systems["trk"].people = people
                hub.systems["trk"].edit("record", issues[title], {"owner": None})
                hint(hub, issues[title], system="trk")
                await fast.look()
        finally:
            await fast.close()

    asyncio.run(work())

    assert [hub.records("crm")[deal]["owner"] for deal in (first, second)] == ["7", "8"]


def test_a_plan_takes_nobody_off_a_case_for_an_account_that_is_lost(tmp_path: Path) -> None:
    hub, deal = opened(tmp_path)
    [issue] = hub.records("trk")
    hub.systems["trk"].people = PEOPLE[1:]
    hub.systems["trk"].edit("record", issue, {"owner": None})

    plan = kept(hub, tmp_path / "plan.yaml")
    apply(hub, tmp_path / "plan.yaml")
    hub.sync()

    assert (plan.writes, hub.records("crm")[deal]["owner"]) == ((), "7")


def test_who_is_asked_about_can_be_named_where_their_system_shows_the_id_alone(tmp_path):
    hub, _ = opened(tmp_path)
    hub.systems["trk"].edit("record", "1", {"owner": "99"})
    hub.sync()
    [asked] = list_questions(hub.installation)

    said = say_same(hub.installation, "trk", asked.about, person="bob@example.com", by="ann")
    hub.sync()
    hub.sync()

    assert (asked.about, said.person, said.cases) == ("99", "bob@example.com", 1)
    assert hub.facts()["owner"] == "bob@example.com"
    assert list_questions(hub.installation) == []


def test_an_answer_is_put_right_where_the_system_shows_the_id_alone(tmp_path):
    hub, _ = opened(tmp_path)
    hub.systems["trk"].edit("record", "1", {"owner": "99"})
    hub.sync()
    say_same(hub.installation, "trk", "99", person="anybody@example.com", by="ann")

    right = say_same(hub.installation, "trk", "99", person="bob@example.com", by="ann")
    hub.sync()
    nobody = say_nobody(hub.installation, "trk", "99", by="ann")

    assert (right.person, nobody.person) == ("bob@example.com", "")
    assert (hub.facts()["owner"], owners(hub, "crm")) == ("bob@example.com", {"8"})
    assert [(one.id, one.identity) for one in people.answers(hub.installation.store)] == [("99", "")]
