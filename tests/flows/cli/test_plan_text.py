"""A plan, and that of an undo, in the words of the mapping of each record: work items have one of their own."""

from dataclasses import replace

from flows.cli.plan_text import Reader
from flows.cli.undo import plan_lines
from flows.hub.planning import make_plan
from flows.hub.undoing import find_run, plan_undo
from mappings.exchange import Choice, Place
from tests.hub_builders import HUB, a_deal, a_hub
from tests.kinds_builders import FILES, KINDS, a_task, an_issue, kinds_of

DONE = Place("done", "Done", "choice", choices=(Choice("no", "Не готово"), Choice("yes", "Готово", closes=True)))


def with_an_item(folder):
    """A hub with a case and a task of it on both sides, whose CRM calls `yes` by another name."""
    kinds = kinds_of()
    task = kinds["crm"]["task"]
    places = tuple(DONE if place.name == "done" else place for place in task.places)
    kinds["crm"]["task"] = replace(task, places=places)
    hub = a_hub(folder, hub=HUB.rstrip("\n") + KINDS, mappings=FILES, kinds=kinds)
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    issue = hub.systems["trk"].create("record", a_task(an_issue(hub), "Смета"))
    hub.sync()
    return hub, issue


def read(lines):
    return [" ".join(line.split()) for line in lines if " crm " in line]


def test_a_plan_shows_a_work_item_in_the_words_of_its_own_mapping(tmp_path):
    hub, issue = with_an_item(tmp_path)
    hub.systems["trk"].edit("record", issue, {"status": "Closed"})

    async def work(wired):
        return list(Reader(wired.shape, "UTC", wired.clock()).lines(await make_plan(wired)))

    [line] = read(hub.wired(work))

    assert "Не готово → Готово" in line


def test_so_does_the_plan_of_an_undo_with_what_is_left(tmp_path):
    hub, issue = with_an_item(tmp_path)
    hub.systems["trk"].edit("record", issue, {"status": "Closed"})
    run = hub.sync().run

    async def work(wired):
        return list(plan_lines(hub.installation, wired, await plan_undo(wired, find_run(wired.store, run))))

    [taken] = read(hub.wired(work))
    [task] = hub.records("crm", "task")
    hub.systems["crm"].edit("task", task, {"done": None})
    [left] = read(hub.wired(work))

    assert "Готово → Не готово" in taken
    assert left.endswith("category is left, edited since: shows —, the run wrote Готово")
