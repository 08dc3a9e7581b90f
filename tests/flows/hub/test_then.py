"""A case as it was at some time."""

from pathlib import Path

from flows.hub.remembering import all_lines
from flows.hub.then import as_of
from tests.flows.hub.attachments.files_world import sharing


def test_a_record_keeps_its_number_whatever_is_attached_to_it(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path)
    for number in range(3):
        hub.attach("crm", deal, f"Итого: {number}")
    hub.sync()
    lines = list(all_lines(hub.installation.store, entity=hub.case().entity.id))

    then = as_of(lines, lines[-1].hub_at)

    assert [line.record for line in lines if line.kind == "file"] == ["2", "3", "4"]
    assert {name: one.record for name, one in then.records.items()} == {"crm": deal, "trk": hub.issue()}
