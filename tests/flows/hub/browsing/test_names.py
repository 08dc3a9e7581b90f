"""What people are called on the page: as hub.yaml says, else as a system does."""

from pathlib import Path

from flows.hub.access import EVERYTHING
from flows.hub.acting.editable import people
from flows.hub.browsing import BoardQuery, CaseQuery, board, export_cases, feed, list_cases, open_case
from flows.hub.browsing.feed import FeedQuery
from flows.hub.casework import set_value
from mappings.exchange import SystemPerson
from state import people as people_kept
from tests.browsed_builders import NOW
from tests.hub_builders import HUB, opened

CALLED = """
people:
  ann@example.com: {name: Анна Сергеевна}
  vera@example.com: {name: Вера}
"""


def test_the_name_in_hub_yaml_comes_first_on_every_page(tmp_path: Path) -> None:
    hub, _ = opened(tmp_path, hub=HUB + CALLED)
    hub.act("CASE-1", lambda act: set_value(act, "case_manager", "vera@example.com"))
    found = hub.installation

    pages = [
        list_cases(found, EVERYTHING, CaseQuery()),
        board(found, EVERYTHING, BoardQuery(), now=NOW),
        export_cases(found, EVERYTHING, CaseQuery()),
        open_case(found, EVERYTHING, "CASE-1", now=NOW),
        feed(found, EVERYTHING, "CASE-1", FeedQuery()),
    ]

    assert {one.names.of("ann@example.com") for one in pages} == {"Анна Сергеевна"}
    assert {one.names.of("vera@example.com") for one in pages} == {"Вера"}


def test_a_new_name_is_taken_over_and_every_page_takes_the_same_one(tmp_path: Path) -> None:
    hub, _ = opened(tmp_path)
    for system, name in (("crm", "Анна Петрова"), ("trk", "Ann")):
        renamed = SystemPerson("7", name, email="ann@example.com")
        people_kept.store_people(hub.installation.store, system, people=[renamed], who={"7": "ann@example.com"})

    found = hub.installation
    pages = [list_cases(found, EVERYTHING, CaseQuery()), open_case(found, EVERYTHING, "CASE-1", now=NOW)]

    assert [one.names.of("ann@example.com") for one in pages] == ["Анна Петрова"] * 2


def test_people_to_choose_from_have_the_names_of_hub_yaml(tmp_path: Path) -> None:
    hub, _ = opened(tmp_path, hub=HUB + CALLED)

    assert people(hub.installation) == (
        ("bob@example.com", "Bob"),
        ("ann@example.com", "Анна Сергеевна"),
        ("vera@example.com", "Вера"),
    )
