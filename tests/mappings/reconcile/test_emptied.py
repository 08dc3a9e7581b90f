"""What a lost account has emptied: the value stays elsewhere, and it is told until something changes."""

from dataclasses import replace

from mappings.lens import Field
from mappings.reconcile import reconcile
from mappings.reconcile.model import Side
from mappings.transforms.vocabulary import Vocabulary
from tests.reconcile_builders import a_case, a_field, a_lens, a_side, after, rules, value, writes

ANN, OLGA = "ann@example.org", "olga@example.org"


def owner(people: dict[str, str]) -> Field:
    return a_field("owner", a_lens("person", "owner", words=Vocabulary(people=people)))


def emptied(fresh: str | None = None) -> list[Side]:
    """Two systems that show Ann; in the first one the field is empty now, because her account is gone."""
    there, here = owner({"7": ANN, "8": OLGA}), owner({"3": ANN, "4": OLGA})
    return [
        replace(
            a_side("crm", 1, fields=[there], values={"owner": ANN}, views={"owner": "7"}, fresh={"owner": fresh}),
            emptied=frozenset({"owner"}),
        ),
        a_side("trk", 2, fields=[here], values={"owner": ANN}, views={"owner": "3"}),
    ]


def test_a_field_that_a_lost_account_has_emptied_clears_nothing_and_is_told_until_something_changes():
    sides = emptied()

    outcome = reconcile(a_case({"owner": ANN}), sides, rules())
    [crm, trk] = [replace(side, emptied=frozenset()) for side in after(sides, outcome)]
    again = reconcile(outcome.entity, [crm, trk], rules(drift="report"))
    moved = [crm, replace(trk, fresh={"owner": "4"})]
    elsewhere = reconcile(outcome.entity, moved, rules())
    chosen = reconcile(outcome.entity, [replace(crm, fresh={"owner": "8"}), trk], rules())

    assert (value(outcome, "owner"), writes(outcome, sides)) == (ANN, {})
    assert outcome.links[0].parked["owner"].code == again.links[0].parked["owner"].code == "emptied"
    assert (again.events, writes(again, [crm, trk])) == ((), {})
    assert writes(elsewhere, moved) == {"crm": {"owner": "8"}}
    assert (value(chosen, "owner"), chosen.links[0].parked) == (OLGA, {})


def test_a_new_person_is_written_where_a_lost_account_left_nobody():
    sides = emptied()
    sides[1] = replace(sides[1], fresh={"owner": "4"})

    outcome = reconcile(a_case({"owner": ANN}), sides, rules())

    assert (value(outcome, "owner"), writes(outcome, sides)) == (OLGA, {"crm": {"owner": "8"}})
    assert outcome.links[0].parked == {}


def test_what_a_person_left_as_it_is_does_not_come_back_as_drift():
    sides = emptied()
    outcome = reconcile(a_case({"owner": ANN}), sides, rules())
    [crm, trk] = [replace(side, emptied=frozenset()) for side in after(sides, outcome)]
    left = replace(crm.link.parked["owner"], code="left", text="left as it is by a person")
    crm = replace(crm, link=replace(crm.link, parked={"owner": left}))

    again = reconcile(outcome.entity, [crm, trk], rules(drift="report"))

    assert again.links[0].parked == {"owner": left}
