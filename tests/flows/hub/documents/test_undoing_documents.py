"""Documents that a run has made are taken back: a page is deleted, or emptied, where nobody else has edited it."""

import pytest

from tests.flows.hub.documents.test_keeping import a_wiki_hub
from tests.hub_builders import a_deal
from tests.undo_builders import undo


def made(folder):
    """A hub whose last run has made a page; returns that run too."""
    hub = a_wiki_hub(folder)
    hub.systems["crm"].create("record", a_deal())
    return hub, hub.sync().run


@pytest.mark.parametrize("allowed", [True, False])
def test_a_page_is_deleted_or_emptied_where_the_account_may_not_and_is_not_made_again(tmp_path, allowed):
    hub, run = made(tmp_path)
    hub.wiki.may_delete = allowed

    plan, undone = undo(hub, run, delete=True)
    hub.sync()
    hub.sync(full=True)

    assert [(one.what, one.name, one.label) for one in plan.removing] == [("document", "CASE-1", "brief")]
    assert [one.name for one in undone.removed] == ["CASE-1"]
    assert {title: text for title, (_, _, text) in hub.wiki.pages.items()} == ({} if allowed else {"CASE-1": ""})
    assert hub.codes() == []
    assert all(link.system != "wiki" for link in hub.case().links)


def test_a_page_that_somebody_has_edited_stays_and_says_by_whom(tmp_path):
    hub, run = made(tmp_path)
    hub.wiki.authors["CASE-1"] = ["Анна", "Hub"]

    _, undone = undo(hub, run, delete=True)
    hub.sync(full=True)

    assert [one.why for one in undone.kept] == ["it was edited by Анна"]
    assert list(hub.wiki.pages) == ["CASE-1"]
    assert hub.wiki.pages["CASE-1"][2]
