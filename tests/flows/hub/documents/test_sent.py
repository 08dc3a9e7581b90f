"""A document that was sent stays as it was sent."""

from pathlib import Path

from flows.hub.documents.marking import mark_sent
from tests.flows.hub.documents.test_keeping import a_wiki_hub
from tests.hub_builders import a_deal


def test_also_where_it_was_gone_and_is_there_again(tmp_path: Path) -> None:
    hub = a_wiki_hub(tmp_path)
    deal = hub.systems["crm"].create("record", a_deal())
    hub.sync()
    mark_sent(hub.installation.store, hub.case(), "brief", by="ann")
    hub.sync()
    page = hub.wiki.pages.pop("CASE-1")
    hub.sync(full=True)
    hub.systems["crm"].edit("record", deal, {"client": "ООО «Лотос»"})
    hub.sync()
    edits = hub.wiki.edits

    hub.wiki.pages["CASE-1"] = page
    hub.sync(full=True)

    assert (hub.wiki.pages["CASE-1"], hub.wiki.edits) == (page, edits)
