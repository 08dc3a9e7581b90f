"""Guards: what looks harmless record by record stops a pass."""

import pytest

from mappings.exchange import View
from mappings.reconcile import reconcile
from mappings.reconcile.guards import A_FEW, AFTER_WRITE, Limits, Tally, check_full_read, lacking
from mappings.reconcile.model import Event, NewRecord, Outcome
from tests.reconcile_builders import a_case, a_side, rules

FEW = Limits(max_creates=2, max_clears=2, max_changes=2)


def tally(*events: Event, creates: int = 0) -> list[str]:
    told = Tally()
    told.add(Outcome(a_case(), events=events, creates=[NewRecord("trk", "issue", ())] * creates))
    return [stop.guard for stop in told.stops(FEW)]


def read(old: View, new: View, *, system: str = "crm", field: str = "Сумма", cause: str = "") -> Event:
    return Event("read", field, old, new, system=system, cause=cause)


@pytest.mark.parametrize("empty", [None, "", [], {"amount": None, "currency": ""}])
def test_one_field_emptied_in_many_records_stops_the_pass(empty):  # H36
    assert tally(read("1", empty), read("2", empty)) == []
    assert tally(read("1", empty), read("2", empty), read("3", empty)) == ["max_clears"]


def test_an_amount_that_is_gone_counts_although_its_currency_still_stands():  # H36
    def gone(amount):
        return read({"amount": amount, "currency": "RUB"}, {"amount": None, "currency": "RUB"})

    def moved(amount):
        return read({"amount": amount, "currency": None}, {"amount": None, "currency": "RUB"})

    assert tally(gone("1"), gone("2"), gone("3")) == ["max_clears"]
    assert "max_clears" not in tally(moved("1"), moved("2"), moved("3"))
    assert [
        lacking(view) for view in ({"amount": None, "currency": "RUB"}, {"amount": "1", "currency": "RUB"}, "")
    ] == [
        True,
        False,
        True,
    ]


def test_one_field_that_becomes_one_and_the_same_in_many_records_stops_the_pass():  # H36
    assert tally(read("1", "0"), read("2", "0"), read("3", "7")) == []
    assert tally(read("1", "0"), read("2", "0"), read("3", "0")) == ["max_changes"]


def test_fields_and_systems_are_counted_apart():  # H36
    assert tally(read("1", None), read("2", None), read("3", None, field="Срок"), read("4", None, system="trk")) == []


def test_what_our_own_writes_brought_about_and_first_views_do_not_count():
    ours = [read(str(n), None, cause=AFTER_WRITE) for n in range(5)]
    first = [read(None, "x") for _ in range(5)]

    assert tally(*ours, *first) == []


def test_a_lost_permission_is_seen_in_the_outcomes():  # H36
    told = Tally()
    for number in range(3):
        side = a_side("crm", 1, values={"title": f"Сделка {number}"}, fresh={"title": None})
        told.add(reconcile(a_case({"title": f"Сделка {number}"}), [side], rules()))

    assert [stop.text for stop in told.stops(FEW)] == ["title was emptied in 3 records of crm; the guard allows 2"]


def test_more_creates_than_allowed_stop_the_pass():
    assert (tally(creates=2), tally(creates=3)) == ([], ["max_creates"])


@pytest.mark.parametrize(
    ("linked", "missing", "guard"),
    [
        (0, 0, []),
        (20, 0, []),
        (20, A_FEW, []),
        (20, A_FEW + 1, ["max_deletes"]),
        (200, 20, []),
        (200, 21, ["max_deletes"]),
        (20, 20, ["empty"]),
    ],
)
def test_a_system_that_lists_much_less_or_nothing_stops_before_anything_is_taken_for_deleted(linked, missing, guard):
    stops = check_full_read("crm", linked=linked, missing=missing, limits=Limits())

    assert [stop.guard for stop in stops] == guard
