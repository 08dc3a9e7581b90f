"""A plan lists the documents that the next pass would make or bring up to date, and those that wait for facts."""

from flows.hub.planning import make_plan
from tests.flows.hub.documents.test_keeping import DOCUMENTS, a_wiki_hub
from tests.hub_builders import a_deal


def planned(hub):
    return [(one.verb, one.key, one.label, one.name, one.why) for one in hub.wired(plan_of).documents]


async def plan_of(wired):
    return await make_plan(wired)


def test_a_plan_lists_what_is_made_what_is_refreshed_and_what_waits(tmp_path):
    hub = a_wiki_hub(tmp_path)
    deal = hub.systems["crm"].create("record", a_deal())
    hub.systems["crm"].create("record", a_deal("Без клиента", client=None))

    first = planned(hub)
    hub.sync()
    hub.systems["crm"].edit("record", deal, {"client": "ООО «Астра»"})
    edits = hub.wiki.edits
    second = planned(hub)
    third = (hub.wiki.edits, hub.sync().updated["wiki"], planned(hub))

    assert [one[0] for one in first] == ["make", "wait"]
    assert {one[4] for one in first} == {"", "waits for client.name"}
    assert second == [("refresh", "CASE-1", "brief", "CASE-1", "its facts have moved")]
    assert third == (edits, 1, [])


def test_a_wiki_that_is_down_leaves_the_rest_of_the_plan(tmp_path):
    hub = a_wiki_hub(tmp_path, documents=DOCUMENTS)
    hub.systems["crm"].create("record", a_deal())
    hub.wiki.fails = lambda _: "before"

    made = hub.wired(plan_of)

    assert len(made.writes) == 1
    assert [one.verb for one in made.documents] == ["make"]
