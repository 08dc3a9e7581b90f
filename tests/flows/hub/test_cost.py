"""What a plan will cost in requests."""

from flows.hub.cost import requests_of
from flows.hub.plan import PlannedWrite
from mappings.exchange import Abilities


def writes(count: int, system: str, record: str) -> list[PlannedWrite]:
    verb = "update" if record else "create"
    return [PlannedWrite("CASE-1", "А", system, verb, record, ()) for _ in range(count)]


def test_a_create_is_one_request_and_an_update_is_read_before_and_after_by_pages() -> None:
    plan = [*writes(7, "trk", ""), *writes(150, "trk", "1")]

    assert requests_of(plan, {"trk": Abilities(page_size=100)}) == 7 + 150 + 2 * 2


def test_an_update_that_the_system_compares_itself_is_one_request() -> None:
    assert requests_of(writes(3, "wiki", "1"), {"wiki": Abilities(conditional_writes=True)}) == 3


def test_a_system_of_which_nothing_is_known_costs_a_request_a_write() -> None:
    assert requests_of(writes(3, "crm", "1"), {}) == 3
