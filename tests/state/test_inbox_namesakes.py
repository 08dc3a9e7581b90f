"""What arrives of one record says nothing of another one that has its number elsewhere."""

from dataclasses import replace

import pytest

from mappings.exchange import Fault, Found
from state import attention, inbox
from tests.state_builders import CRM, a_page, a_record, hinted, look, put

NAMESAKES = (("crm", "contact"), ("tracker", "deal"))
"""Of another kind, of another system: the same number says nothing of the record."""


@pytest.mark.parametrize("other", NAMESAKES, ids=" ".join)
def test_a_read_answers_the_hint_of_its_own_record_and_of_no_namesake(store, clock, other):
    for system, kind in (CRM, other):
        inbox.hint(store, system, kind=kind, ids=["10"])
    clock.go(1)

    look(store, Found("10", "here", a_record()))

    assert (hinted(store), hinted(store, other)) == ([], ["10"])


@pytest.mark.parametrize("other", NAMESAKES, ids=" ".join)
def test_a_record_that_can_be_read_again_leaves_the_trouble_of_its_namesakes(store, clock, other):
    for place in (CRM, other):
        inbox.put(store, replace(a_page(store, faults=(Fault("10", "нечитаемо"),)), system=place[0], kind=place[1]))
    clock.go(1)

    put(store, a_record())

    assert [(one.system, one.kind) for one in attention.parked_fields(store)] == [other]
