"""Copies of files that a run has made are taken back: deleted where that is asked for, and not put back by a rule."""

import pytest

from flows.hub.undoing import carry_out, find_run, plan_undo
from tests.flows.hub.attachments.files_world import sharing
from tests.undo_builders import planned, undo

RESTORE = "    gone: restore\n"


def copied(folder, **settings):
    """A hub whose last run has copied a file from the deal to the issue; returns that run too."""
    hub, deal = sharing(folder, **settings)
    hub.attach("crm", deal, "Итого: 100")
    return hub, deal, hub.sync().run


@pytest.mark.parametrize("rest", ["", RESTORE])
def test_a_copy_is_deleted_its_source_stays_and_nothing_puts_it_back(tmp_path, rest):
    hub, deal, run = copied(tmp_path, rest=rest)
    assert hub.files("trk", hub.issue()) == {"смета.pdf": "Итого: 100"}

    plan, undone = undo(hub, run, delete=True)
    hub.sync()
    hub.sync(full=True)

    assert [(one.what, one.system, one.name, one.why) for one in plan.beside] == [("file", "trk", "смета.pdf", "")]
    assert [one.name for one in undone.removed] == ["смета.pdf"]
    assert hub.files("trk", hub.issue()) == {}
    assert hub.files("crm", deal) == {"смета.pdf": "Итого: 100"}


def test_without_delete_a_copy_is_named_and_stays(tmp_path):
    hub, _, run = copied(tmp_path)

    plan, undone = undo(hub, run)

    assert [one.name for one in plan.beside] == ["смета.pdf"]
    assert (plan.removing, undone.removed) == ([], [])
    assert len(hub.files("trk", hub.issue())) == 1


def test_a_copy_that_somebody_has_renamed_since_stays_and_is_told(tmp_path):
    hub, _, run = copied(tmp_path)

    async def work(wired):
        plan = await plan_undo(wired, find_run(wired.store, run), delete=True)
        [copy] = hub.records("trk", "file")
        hub.systems["trk"].edit("file", copy, {"name": "наша.pdf"})
        return await carry_out(wired, plan, by="ann")

    undone = hub.wired(work)
    hub.sync()

    assert [(one.name, one.why) for one in undone.kept] == [("смета.pdf", "edited since: name")]
    assert list(hub.files("trk", hub.issue())) == ["наша.pdf"]


def test_a_copy_that_is_gone_already_is_told_so(tmp_path):
    hub, _, run = copied(tmp_path)
    [copy] = hub.records("trk", "file")
    hub.systems["trk"].delete("file", copy)
    hub.sync(full=True)

    plan = planned(hub, run, delete=True)

    assert [one.why for one in plan.beside] == ["it is not there any more"]
    assert not plan.removing


def test_a_file_that_the_run_renamed_is_told_to_keep_its_name(tmp_path):
    hub, deal, _ = copied(tmp_path)
    [file] = hub.records("crm", "file")
    hub.systems["crm"].edit("file", file, {"name": "итог.pdf"})
    run = hub.sync(full=True).run
    assert list(hub.files("trk", hub.issue())) == ["итог.pdf"]

    plan, undone = undo(hub, run, delete=True)

    assert [(one.system, one.name, one.why) for one in plan.beside] == [
        ("trk", "итог.pdf", "it keeps this name, which an undo does not take back; it was смета.pdf")
    ]
    assert (plan.anything, undone.removed, undone.kept) == (False, [], [])
    assert list(hub.files("trk", hub.issue())) == list(hub.files("crm", deal)) == ["итог.pdf"]


def test_of_a_file_that_has_another_name_by_now_nothing_is_told(tmp_path):
    hub, _, _ = copied(tmp_path)
    [file] = hub.records("crm", "file")
    hub.systems["crm"].edit("file", file, {"name": "итог.pdf"})
    run = hub.sync(full=True).run

    hub.systems["crm"].edit("file", file, {"name": "смета.pdf"})
    hub.sync(full=True)

    assert planned(hub, run).beside == ()
