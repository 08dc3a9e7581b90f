"""`gone: close`: a system that shows many files no more may have lost a right, so the copies of them elsewhere stay."""

import pytest

from flows.hub.attachments.guarding import not_believed
from flows.hub.attachments.looking import PlannedFile
from flows.hub.plan import Plan, part_of
from flows.hub.planning import make_plan
from flows.hub.wired import Wired
from mappings.reconcile.guards import Limits
from tests.flows.hub.attachments.files_world import sharing


def many(folder, rest="", files=8):
    """A hub whose deal has many files, each with a copy at the issue."""
    hub, deal = sharing(folder, rest=f"    gone: close\n{rest}")
    for number in range(files):
        hub.attach("crm", deal, f"Итого: {number}", name=f"смета {number}.pdf")
    hub.sync()
    assert len(hub.files("trk", hub.issue())) == files
    return hub


def lose(hub, most):
    for one in sorted(hub.records("crm", "file"))[:most]:
        hub.systems["crm"].delete("file", one)


async def plan(wired: Wired) -> Plan:
    return await make_plan(wired)


def test_copies_stay_where_a_system_lost_many_files_at_once_and_that_is_told_until_somebody_acts(tmp_path):
    hub = many(tmp_path)
    lose(hub, 6)

    reports = [hub.sync(full=True), hub.sync()]

    assert len(hub.files("trk", hub.issue())) == 8
    assert hub.wired(plan).files == ()
    told = "6 of 8 files are gone from crm; the guard max_deletes allows 10%"
    assert [told in "".join(report.notices) for report in reports] == [True, True]


@pytest.mark.parametrize(("rest", "lost"), [("    guards: {max_deletes: 80%}\n", 6), ("", 5)])
def test_they_go_where_that_is_allowed_or_only_a_few_were_lost(tmp_path, rest, lost):
    hub = many(tmp_path, rest)
    lose(hub, lost)

    reports = [hub.sync(full=True), hub.sync(full=True)]

    assert len(hub.files("trk", hub.issue())) == 8 - lost
    assert [report.notices for report in reports] == [[], []]


def test_a_file_with_two_copies_was_lost_once(tmp_path):
    hub, _ = sharing(tmp_path)
    lost = [
        PlannedFile("CASE-1", f"{number}.pdf", 1, "crm", target, goes=True)
        for number in range(5)
        for target in ("trk", "wiki")
    ]

    assert not_believed(hub.installation.store, "presales", lost, Limits()) == {}


def test_a_part_of_a_plan_has_the_files_of_its_cases_also_where_nothing_else_is_new(tmp_path):
    hub, deal = sharing(tmp_path)
    hub.attach("crm", deal, "Итого: 1", name="смета.pdf")

    whole = hub.wired(plan)

    assert (whole.rulings, [one.key for one in whole.files]) == ((), ["CASE-1"])
    assert part_of(whole, below={hub.case().entity.id: "CASE-1"}).files == whole.files
    assert part_of(whole, below={"another": "CASE-2"}).files == ()
