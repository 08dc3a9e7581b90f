"""A case as it was at some time."""

from pathlib import Path

from flows.hub.casework import Act
from flows.hub.linking import link, unlink
from flows.hub.remembering import all_lines
from flows.hub.then import as_of
from flows.hub.wired import Wired
from tests.flows.hub.attachments.files_world import sharing
from tests.hub_builders import HUB, a_deal, opened


def test_a_record_keeps_its_number_whatever_is_attached_to_it(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path)
    for number in range(3):
        hub.attach("crm", deal, f"Итого: {number}")
    hub.sync()
    lines = list(all_lines(hub.installation.store, entity=hub.case().entity.id))

    then = as_of(lines, lines[-1].hub_at)

    assert [line.record for line in lines if line.kind == "file"] == ["2", "3", "4"]
    assert {name: one.record for name, one in then.records.items()} == {"crm": deal, "trk": hub.issue()}


def test_a_record_that_took_the_place_of_another_one_is_told_by_its_own_number(tmp_path: Path) -> None:
    hub, deal = opened(tmp_path)
    other = hub.systems["trk"].create("record", {"title": "Внедрение CRM", "status": "New"})

    async def work(wired: Wired) -> None:
        act = Act(wired, hub.case().entity.id, "ann")
        unlink(act, "trk")
        await link(act, "trk", other)

    hub.wired(work)
    lines = list(all_lines(hub.installation.store, entity=hub.case().entity.id))
    then = as_of(lines, lines[-1].hub_at)

    assert {name: one.record for name, one in then.records.items()} == {"crm": deal, "trk": other}


def test_what_only_the_record_before_it_had_shown_is_not_told_of_it(tmp_path: Path) -> None:
    hub, _ = opened(tmp_path, hub=HUB + "    gone: restore\n")
    hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    [number] = [one.external_id for one in hub.case().links if one.system == "trk"]
    hub.systems["trk"].edit("record", number, {"status": "Неизвестный"})
    hub.sync()
    hub.systems["trk"].delete("record", number)
    hub.sync(full=True)
    hub.sync()
    lines = list(all_lines(hub.installation.store, entity=hub.case().entity.id))
    made = next(line for line in reversed(lines) if line.event.what == "linked")

    then = as_of([line for line in lines if line.id <= made.id], made.hub_at)

    assert then.records["trk"].record not in ("", number)
    assert then.records["trk"].shows == {}
