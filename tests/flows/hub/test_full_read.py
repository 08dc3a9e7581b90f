"""A full read of a system whose list has several pages."""

from connectors.memory.traits import KindTraits
from tests.hub_builders import a_deal, a_hub


def test_a_full_read_goes_on_from_page_to_page_and_ends(tmp_path):
    hub = a_hub(tmp_path, traits={"crm": KindTraits(page_size=3), "trk": KindTraits(page_size=3)})
    for number in range(8):
        hub.systems["crm"].create("record", a_deal(f"Внедрение {number}"))
    hub.sync()

    report = hub.sync(full=True)

    assert report.trouble == {}
    assert report.requests == {"crm": 3, "trk": 3}
    assert report.read == {"crm": 8, "trk": 8}


def test_a_record_gone_from_the_last_page_of_a_full_read_is_noticed(tmp_path):
    hub = a_hub(tmp_path, traits={"trk": KindTraits(page_size=3)})
    for number in range(8):
        hub.systems["crm"].create("record", a_deal(f"Внедрение {number}"))
    hub.sync()
    hub.systems["trk"].delete("record", max(hub.records("trk"), key=int))

    hub.sync(full=True)

    gone = [link for n in range(1, 9) for link in hub.case(f"CASE-{n}").links if link.tombstone]
    assert [link.system for link in gone] == ["trk"]
