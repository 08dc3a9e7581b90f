"""Taking a record away that the hub has made: what the link says when that was wished and has come to nothing."""

from mappings.reconcile.model import LinkChange, Parked
from mappings.reconcile.removal import NOT_DELETED, WHOLE, left, still_told
from tests.reconcile_builders import a_link

TOLD = Parked(NOT_DELETED, "#trk-2 was to be deleted and stays: правили")


def test_a_record_that_stays_keeps_its_link_and_is_told():
    link = a_link("trk", 2, seen={"title": "правка"}, parked={"title": Parked("drift", "?")})

    change, told = left(link, "правили")

    assert (change.seen, change.parked) == ({"title": "правка"}, {"title": Parked("drift", "?"), WHOLE: TOLD})
    assert (told.what, told.system, told.cause) == ("kept", "trk", TOLD.text)


def test_why_it_stays_is_told_until_a_person_takes_that_away_and_no_other_entry_is():
    change = LinkChange(2, {}, {}, {"title": Parked("drift", "?")})

    kept = still_told(a_link("trk", 2, parked={WHOLE: TOLD}), change)
    other = still_told(a_link("trk", 2, parked={WHOLE: Parked("deleting", "?")}), change)

    assert kept.parked == {"title": Parked("drift", "?"), WHOLE: TOLD}
    assert other == still_told(a_link("trk", 2), change) == change
