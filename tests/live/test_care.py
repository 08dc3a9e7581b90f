"""The care of the record on a real Tryton and a real Redmine: undo, explain, restore, the case as it was, and gone."""

import asyncio

import pytest

from flows.hub.explaining import explain
from flows.hub.remembering import all_lines
from flows.hub.restoring import gone_link, make_again, restore_value, said_before, said_in
from flows.hub.then import as_of
from flows.hub.undoing import carry_out, find_run, plan_undo
from flows.hub.wiring import install, open_sync
from tests.live.live_hub import HUBS, both

GUARDS = "    guards: {max_creates: 500}\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with both(tmp_path_factory.mktemp("hub")) as (hub, tryton, redmine):
        settings = hub.folder / "hub.yaml"
        text = settings.read_text(encoding="utf-8")
        assert GUARDS in text
        settings.write_text(text.replace(GUARDS, f"{GUARDS}    gone: restore\n"), encoding="utf-8")
        yield World(hub, tryton, redmine)


class World:
    """Both servers and a hub that makes deleted issues again."""

    def __init__(self, hub, tryton, redmine):
        self.hub, self.tryton, self.redmine = hub, tryton, redmine
        [self.party] = tryton.create_parties("ООО «Забота»")

    def open(self, *names):
        """Make deals and let each become an issue; returns (deal, issue, key) per name."""
        deals = self.tryton.create(*({"description": name, "party": self.party} for name in names))
        self.hub.sync()
        self.hub.sync()
        return [(deal, *self.issue_of(deal)) for deal in deals]

    def issue_of(self, deal):
        whole = self.hub.case_of("crm", "opportunity", deal)
        [issue] = [int(link.external_id) for link in whole.links if link.system == "tracker"]
        return issue, whole.entity.key

    def in_hub(self, work):
        """Do *work* with the installation and the wired sync."""

        async def run():
            installation = install(self.hub.folder, self.hub.env)
            try:
                async with open_sync(installation, None) as wired:
                    return await work(installation, wired)
            finally:
                installation.store.close()

        return asyncio.run(run())

    def undo(self, run):
        async def work(_, wired):
            plan = await plan_undo(wired, find_run(wired.store, run))
            return plan, await carry_out(wired, plan, by="ann")

        return self.in_hub(work)

    def explained(self, key, fact):
        async def work(installation, _):
            return explain(installation, key, fact)

        [found] = self.in_hub(work)
        return found

    def lines(self, key):
        with self.hub.store() as store:
            return list(all_lines(store, entity=self.hub.case(key).entity.id))

    def subject(self, issue):
        return self.redmine.issue(issue)["subject"]

    def title(self, deal):
        return self.tryton.opportunity(deal, "description")["description"]


def test_undo_after_ten_foreign_edits_leaves_exactly_these_ten_and_lists_them(world):
    opened = world.open(*(f"Отмена {number}" for number in range(12)))
    for number, (deal, _, _) in enumerate(opened):
        world.tryton.write(deal, description=f"Переименовано {number}")
    run = world.hub.sync().run
    assert [world.subject(issue) for _, issue, _ in opened] == [f"Переименовано {number}" for number in range(12)]
    for number, (_, issue, _) in enumerate(opened[:10]):
        world.redmine.update(issue, subject=f"Своё {number}")

    plan, undone = world.undo(run)

    assert sorted(int(one.place.record) for one in plan.left) == sorted(issue for _, issue, _ in opened[:10])
    assert {(one.field, one.why) for one in plan.left} == {("title", "edited since")}
    assert {one.shows for one in plan.left} == {f"Своё {number}" for number in range(10)}
    assert sorted(taking.place.record for _, taking in undone.done) == sorted(str(issue) for _, issue, _ in opened[10:])
    assert [world.subject(issue) for _, issue, _ in opened] == [
        *(f"Своё {number}" for number in range(10)),
        "Отмена 10",
        "Отмена 11",
    ]
    assert world.title(opened[11][0]) == "Переименовано 11"  # the edit that caused the run stays where it was made


def test_after_an_undo_a_pass_writes_nothing_and_the_field_waits_for_a_word(world):
    [(deal, issue, key)] = world.open("Тихо после отмены")
    world.tryton.write(deal, description="Поспешное имя")
    run = world.hub.sync().run

    world.undo(run)
    reports = [world.hub.sync(), world.hub.sync(full=True)]

    assert [sum(report.updated.values()) for report in reports] == [0, 0]
    assert (world.subject(issue), world.title(deal)) == ("Тихо после отмены", "Поспешное имя")
    assert [entry.code for entry in world.hub.attention(world.hub.case(key).entity.id)] == ["undone"]


def test_what_a_run_made_is_closed(world):
    [deal] = world.tryton.create({"description": "Сделано зря", "party": world.party})
    run = world.hub.sync().run
    issue, _ = world.issue_of(deal)

    _, undone = world.undo(run)

    found = world.redmine.issue(issue)
    assert str(found["status"]["id"]) == world.redmine.env["STATUS_REJECTED"]
    assert undone.count("close") == 1


def test_an_overwritten_value_is_restored_on_both_sides(world):
    [(deal, issue, key)] = world.open("Верное имя")
    world.redmine.update(issue, subject="Ошибочное имя")
    world.hub.sync()
    assert world.title(deal) == "Ошибочное имя"

    former = said_before(world.lines(key), "title")
    world.hub.act(key, lambda act: restore_value(act, "title", former))
    world.hub.sync()

    assert (former.value, world.title(deal), world.subject(issue)) == ("Верное имя", "Верное имя", "Верное имя")


def test_a_value_that_lost_is_named_with_its_command_and_comes_back(world):
    [(deal, issue, key)] = world.open("Спор о дате")
    world.tryton.write(deal, end_date={"__class__": "date", "year": 2027, "month": 3, "day": 1})
    world.redmine.update(issue, due_date="2027-05-05")
    world.hub.sync()
    assert world.redmine.issue(issue)["due_date"] == "2027-03-01"  # closes_on: min

    found = world.explained(key, "closes_on")
    [lost] = found.lost
    number = int(lost.back.rpartition(" ")[2])

    async def work(_, wired):
        return said_in(wired.shape, world.hub.case(key), world.lines(key), fact="closes_on", number=number)

    former = world.in_hub(work)
    world.hub.act(key, lambda act: restore_value(act, "closes_on", former))
    world.hub.sync()

    assert (found.policy, found.decided) == ("min", "the least value won")
    assert lost.by.split()[0] == "tracker"
    assert world.redmine.issue(issue)["due_date"] == "2027-05-05"
    assert world.tryton.opportunity(deal, "end_date")["end_date"]["month"] == 5


def test_an_explanation_names_the_line_of_the_mapping(world):
    [(_, issue, key)] = world.open("Откуда стадия")

    stage, owner = world.explained(key, "stage"), world.explained(key, "owner")

    name, _, line = stage.mapping.partition(":")
    text = (HUBS / "en" / name).read_text(encoding="utf-8").splitlines()
    assert (name, text[int(line) - 1].split()[0]) == ("opportunity.crm.yaml", "lead:")
    assert stage.policy == "furthest"
    assert {one.record for one in owner.carriers if one.system == "tracker"} == {str(issue)}
    assert owner.mapping.startswith("catalog/tryton/opportunity.yaml:")


def test_the_case_as_it_was_before_an_edit(world):
    [(deal, _, key)] = world.open("Прежде")
    before = world.lines(key)[-1].hub_at
    world.tryton.write(deal, description="Потом")
    world.hub.sync()

    then, now = as_of(world.lines(key), before), as_of(world.lines(key), world.lines(key)[-1].hub_at)

    assert (then.facts["title"].value, now.facts["title"].value) == ("Прежде", "Потом")
    assert (then.records["tracker"].shows["title"], now.records["tracker"].shows["title"]) == ("Прежде", "Потом")


def test_a_deleted_issue_is_restored_under_gone_restore(world):
    [(deal, issue, key)] = world.open("Удалено по ошибке")
    world.redmine.create("Заслон")  # else a new issue gets the number of the deleted one: it was the highest
    world.redmine.delete(issue)

    world.hub.sync(full=True)
    world.hub.sync()

    made, _ = world.issue_of(deal)
    assert made != issue
    assert world.subject(made) == "Удалено по ошибке"
    assert world.hub.case(key).entity.generation == 2


def test_a_deleted_issue_is_restored_by_hand_where_the_rule_is_detach(world):
    settings = world.hub.folder / "hub.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("    gone: restore\n", ""), encoding="utf-8")
    world.hub.sync(approved=True)
    [(deal, issue, key)] = world.open("Верну руками")
    world.redmine.create("Ещё заслон")
    world.redmine.delete(issue)
    world.hub.sync(full=True)
    assert [link.tombstone for link in world.hub.case(key).links if link.system == "tracker"] == [True]

    world.hub.act(key, lambda act: make_again(act, gone_link(act, world.hub.case(key), "tracker")))
    world.hub.sync()
    world.hub.sync()

    made, _ = world.issue_of(deal)
    assert made != issue
    assert world.subject(made) == "Верну руками"
