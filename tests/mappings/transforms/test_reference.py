"""A record of another kind, by its name."""

import pytest

from mappings.exchange import Choice
from mappings.lens import Refusal
from mappings.transforms.reference import Reference
from mappings.transforms.vocabulary import Spot, Vocabulary

DAISY = {"id": "17", "name": "ООО «Ромашка»"}
KNOWN = Reference({"17": "ООО «Ромашка»", "18": "Lilie GmbH", "19": "Двойник", "20": "Двойник"})


def code(refused):
    return refused.code if isinstance(refused, Refusal) else None


def test_the_name_is_the_value():
    assert Reference().read(DAISY) == "ООО «Ромашка»"
    assert Reference().read(None) is None


def test_a_name_that_stands_is_left():
    assert Reference().write("ООО «Ромашка»", DAISY) == DAISY


def test_a_renamed_company_is_renamed_here():
    assert Reference().read({**DAISY, "name": "ООО «Ромашка Плюс»"}) == "ООО «Ромашка Плюс»"


def test_nobody_is_pointed_at_by_a_bare_name():
    assert code(Reference().write("Lilie GmbH", DAISY)) == "no view"


def test_a_known_name_is_pointed_at_by_its_id():
    assert KNOWN.write("Lilie GmbH", DAISY) == {"id": "18", "name": "Lilie GmbH"}
    assert KNOWN.write("Lilie GmbH", None) == {"id": "18", "name": "Lilie GmbH"}


def test_two_records_of_one_name_are_not_told_apart():
    refused = KNOWN.write("Двойник", DAISY)

    assert code(refused) == "no view"
    assert "several records" in refused.text


def test_a_bare_id_is_read_where_it_is_known():
    assert KNOWN.read("18") == "Lilie GmbH"
    assert KNOWN.write("ООО «Ромашка»", "18") == "17"
    assert code(Reference().read("18")) == "unlisted"


def test_emptying_takes_the_reference_away():
    assert Reference().write(None, DAISY) is None


@pytest.mark.parametrize("view", [{"id": "17"}, {"id": 17, "name": "x"}, {"id": "17", "name": ""}, 17, ["17"]])
def test_what_is_no_reference_is_refused(view):
    assert code(Reference().read(view)) == "malformed"


def test_the_records_come_from_the_system():
    words = Vocabulary(choices={"company": (Choice("17", "ООО «Ромашка»"),)})

    made = Reference.built({}, Spot(("client",), ("company",), words))

    assert made == Reference({"17": "ООО «Ромашка»"})
    assert made.settings() == Reference().settings()
