"""Who changed a record of a system last is said with what the hub took from it."""

from pathlib import Path

from flows.hub.explaining import explain
from flows.hub.looking import view_case
from state import history
from tests.hub_builders import AHub, a_deal, a_hub

ANNA, BOB = "7", "8"


def editor(hub: AHub, fact: str) -> str:
    return dict(view_case(hub.installation, "CASE-1").facts)[fact].origin.who


def signed(hub: AHub, what: str) -> set[tuple[str, str]]:
    """Return where, and by whom, the history tells of each thing of that kind."""
    lines = history.history(hub.installation.store, limit=1000)
    return {(line.event.system, line.event.by) for line in lines if line.event.what == what}


def a_travelled_deal(folder: Path) -> AHub:
    hub = a_hub(folder)
    hub.systems["crm"].create("record", a_deal("Тендер"), by=ANNA)
    hub.sync()
    return hub


def test_a_fact_names_who_changed_the_record_that_it_was_taken_from(tmp_path: Path) -> None:
    hub = a_travelled_deal(tmp_path)
    said = editor(hub, "title")
    [issue] = hub.records("trk")

    hub.systems["trk"].edit("record", issue, {"title": "Тендер на склад"}, by=BOB)
    hub.sync()
    [explained] = explain(hub.installation, "CASE-1", "title")

    assert (said, editor(hub, "title"), editor(hub, "client")) == ("Анна Ли", "Bob", "Анна Ли")
    assert (explained.form()["who"], explained.form()["editor"]) == ("trk", "Bob")
    assert {("crm", "Анна Ли"), ("trk", "Bob")} <= signed(hub, "read")


def test_what_the_hub_wrote_is_nobodys_edit(tmp_path: Path) -> None:
    hub = a_travelled_deal(tmp_path)
    hub.sync(full=True)

    assert {who for system, who in signed(hub, "read") if system == "trk"} <= {""}


def test_who_is_on_no_list_is_called_by_their_id(tmp_path: Path) -> None:
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal("Тендер"), by="42")
    hub.sync()

    assert editor(hub, "title") == "42"
