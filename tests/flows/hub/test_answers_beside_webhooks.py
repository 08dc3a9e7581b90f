"""What people say of who is who counts for the fast path at once, although its systems stay open from look to look."""

import asyncio

from flows.hub.choices import Choices, add_choices
from tests.flows.hub.fastpath_builders import fast_path, hint
from tests.hub_builders import opened


def test_a_case_of_which_somebody_has_just_said_that_it_gets_no_record_gets_none(tmp_path):
    hub, _ = opened(tmp_path)
    store = hub.installation.store
    lead = hub.systems["crm"].create("record", {"title": "Склад", "stage": "NEW"})

    async def said_between_two_looks():
        fast = fast_path(hub)
        hint(hub, lead)
        await fast.look()
        left = frozenset({hub.case("CASE-2").entity.id})
        add_choices(store, "presales", ("trk", "record"), more=Choices(left=left))
        hub.systems["crm"].edit("record", lead, {"stage": "PREP"})
        hint(hub, lead)
        await fast.look()
        await fast.close()

    asyncio.run(said_between_two_looks())

    assert hub.case("CASE-2").entity.facts["stage"].value == "qualified"
    assert list(hub.records("trk")) == ["1"]
