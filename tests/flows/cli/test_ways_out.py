"""The way out that a stopped command prints is a way out."""

import re
import sqlite3

from tests.flows.cli.cli_builders import HUB

FEW = HUB + "    guards: {max_creates: 1, max_clears: 1}\n"


def out_of(hub, stopped):
    """Follow the printed way: a plan in a file, and that file applied."""
    assert stopped.code == 4
    [way] = re.findall(r"casehub (plan \S+ -o) FILE; casehub apply FILE", stopped.err)
    file = str(hub.folder / "plan.txt")
    hub.run(*way.split(), file)
    return hub.done("apply", file)


def test_another_account(opened):
    database = sqlite3.connect(opened.folder / "casehub.db")
    with database:
        form = '{"id":"5","name":"Прежний"}'
        database.execute("update dictionary set form = ? where name = 'account' and system = 'trk'", (form,))
    database.close()
    opened.edit("crm", "1", next_step="КП")
    stopped = opened.run("sync")

    out_of(opened, stopped)

    assert "the hub is hub in trk now, and was Прежний" in stopped.err
    assert opened.run("sync").code == 0
    assert opened.records("trk")["1"]["next_step"] == "КП"


def test_too_many_creates(make_hub):
    hub = make_hub(hub=FEW)
    hub.deal("Один")
    hub.deal("Два")

    out_of(hub, hub.run("sync"))

    assert sorted(row["title"] for row in hub.records("trk").values()) == ["Два", "Один"]
    assert hub.run("sync").code == 0


def test_a_field_emptied_in_many_records(make_hub):
    hub = make_hub(hub=FEW)
    for title in ("Один", "Два"):
        hub.deal(title, next_step="КП")
        hub.done("sync")
    for record in ("1", "2"):
        hub.edit("crm", record, next_step=None)

    out_of(hub, hub.run("sync"))

    assert {row["next_step"] for row in hub.records("trk").values()} == {None}
    assert hub.run("sync").code == 0


def test_a_changed_mapping(opened):
    path = opened.folder / "record.trk.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "  channel: null\n", encoding="utf-8")

    out_of(opened, opened.run("sync"))

    assert opened.run("sync").code == 0
