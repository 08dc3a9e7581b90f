import pytest

from mappings.lens import Refusal
from mappings.transforms.belonging import Belonging, hung

CASE, PART = Belonging(), Belonging(loose=True)


@pytest.mark.parametrize("lens", [CASE, PART])
def test_a_key_is_read_and_written_as_it_is(lens):
    assert lens.read("CASE-42") == "CASE-42"
    assert lens.fits("CASE-42", "CASE-42")
    assert not lens.fits("CASE-4", "CASE-42")
    assert lens.write("CASE-4", "CASE-42") == "CASE-4"


def test_what_hangs_on_nothing_of_ours_is_refused_with_its_name():
    refusal = CASE.read({"unknown": "issue 12"})

    assert refusal == Refusal("unlisted", "it hangs on issue 12, which is no case's")
    assert isinstance(CASE.read(None), Refusal)
    assert isinstance(CASE.write(None, "CASE-1"), Refusal)


def test_an_item_need_not_be_a_part_of_another_one():
    assert PART.read(None) is None
    assert PART.write(None, "ITEM-1") is None


def test_what_cannot_be_moved_is_only_read():
    fields = hung(("case", "parent"), moves=False, file="issue.трекер.yaml", line=3)

    assert {name: (one.places, one.direction) for name, one in fields.items()} == {
        "case": (("@case",), "in"),
        "parent": (("@parent",), "in"),
    }
