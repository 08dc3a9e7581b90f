"""A create that did not arrive is decided anew before it is sent again: nothing of it may stand by then."""

import pytest

from flows.hub.wiring import install
from tests.fault_builders import Hook, a_world, after, failing, parked
from tests.flows.hub.test_doubts_of_updates import LOST
from tests.hub_builders import a_deal


def in_doubt(tmp_path, *, deals):
    """A hub with some cases, and one whose record could not be made, which nobody knows."""
    hub = a_world(tmp_path, deals=deals)
    hub.sync()
    hub.systems["crm"].create("record", a_deal("Третья", next_step="позвонить"))
    hub.systems["trk"].hook = Hook("create", "before", failing(LOST))
    assert hub.sync().in_doubt == 1
    return hub


@pytest.mark.parametrize("words", ["next_step: null", "next_step: {at: channel, as: text}\n  channel: null"])
def test_it_is_sent_in_the_words_of_a_mapping_that_was_changed_since(tmp_path, words):
    hub = in_doubt(tmp_path, deals=2)
    path = tmp_path / "record.trk.yaml"
    path.write_text(f"{path.read_text(encoding='utf-8')}  {words}\n", encoding="utf-8")
    clock = hub.installation.store.clock
    hub.installation.store.close()
    hub.installation = install(tmp_path, {}, clock=clock)

    clock.ahead(minutes=5)
    hub.sync(approved=True)

    made = hub.records("trk")["3"]
    assert (made["title"], made.get("next_step")) == ("Третья", None)
    assert made.get("channel") == ("позвонить" if "channel" in words else None)


def test_one_that_is_not_wanted_any_more_is_off_the_list(tmp_path):
    hub = in_doubt(tmp_path, deals=0)
    after(hub, minutes=2)
    listed = parked(hub)

    hub.systems["crm"].edit("record", "1", {"stage": "LOSE"})
    after(hub, minutes=2)
    after(hub, minutes=2)

    assert [one.code for one in listed] == ["in doubt"]
    assert (hub.records("trk"), parked(hub)) == ({}, [])
