"""The culprit of a refused write: what is refused, what is sent again, and that one value is never torn apart."""

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import Rejected
from connectors.guarded.blame import blame, fellows
from mappings.exchange import Change

CHANGES = (
    Change("amount", "200", field="amount"),
    Change("title", "Внедрение", field="title"),
    Change("currency", "RUB", field="amount"),
    Change("note", "ёж"),
)
VIEWS = {change.place: change.view for change in CHANGES}


def refused(place=None, *, whole=False):
    return Rejected("no", system="crm", place=place, whole=whole)


def test_what_is_named_is_refused_with_what_is_one_value_with_it():
    assert blame(CHANGES, VIEWS, refused("currency")) == (
        ("amount", "currency"),
        [{"title": "Внедрение", "note": "ёж"}],
    )


def test_where_nothing_is_named_both_halves_are_sent_and_no_value_is_torn_apart():
    assert blame(CHANGES, VIEWS, refused()) == (
        (),
        [{"amount": "200", "currency": "RUB"}, {"title": "Внедрение", "note": "ёж"}],
    )


def test_one_value_alone_is_the_culprit_whatever_is_named():
    money = {place: VIEWS[place] for place in ("amount", "currency")}

    assert blame(CHANGES, money, refused()) == (("amount", "currency"), [])
    assert blame(CHANGES, money, refused("sum")) == (("amount", "currency"), [])


def test_of_a_record_that_is_refused_as_a_whole_nothing_is_sent_again():
    assert blame(CHANGES, VIEWS, refused("title", whole=True)) == (tuple(VIEWS), [])


def test_places_of_no_field_are_values_of_their_own():
    assert fellows(CHANGES, "note") == ("note",)
    assert fellows(CHANGES, "unknown") == ("unknown",)


@settings(derandomize=True, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["", "x", "y"]), min_size=1), st.data())
def test_every_place_is_blamed_or_sent_again_once_and_it_ends(fields, data):
    changes = [Change(place, place, field=field) for place, field in fields.items()]
    named = data.draw(st.sampled_from([None, *fields, "other"]))
    waiting, told = [{place: place for place in fields}], []
    while waiting:
        views = waiting.pop()
        blamed, rests = blame(changes, views, refused(named))
        assert sorted([*blamed, *(place for rest in rests for place in rest)]) == sorted(views)
        assert blamed or len(rests) == 2
        for one in (blamed, *rests):
            assert all(other in one for place in one for other in fellows(changes, place) if other in views)
        told += blamed
        waiting += rests if named is None else []

    assert named is not None or sorted(told) == sorted(fields)
