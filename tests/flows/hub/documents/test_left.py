"""What waits at a document is left as it is by a person: off the list, until something else is to be told there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.hub.acting import Again, Desk, Leave, foresee, make
from flows.hub.parking import drop
from state import attention
from state.history import history
from tests.flows.hub.documents.test_keeping import DOCUMENTS, WikiHub, a_wiki_hub
from tests.hub_builders import a_deal

TWO = DOCUMENTS.replace("[client.name]", "[client.name, deal.budget]")


def waiting(folder: Path) -> tuple[WikiHub, str]:
    """A hub with a case whose document waits for facts; returns the deal's id too."""
    hub = a_wiki_hub(folder, documents=TWO)
    deal = hub.systems["crm"].create("record", a_deal(client=None))
    hub.sync()
    return hub, deal


def on_the_page(hub: WikiHub) -> None:
    desk, [entry] = Desk(hub.installation, hub.make), attention.parked_fields(hub.installation.store)
    make(desk, Leave(entry.id), mark=foresee(desk, Leave(entry.id)).mark, by="анна")


def by_command(hub: WikiHub) -> None:
    [entry] = attention.parked_fields(hub.installation.store)
    hub.wired(lambda wired: drop(wired, entry, person="анна"))


@pytest.mark.parametrize("leave", [on_the_page, by_command])
def test_what_a_document_waits_for_is_left_and_stays_left(tmp_path: Path, leave: Callable[[WikiHub], None]) -> None:
    hub, deal = waiting(tmp_path)
    assert hub.codes() == ["missing"]

    leave(hub)
    left = hub.codes()
    hub.systems["crm"].edit("record", deal, {"title": "Внедрение и обучение"})
    hub.sync()
    hub.sync(full=True)

    assert (left, hub.codes()) == ([], [])
    told = [line.event for line in history(hub.installation.store, entity=hub.case().entity.id)]
    assert [(one.system, one.by) for one in told if one.what == "left"] == [("wiki", "анна")]


def test_what_else_is_to_be_told_is_told(tmp_path: Path) -> None:
    hub, deal = waiting(tmp_path)
    by_command(hub)

    hub.systems["crm"].edit("record", deal, {"client": "ООО «Лотос»"})
    hub.sync()
    [entry] = attention.parked_fields(hub.installation.store)

    assert "deal.budget" in entry.text
    assert "client.name" not in entry.text


def test_what_was_left_and_mended_is_told_where_it_comes_back(tmp_path: Path) -> None:
    hub = a_wiki_hub(tmp_path)
    deal = hub.systems["crm"].create("record", a_deal(client=None))
    hub.sync()
    by_command(hub)

    for stage in ("WON", "PREP"):  # wanted no more, and again
        hub.systems["crm"].edit("record", deal, {"stage": stage})
        hub.sync()

    assert hub.codes() == ["missing"]


def test_what_waits_is_tried_again_on_the_page(tmp_path: Path) -> None:
    hub, _ = waiting(tmp_path)
    desk, [entry] = Desk(hub.installation, hub.make), attention.parked_fields(hub.installation.store)

    make(desk, Again(entry.id), mark=foresee(desk, Again(entry.id)).mark, by="анна")
    hub.sync()

    assert hub.codes() == ["missing"]


@pytest.mark.parametrize("deed", [Again, Leave])
def test_a_template_that_cannot_be_used_is_an_entry_like_any_other(tmp_path: Path, deed: type[Again | Leave]) -> None:
    hub = a_wiki_hub(tmp_path, documents=TWO.replace("brief.wiki", "Шаблон:Бриф"))
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    desk, [entry] = Desk(hub.installation, hub.make), attention.parked_fields(hub.installation.store)

    seen = foresee(desk, deed(entry.id))
    make(desk, deed(entry.id), mark=seen.mark, by="анна")

    hub.sync()

    assert (entry.code, seen.refused) == ("template", None)
    assert len(attention.parked_fields(hub.installation.store)) == (deed is Again)  # it is no better than it was
