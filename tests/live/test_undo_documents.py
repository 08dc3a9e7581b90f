"""Pages and folders on a real MediaWiki and WebDAV server: listed by a plan, and taken back, but for people's work."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.hub.planning import Plan, make_plan
from flows.hub.wired import Wired
from tests.live.documents_hub import DOCUMENTS, FOLDER, PlainWiki, a_document_hub
from tests.live.plain import live
from tests.undo_builders import undo


@pytest.fixture
def ann() -> Iterator[PlainWiki]:
    wiki = PlainWiki("ANN")
    yield wiki
    wiki.close()


def test_pages_that_a_run_made_are_emptied_or_deleted_and_edited_ones_stay(tmp_path: Path, ann: PlainWiki) -> None:
    """A bot may not delete pages here, so they are emptied; what Ann has edited stays."""
    hub = a_document_hub(tmp_path, DOCUMENTS)
    for client in ("Первый", "Второй"):
        hub.deal(client)
    run = hub.sync().run
    first, second = (f"{hub.token} CASE-{number} {client}" for number, client in enumerate(("Первый", "Второй"), 1))
    ann.save(second, f"{ann.text(second)}\nМоё")

    plan, undone = undo(hub, run, delete=True)
    hub.sync()
    hub.sync(full=True)

    assert sorted(one.name for one in plan.removing) == [first, second]
    assert [one.name for one in undone.removed] == [first]
    assert [(one.name, one.why) for one in undone.kept] == [(second, "it was edited by Ann")]
    assert not ann.text(first)
    assert "Моё" in str(ann.text(second))
    shown = [any(link.system == "wiki" for link in hub.case(key).links) for key in ("CASE-1", "CASE-2")]
    assert shown == [False, True]


def test_folders_that_a_run_made_are_deleted_and_those_that_people_work_in_stay(tmp_path: Path) -> None:
    hub = a_document_hub(tmp_path, FOLDER)
    template = Path(live("WEBDAV")["ROOT"]) / f"{hub.token} шаблоны" / "КП"
    template.mkdir(parents=True)
    (template / "Предложение.md").write_text("# {{ client.name }}\n", encoding="utf-8")
    made = Path(live("WEBDAV")["ROOT"]) / f"{hub.token} кейсы"
    for client in ("Первый", "Второй", "Третий"):
        hub.deal(client)
    run = hub.sync().run
    first, second, third = (made / f"CASE-{n} {client}" for n, client in enumerate(("Первый", "Второй", "Третий"), 1))
    (second / "расчёт.txt").write_text("Итого: 100", encoding="utf-8")
    (third / "Предложение.md").write_text("Наша цена: 100", encoding="utf-8")
    hub.sync(full=True)

    _, undone = undo(hub, run, delete=True)
    hub.sync()
    hub.sync(full=True)

    assert (first.exists(), second.exists(), third.exists()) == (False, True, True)
    assert [one.why for one in undone.kept] == ["something in it was edited since"] * 2
    assert (third / "Предложение.md").read_text(encoding="utf-8") == "Наша цена: 100"


def test_a_plan_lists_the_pages_that_the_pass_then_makes(tmp_path: Path) -> None:
    hub = a_document_hub(tmp_path, DOCUMENTS)
    hub.deal()

    before = hub.wired(plan_of).documents
    report = hub.sync()
    after = hub.wired(plan_of).documents

    assert [(one.verb, one.system, one.label) for one in before] == [("make", "wiki", "brief")]
    assert (report.created["wiki"], after) == (1, ())


async def plan_of(wired: Wired) -> Plan:
    return await make_plan(wired)
