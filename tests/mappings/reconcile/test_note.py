"""What a link is left with: bases, what is parked, and what is to be written there."""

from dataclasses import replace
from decimal import Decimal

import pytest

from mappings.canonical.values import Money
from mappings.lens import Field, Single
from mappings.policy import Home
from mappings.reconcile import reconcile, retry
from mappings.reconcile.model import Base, Parked
from mappings.transforms.vocabulary import Vocabulary
from tests.reconcile_builders import (
    NOW,
    Word,
    a_case,
    a_choice,
    a_field,
    a_lens,
    a_side,
    after,
    claims,
    passes,
    rules,
    value,
    writes,
)


def parked(outcome, link: int = 0, field: str = "title") -> str:
    return outcome.links[link].parked[field].code if field in outcome.links[link].parked else ""


def test_what_fits_is_left_as_it_stands_and_the_base_learns_the_value():  # H9
    crm = a_choice(values={"P": ["discovery", "estimate"], "N": "proposal"})
    sides = [a_side("crm", 1, fields=[crm], values={"stage": "discovery"}, views={"stage": "P"})]

    outcome, settled = passes(a_case({"stage": "estimate"}), sides, rules())
    again = reconcile(outcome.entity, settled, rules())

    assert writes(outcome, sides) == {}
    assert outcome.links[0].bases["stage"] == Base({"stage": "estimate"}, "P", crm.fingerprint)
    assert (writes(again, settled), again.events, value(again, "stage")) == ({}, (), "estimate")


def test_a_value_that_was_written_is_not_read_back_as_another():  # H9
    crm = a_choice(values={"P": ["discovery", "estimate"], "N": "proposal"})
    sides = [a_side("crm", 1, fields=[crm], values={"stage": "proposal"}, views={"stage": "N"})]

    outcome, settled = passes(a_case({"stage": "estimate"}), sides, rules())
    idle = reconcile(outcome.entity, settled, rules())

    assert writes(outcome, sides) == {"crm": {"stage": "P"}}
    assert (writes(idle, settled), value(idle, "stage")) == ({}, "estimate")


@pytest.mark.parametrize("code", ["dropped", "altered", "unclear", "rejected", "no way", "unseen"])
def test_a_wish_that_is_parked_is_left_alone_until_value_or_view_change_or_a_person_retries(code):  # H7
    aside = Parked(code, "?", {"title": "won"}, "t")
    side = a_side("trk", 2, values={"title": "t"}, parked={"title": aside})

    idle = reconcile(a_case({"title": "won"}), [side], rules())
    other_value = reconcile(a_case({"title": "lost"}), [side], rules())
    other_view = reconcile(
        a_case({"title": "won"}), [replace(side, fresh={"title": "won?"})], rules({"title": Home("crm")})
    )
    retried = reconcile(a_case({"title": "won"}), [replace(side, link=retry(side.link, "title"))], rules())

    assert (writes(idle, [side]), idle.links[0].parked, idle.events) == ({}, {"title": aside}, ())
    assert writes(other_value, [side]) == {"trk": {"title": "lost"}}
    assert claims(other_view) == [("hub", "won"), ("trk", "won?")]
    assert writes(retried, [side]) == {"trk": {"title": "won"}}


def test_a_value_that_the_lens_goes_on_refusing_is_told_once():  # H7
    side = a_side("trk", 2, values={"title": "t"})

    first = reconcile(a_case({"title": "too much"}), [side], rules())
    idle = reconcile(a_case({"title": "too much"}), after([side], first), rules())

    assert ([e.what for e in first.events], parked(first)) == (["parked"], "refused")
    assert (writes(idle, [side]), idle.events, idle.links[0].parked) == ({}, (), first.links[0].parked)


def test_the_loser_is_written_over_and_its_edit_is_in_the_history():
    sides = [
        a_side("crm", 1, values={"title": "t"}, fresh={"title": "А"}),
        a_side("trk", 2, values={"title": "t"}, fresh={"title": "Б"}),
    ]

    outcome = reconcile(a_case({"title": "t"}), sides, rules({"title": Home("crm")}))

    assert outcome.links[1].bases["title"].value == {"title": "Б"}
    assert outcome.links[1].write[0].expected == "Б"
    assert ("trk", "t", "Б") in [(e.system, e.old, e.new) for e in outcome.events if e.what == "read"]


def test_that_a_write_went_over_an_edit_is_told_until_the_field_changes():
    told = Parked("overwritten", "our write went over an edit of Пётр", {"title": "t"}, "t")
    side = a_side("trk", 2, values={"title": "t"}, parked={"title": told})

    kept = reconcile(a_case({"title": "t"}), [side], rules())
    moved = reconcile(a_case({"title": "t"}), [replace(side, fresh={"title": "новое"})], rules())
    edited = reconcile(a_case({"title": "другое"}), [side], rules())

    assert (kept.links[0].parked, kept.events) == ({"title": told}, ())
    assert moved.links[0].parked == edited.links[0].parked == {}
    assert writes(edited, [side]) == {"trk": {"title": "другое"}}


# --- people, amounts, sets -------------------------------------------------------------------------------------------

ANN, OLGA = "ann@example.org", "olga@example.org"


def owner(people: dict[str, str]) -> Field:
    return a_field("owner", a_lens("person", "owner", words=Vocabulary(people=people)))


def test_an_unknown_person_freezes_the_field_there_and_is_asked_about_once():  # H46
    sides = [
        a_side(
            "crm", 1, fields=[owner({"7": ANN})], values={"owner": ANN}, views={"owner": "7"}, fresh={"owner": "99"}
        ),
        a_side("trk", 2, fields=[owner({"3": ANN})], values={"owner": ANN}, views={"owner": "3"}),
    ]

    outcome = reconcile(a_case({"owner": ANN}), sides, rules())
    again = reconcile(outcome.entity, after(sides, outcome), rules())

    assert (value(outcome, "owner"), writes(outcome, sides)) == (ANN, {})
    assert parked(outcome, field="owner") == "unknown person"
    assert (again.events, again.links[0].parked) == ((), outcome.links[0].parked)


def test_a_person_whom_one_system_lacks_is_parked_there_and_the_others_go_on():  # H46
    sides = [
        a_side(
            "crm",
            1,
            fields=[owner({"7": ANN, "8": OLGA})],
            values={"owner": ANN},
            views={"owner": "7"},
            fresh={"owner": "8"},
        ),
        a_side("trk", 2, fields=[owner({"3": ANN})], values={"owner": ANN}, views={"owner": "3"}),
        a_side("wiki", 3, fields=[owner({"a": ANN, "o": OLGA})], values={"owner": ANN}, views={"owner": "a"}),
    ]

    outcome = reconcile(a_case({"owner": ANN}), sides, rules())

    assert writes(outcome, sides) == {"wiki": {"owner": "o"}}
    assert parked(outcome, 1, "owner") == "unknown person"


def test_an_unlisted_view_that_is_kept_fits_whatever_the_hub_says():  # H46
    loose = a_choice(values={"N": "lead"}, otherwise="keep")
    sides = [
        a_side("crm", 1, fields=[loose], values={"stage": "lead"}, views={"stage": "N"}, fresh={"stage": "Своя"}),
        a_side("trk", 2, fields=[a_field("stage")], values={"stage": "lead"}, fresh={"stage": "won"}),
    ]

    outcome, settled = passes(a_case({"stage": "lead"}), sides, rules())
    again = reconcile(outcome.entity, settled, rules({}, drift="report"))

    assert (value(outcome, "stage"), writes(outcome, sides)) == ("won", {})
    assert (again.events, writes(again, settled)) == ((), {})


def test_an_amount_in_another_currency_is_parked_and_never_converted():
    roubles = a_field("amount", a_lens("money", "amount", currency="RUB"))
    dollars = a_field("amount", a_lens("money", "amount", form="pipe"))
    said = {"amount": Money(Decimal(100), "RUB")}
    sides = [
        a_side("crm", 1, fields=[dollars], values=said, views={"amount": "100|RUB"}, fresh={"amount": "90|USD"}),
        a_side("trk", 2, fields=[roubles], values=said, views={"amount": "100"}),
    ]

    outcome = reconcile(a_case(said), sides, rules())

    assert value(outcome, "amount") == Money(Decimal(90), "USD")
    assert (writes(outcome, sides), parked(outcome, 1, "amount")) == ({}, "refused")


# --- drift -----------------------------------------------------------------------------------------------------------


def drifted():
    """trk shows stage 9, which stood for Анна's e-mail and is another person's now: nobody moved."""
    return a_side("trk", 2, fields=[owner({"9": OLGA, "3": ANN})], values={"owner": ANN}, views={"owner": "9"})


def test_drift_is_reported_and_repaired_by_an_approved_plan_only():  # H49
    sides = [drifted()]

    overlooked = reconcile(a_case({"owner": ANN}), sides, rules())
    reported = reconcile(a_case({"owner": ANN}), sides, rules(drift="report"))
    still = reconcile(a_case({"owner": ANN}), after(sides, reported), rules())
    repaired = reconcile(a_case({"owner": ANN}), after(sides, reported), rules(drift="repair"))

    assert (overlooked.events, writes(overlooked, sides)) == ((), {})
    assert ([e.what for e in reported.events], parked(reported, field="owner")) == (["parked"], "drift")
    assert (still.events, writes(still, sides), parked(still, field="owner")) == ((), {}, "drift")
    assert (writes(repaired, sides), repaired.links[0].parked) == ({"trk": {"owner": "3"}}, {})


def test_a_view_that_is_no_longer_listed_is_asked_about_and_not_overwritten():  # H49
    then = a_choice(values={"P": "discovery", "N": "proposal"})
    now = a_choice(values={"N": "proposal"})
    side = a_side("trk", 2, fields=[then], values={"stage": "discovery"}, views={"stage": "P"})

    outcome = reconcile(a_case({"stage": "discovery"}), [replace(side, fields={"stage": now})], rules())

    assert (writes(outcome, [side]), parked(outcome, field="stage")) == ({}, "unreadable")


def test_what_was_shown_at_another_place_is_no_view_of_a_field_that_was_moved():  # H49
    there = Field("channel", ("other",), Single("channel", Word()))
    crm = a_side("crm", 1, fields=[a_field("channel")], values={"channel": "сайт"}, fresh={"channel": "почта"})
    trk = a_side("trk", 2, fields=[a_field("channel")], values={"channel": "сайт"})
    sides = [crm, replace(trk, fields={"channel": there})]

    unread = reconcile(a_case({"channel": "сайт"}), sides, rules())
    read = reconcile(unread.entity, after(sides, unread, {"trk": {"channel": None}}), rules())

    assert (parked(unread, 1, "channel"), writes(unread, sides)) == ("drift", {})
    assert (read.entity.conflicts, writes(read, sides)) == ({}, {"trk": {"channel": "почта"}})


# --- never shown, would be lost --------------------------------------------------------------------------------------


def test_a_field_with_a_value_that_the_record_never_shows_is_told():  # H32
    side = a_side("trk", 2, fields=[a_field(), a_field("channel")], fresh={"channel": "сайт"})

    outcome = reconcile(a_case({"title": "t", "channel": "сайт"}), [side], rules())
    again = reconcile(outcome.entity, after([side], outcome), rules())

    assert (parked(outcome), writes(outcome, [side])) == ("unseen", {})
    assert again.events == ()


def test_what_a_record_shows_is_not_judged_before_it_was_read():  # H32
    """One that is to be met anew: set aside as never shown, an empty field would not be filled then."""
    sides = [a_side("crm", 1, values={"title": "s"}, fresh={"title": "t"}), a_side("trk", 2, touched=NOW)]

    outcome = reconcile(a_case({"title": "s"}), sides, rules())
    crm, trk = after(sides, outcome)
    read = reconcile(outcome.entity, [crm, replace(trk, fresh={"title": None})], rules())

    assert (parked(outcome, 1), writes(outcome, sides)) == ("", {})
    assert writes(read, sides) == {"trk": {"title": "t"}}


def test_why_it_was_left_out_of_the_create_is_remembered():  # H32
    aside = Parked("refused", "no view is listed for stage 'won'", {"stage": "won"})
    side = a_side("trk", 2, fields=[a_field("stage")], parked={"stage": aside}, fresh={})

    outcome = reconcile(a_case({"stage": "won"}), [side], rules())

    assert (outcome.links[0].parked, outcome.events) == ({"stage": aside}, ())


class Table(Word):
    """A word under which a table stands."""

    def drops(self, value, view):
        return ("table",)


def test_a_write_that_would_drop_something_waits_until_that_is_allowed():
    careful = a_field("title", Single("title", Table()))
    side = a_side("trk", 2, fields=[careful], values={"title": "t"})

    outcome = reconcile(a_case({"title": "новое"}), [side], rules())
    allowed = [replace(after([side], outcome)[0], fields={"title": replace(careful, lossy=True)})]

    assert (writes(outcome, [side]), parked(outcome)) == ({}, "lossy")
    assert writes(reconcile(outcome.entity, allowed, rules()), allowed) == {"trk": {"title": "новое"}}
