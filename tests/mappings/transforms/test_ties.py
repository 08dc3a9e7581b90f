"""What an item is tied to: only what is known to be an item is read and written, all else is left as it is."""

import pytest

from mappings.lens import Refusal
from mappings.transforms.ties import Ties

KNOWN = Ties(known={"5": "ITEM-1", "7": "ITEM-2"})


def keys(*names):
    return frozenset(names)


def test_records_that_are_no_items_are_not_read_and_stay():
    assert KNOWN.read(["5", "99"]) == keys("ITEM-1")
    assert KNOWN.write(keys("ITEM-2"), ["5", "99"]) == ["99", "7"]
    assert KNOWN.write(None, ["99", "5"]) == ["99"]


def test_an_item_without_a_record_there_cannot_be_said_there():
    assert KNOWN.fits(keys("ITEM-1", "ITEM-9"), ["5"])
    assert KNOWN.step(keys("ITEM-1"), None, keys("ITEM-1", "ITEM-9")) == keys("ITEM-9")


def test_nothing_is_written_before_anybody_knows_who_is_who():
    assert Ties().read(["5"]) == keys("#5")
    assert Ties().write(keys("ITEM-1"), ["99"]) == ["99"]
    assert isinstance(Ties().read(7), Refusal)


@pytest.mark.parametrize(
    ("value", "view", "value_now", "view_now"),
    [
        (keys("ITEM-1"), ["5"], keys("ITEM-1"), ["5"]),  # nothing has changed
        (None, ["5", "99"], None, ["99"]),  # 5 has become an item since: as if it had not been there
        (keys("ITEM-1", "ITEM-2"), ["5"], keys("ITEM-1"), ["5"]),  # ITEM-2 has got its record since
        (keys("ITEM-1", "ITEM-9"), ["5"], keys("ITEM-1", "ITEM-9"), ["5"]),  # ITEM-9 still has none
    ],
)
def test_a_base_stands_for_what_was_known_when_it_was_made(value, view, value_now, view_now):
    assert KNOWN.since_known(value, view) == (value_now, view_now)


def test_several_numbers_may_stand_in_one_text():
    one = Ties(separator=",", known=KNOWN.known)

    assert one.read("5, 99") == keys("ITEM-1")
    assert one.write(keys("ITEM-1", "ITEM-2"), "5, 99") == "5, 99, 7"
