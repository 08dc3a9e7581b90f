"""What judges kills sees what is torn, lost and doubled."""

import httpx

from tests.crash.judging import differing, torn
from tests.crash.killed import name_of
from tests.crash.points import chosen_of

BEFORE = {"deal 1": {"title": "Старое", "stage": "NEW"}}
AFTER = {"deal 1": {"title": "Новое", "stage": "WON"}, "issue of 1": {"subject": "Новое", "notes": ["раз", "два"]}}


def test_a_field_is_as_it_was_or_as_it_becomes_or_on_its_way() -> None:
    now = {"deal 1": {"title": "Новое", "stage": "EXECUTING"}, "issue of 1": {"subject": "Новое", "notes": ["два"]}}

    assert torn(now, BEFORE, AFTER, {"EXECUTING"}) == []


def test_a_half_written_field_is_torn() -> None:
    now = {"deal 1": {"title": "Нов", "stage": "NEW"}}

    assert torn(now, BEFORE, AFTER, set()) == ["deal 1: title is 'Нов', was 'Старое', becomes 'Новое'"]


def test_a_record_too_many_and_one_too_few_are_seen() -> None:
    doubled = {**AFTER, "issue of 1, copy 2": {"subject": "Новое"}}

    assert torn(doubled, BEFORE, AFTER, set())
    assert differing(doubled, AFTER) == ["issue of 1, copy 2 is {'subject': 'Новое'} instead of None"]
    assert torn({}, BEFORE, AFTER, set()) == ["deal 1 is gone"]


def test_points_are_called_by_what_is_asked_without_numbers_and_secrets() -> None:
    batch = {"cmd": {"c0": "crm.item.update?entityTypeId=2&id=7"}}
    names = [
        name_of(httpx.Request("POST", "https://crm.example/rest/5/secret/batch", json=batch)),
        name_of(httpx.Request("POST", "https://crm.example/rest/5/secret/crm.item.list")),
        name_of(httpx.Request("PUT", "https://trk.example/issues/41.json")),
    ]

    assert names == ["batch crm.item.update", "crm.item.list", "PUT /issues/N.json"]


def test_a_tenth_is_chosen_by_its_seed() -> None:
    points = [f"point {number}" for number in range(41)]

    assert len(chosen_of(points, 1)) == 5
    assert chosen_of(points, 1) == chosen_of(points, 1) != chosen_of(points, 2)
