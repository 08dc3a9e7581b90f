"""Pages that may have been made already are there once, whatever the case is called by then."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.hub.documents.test_keeping import DOCUMENTS, a_wiki_hub
from tests.hub_builders import a_deal

NAMED = DOCUMENTS.replace('"{{ case.key }}"', '"{{ case.title }} {{ case.key }}"')
Form = dict[str, str]


def is_edit(form: Form) -> bool:
    return form["action"] == "edit"


def is_look(form: Form) -> bool:
    return "pageids" in form


@pytest.mark.parametrize(("met", "how", "times"), [(is_edit, "after", 1), (is_look, "before", 4)])
def test_a_page_in_doubt_is_there_once_though_its_case_is_renamed(
    tmp_path: Path, met: Callable[[Form], bool], how: str, times: int
) -> None:
    hub = a_wiki_hub(tmp_path, documents=NAMED)
    deal = hub.systems["crm"].create("record", a_deal("Внедрение"))
    lost = [how] * times
    hub.wiki.fails = lambda form: lost.pop() if met(form) and lost else ""

    hub.sync()
    hub.systems["crm"].edit("record", deal, {"title": "Внедрение CRM"})
    second = hub.sync()
    hub.sync(full=True)

    assert (list(hub.wiki.pages), hub.codes(), lost) == (["Внедрение CASE-1"], [], [])
    assert second.created["wiki"] == 1


def test_a_page_that_was_not_made_is_made_under_the_name_that_its_case_has_by_then(tmp_path: Path) -> None:
    hub = a_wiki_hub(tmp_path, documents=NAMED)
    deal = hub.systems["crm"].create("record", a_deal("Внедрение"))
    lost = ["before"]
    hub.wiki.fails = lambda form: lost.pop() if is_edit(form) and lost else ""

    hub.sync()
    hub.systems["crm"].edit("record", deal, {"title": "Внедрение CRM"})
    hub.sync()

    assert list(hub.wiki.pages) == ["Внедрение CRM CASE-1"]
