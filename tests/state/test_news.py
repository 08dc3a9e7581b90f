"""What has moved since somebody looked."""

import pytest
import sqlalchemy as sa

from flows.hub.documents.marking import mark_sent
from state import news
from state.news import Mark
from state.tables import event
from tests.browsed_builders import seeded
from tests.flows.hub.documents.test_keeping import a_wiki_hub
from tests.hub_builders import a_deal, a_hub, opened


def watched(hub):
    watch = news.Watch(hub.installation.store)
    watch.begin()
    return watch


def test_where_nothing_moves_there_is_no_news(tmp_path):
    hub, _ = opened(tmp_path)

    assert not watched(hub).look()


def test_a_case_that_moved_is_named_once(tmp_path):
    hub, deal = opened(tmp_path)
    hub.systems["crm"].create("record", a_deal("Склад"))
    hub.sync()
    watch = watched(hub)
    hub.systems["crm"].edit("record", deal, {"amount": "175000"})
    hub.sync()

    found, then = watch.look(), watch.look()

    assert (found.cases, found.runs, found.many) == (frozenset({hub.case().entity.id}), True, False)
    assert not then


def test_a_part_of_a_part_of_an_item_moves_its_case(tmp_path):
    hub = a_hub(tmp_path)
    seeds = seeded(hub.installation.store)
    case = above = seeds.case()
    for _ in range(3):
        above = seeds.under("item", case, parent=above[0])
    seeds.put()
    watch = watched(hub)
    seeds.under("item", case, parent=above[0])
    seeds.put()

    assert watch.look().cases == {case[0]}


def test_a_document_that_was_sent_moves_its_case(tmp_path):
    hub = a_wiki_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    watch = watched(hub)

    mark_sent(hub.installation.store, hub.case(), "brief", by="ann")

    assert watch.look().cases == {hub.case().entity.id}


def test_a_conflict_moves_the_attention_list(tmp_path):
    hub, deal = opened(tmp_path)
    watch = watched(hub)
    hub.systems["crm"].edit("record", deal, {"deadline": "2026-12-01"})
    hub.systems["trk"].edit("record", "1", {"deadline": "2026-12-05"})
    hub.sync()

    assert watch.look().listed


def test_a_line_that_shows_late_is_news_all_the_same(tmp_path):
    hub, _ = opened(tmp_path)
    watch, store = watched(hub), hub.installation.store
    with store.read() as conn:
        row = dict(conn.execute(sa.select(event).order_by(event.c.id).limit(1)).mappings().one())
    with store.write() as conn:
        conn.execute(sa.delete(event).where(event.c.id == row["id"]))
    watch.begin()
    with store.write() as conn:
        conn.execute(sa.insert(event), {**row, "entity": hub.case().entity.id})

    assert watch.look().cases == {hub.case().entity.id}


def test_a_mark_travels_as_a_word_and_costs_one_statement(tmp_path):
    hub, deal = opened(tmp_path)
    store = hub.installation.store
    with store.recorded() as texts:
        mark = news.present(store)
    hub.systems["crm"].edit("record", deal, {"amount": "175000"})
    hub.sync()

    carried = Mark.read(mark.text())

    assert (carried, Mark.read(Mark().text())) == (mark, Mark())
    assert len(texts) == 1
    assert news.since(store, carried).cases == {hub.case().entity.id}
    assert not news.since(store, news.present(store))


@pytest.mark.parametrize("text", ["", "now", "1-g-0-0", f"{'9' * 19}-1-{'0' * 12}-{'0' * 12}", "-1-1-a-b"])
def test_what_is_no_mark_is_none(text):
    assert Mark.read(text) is None


def test_what_is_too_much_to_name_counts_as_everything(tmp_path):
    hub, _ = opened(tmp_path)
    watch, store = watched(hub), hub.installation.store
    with store.read() as conn:
        row = dict(conn.execute(sa.select(event).limit(1)).mappings().one())
    row.pop("id")
    with store.write() as conn:
        conn.execute(sa.insert(event), [row] * news.MOST)

    found, then = watch.look(), watch.look()

    assert (found.many, found.cases) == (True, frozenset())
    assert not then
