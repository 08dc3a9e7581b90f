"""What a run has made is deleted again on a real Tryton and Redmine: issues and copies of files, and nobody's work."""

import asyncio

import pytest

from flows.hub.undoing import carry_out, find_run, plan_undo
from flows.hub.wiring import install, open_sync
from tests.live.live_hub import both

GUARDS = "    guards: {max_creates: 500}\n"
FILES = "    gone: restore\n    files: {crm: {}, tracker: {}}\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with both(tmp_path_factory.mktemp("hub")) as (hub, tryton, redmine):
        settings = hub.folder / "hub.yaml"
        text = settings.read_text(encoding="utf-8").replace("${REDMINE_KEY_HUB}", "${REDMINE_KEY_MANAGER}")
        assert GUARDS in text
        settings.write_text(text.replace(GUARDS, GUARDS + FILES), encoding="utf-8")
        [party] = tryton.create_parties("ООО «Отмена»")
        yield hub, tryton, redmine, party


def undone(hub, run):
    """Undo *run* with its deletes; returns the plan and what became of it."""

    async def work():
        installation = install(hub.folder, hub.env)
        try:
            async with open_sync(installation, None) as wired:
                plan = await plan_undo(wired, find_run(wired.store, run), delete=True)
                return plan, await carry_out(wired, plan, by="ann")
        finally:
            installation.store.close()

    return asyncio.run(work())


def issue_of(hub, deal):
    whole = hub.case_of("crm", "opportunity", deal)
    return next((int(one.external_id) for one in whole.links if one.system == "tracker"), None)


def test_what_a_run_made_is_deleted_and_what_people_worked_on_stays_and_is_listed(world):
    hub, tryton, redmine, party = world
    names = ("Никем не тронута", "С примечанием", "С файлом", "С правкой")
    deals = tryton.create(*({"description": name, "party": party} for name in names))
    run = hub.sync().run
    untouched, noted, filed, edited = (issue_of(hub, deal) for deal in deals)
    engineer = redmine.as_user("ENGINEER")
    assert engineer.update(noted, notes="Сделал расчёт") == 204
    engineer.attach(filed, "расчёт.txt", "Итого: 100".encode())
    assert engineer.update(edited, subject="С правкой инженера") == 204

    plan, result = undone(hub, run)
    hub.sync()
    hub.sync(full=True)

    assert redmine.issue(untouched) is None
    assert all(redmine.issue(number) is not None for number in (noted, filed, edited))
    assert result.count("delete") == 1
    listed = {one.place.record for one in plan.left} | {one.place.record for _, one, _ in result.not_done}
    assert listed == {str(number) for number in (noted, filed, edited)}
    assert [one["subject"] for one in redmine.issues() if one["subject"] == names[0]] == []


def test_copies_of_files_are_deleted_on_both_sides_and_their_sources_stay(world):
    hub, tryton, redmine, party = world
    [deal] = tryton.create({"description": "Файлы зря", "party": party})
    hub.sync()
    issue = issue_of(hub, deal)
    tryton.attach(deal, "из сделки.txt", "из сделки".encode())
    redmine.attach(issue, "из задачи.txt", "из задачи".encode())
    run = hub.sync().run
    assert (len(tryton.files(deal)), len(redmine.files(issue))) == (2, 2)

    plan, result = undone(hub, run)
    hub.sync()
    hub.sync(full=True)

    assert sorted(one.name for one in plan.removing) == ["из задачи.txt", "из сделки.txt"]
    assert len(result.removed) == 2
    assert list(tryton.files(deal).values()) == ["из сделки".encode()]
    assert list(redmine.files(issue).values()) == ["из задачи".encode()]
