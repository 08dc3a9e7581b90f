"""`documents …`: what a person sees of them and says about them; nothing answers at the address of their system."""

from collections.abc import Callable

import pytest

from flows.hub.documents.paper import document_id, told
from flows.hub.wiring import install
from mappings.reconcile.model import Entity, Parked
from state import cases, documents
from state.documents import Kept, Paper, Stand
from tests.flows.cli.cli_builders import HUB, CliHub

DOCUMENTS = """
documents:
  brief:
    system: store
    template: Шаблоны/Бриф
    name: "Кейсы/{{ case.key }}"
    when: "case.outcome == 'won'"
"""
STORE = '\n  store: {type: webdav, url: "http://127.0.0.1:9/x", user: hub, password: "${STORE_PASSWORD}"}\nsyncs:'


@pytest.fixture
def hub(make_hub: Callable[..., CliHub], monkeypatch: pytest.MonkeyPatch) -> CliHub:
    """CASE-1, whose brief nobody has made."""
    monkeypatch.setenv("STORE_PASSWORD", "geheim")
    made = make_hub(hub=HUB.replace("\nsyncs:", STORE, 1) + DOCUMENTS)
    made.deal()
    made.done("sync")
    return made


def stands(hub: CliHub, *, gone: str = "", parked: Parked | None = None) -> None:
    """Let the brief of CASE-1 stand on its server, as a pass would have left it."""
    installation = install(hub.folder)
    try:
        case = cases.case(installation.store, "CASE-1")
        assert case is not None
        document = Entity(document_id(case.entity.id, "brief"), "document", "", case.entity.sync)
        paper = Paper(document, case.entity.id, "brief", "store", "folder")
        stand = Stand("Кейсы/CASE-1", "v1", "http://127.0.0.1:9/x/CASE-1", gone=gone)
        paper = told(paper, installation.store.clock(), title=stand.record, url=stand.url, state="draft")
        documents.keep(installation.store, paper, Kept(stand, parked))
    finally:
        installation.store.close()


def test_the_list_shows_what_hub_yaml_names_and_what_is_to_do(hub: CliHub) -> None:
    before = hub.done("documents", "list", "CASE-1", "--json").json
    stands(hub, parked=Parked("block", "damaged: mend it"))

    after = hub.done("documents", "list", "CASE-1")

    assert [(one["document"], one["url"], one["state"]) for one in before] == [("brief", None, None)]
    assert "http://127.0.0.1:9/x/CASE-1" in after.out
    assert after.err == "damaged: mend it\n"


@pytest.mark.loopback
def test_sent_and_draft_say_so_and_the_history_knows_who(hub: CliHub) -> None:
    stands(hub)

    sent = hub.done("documents", "sent", "CASE-1", "brief")
    shown = hub.done("documents", "list", "CASE-1", "--json").json
    draft = hub.done("documents", "draft", "CASE-1", "brief", "--json").json

    assert (sent.out, "store" in sent.err) == ("CASE-1 brief was sent as the hub saw it last\n", True)
    assert (shown[0]["state"], draft["state"]) == ("sent", "draft")


def test_what_is_gone_is_made_again_only_when_it_is_gone(hub: CliHub) -> None:
    stands(hub)
    early = hub.run("documents", "again", "CASE-1", "brief")
    stands(hub, gone="deleted")

    again = hub.done("documents", "again", "CASE-1", "brief")

    assert (early.code, "is not gone" in early.err) == (2, True)
    assert again.out == "CASE-1 brief is made anew with the next pass\n"


@pytest.mark.parametrize("verb", ["sent", "draft", "again"])
def test_a_document_that_is_not_there_is_told(hub: CliHub, verb: str) -> None:
    ended = hub.run("documents", verb, "CASE-1", "brief")

    assert (ended.code, "no document 'brief' yet" in ended.err) == (2, True)


def test_a_case_that_is_not_there_is_told(hub: CliHub) -> None:
    assert hub.run("documents", "list", "CASE-9").code == 2


def test_a_hub_without_documents_says_so(opened: CliHub) -> None:
    assert opened.done("documents", "list", "CASE-1").err == "hub.yaml names no documents for this case\n"


def test_a_mistake_in_hub_yaml_stops_before_anything(hub: CliHub) -> None:
    path = hub.folder / "hub.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("{{ case.key }}", "{{ client.name }}"), encoding="utf-8")

    ended = hub.run("sync")

    assert (ended.code, "documents.brief.name: must have" in ended.err) == (2, True)


def test_a_case_with_a_document_can_be_shown_listed_and_explained(hub: CliHub) -> None:
    stands(hub)

    shown = hub.done("case", "show", "CASE-1")

    assert "brief" in shown.out
    assert "store#Кейсы/CASE-1" in hub.done("case", "list").out
    assert hub.done("case", "history", "CASE-1").out
    assert hub.done("case", "explain", "CASE-1", "title").out
    assert hub.done("sync").code == 0
