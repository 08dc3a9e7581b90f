"""What arrives of one record says nothing of another one that has its number elsewhere."""

from dataclasses import replace

import pytest

from mappings.exchange import Fault, Found
from state import attention, inbox
from tests.state_builders import CRM, a_page, a_record, claim, hinted, look, put

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


@pytest.mark.parametrize("other", NAMESAKES, ids=" ".join)
def test_strangers_that_share_a_number_are_both_listed(store, worker, clock, other):
    for place in (CRM, other):
        put(store, a_record(of=place))
    put(store, a_record(title="изменено"), began=clock.go(1))
    strangers = claim(store, worker, scopes=[CRM, other]).strangers

    inbox.set_aside(store, strangers, reason="a copy", listed=True)

    listed = {(one.system, one.kind, one.record) for one in attention.parked_fields(store)}
    assert listed == {(*CRM, "10"), (*other, "10")}
