"""`case forget` reaches the documents of a case, the names of its files, and contents that lie in the spool."""

import json

import sqlalchemy as sa

from flows.hub.forgetting import forget_case
from state.tables import metadata
from tests.flows.hub.attachments.files_world import digest_of, sharing
from tests.flows.hub.documents.test_keeping import DOCUMENTS, a_wiki_hub
from tests.hub_builders import a_deal

NAMED = DOCUMENTS.replace('"{{ case.key }}"', '"{{ case.key }} {{ client.name }}"')


def remembered(hub, word):
    """The tables of the hub's memory that still hold *word*."""
    with hub.installation.store.read() as conn:
        return [
            table.name
            for table in metadata.sorted_tables
            if word
            in json.dumps([list(row) for row in conn.execute(sa.select(table))], ensure_ascii=False, default=str)
        ]


def test_documents_of_a_case_that_is_gone_are_forgotten_with_it(tmp_path):
    hub = a_wiki_hub(tmp_path, documents=NAMED)
    deal = hub.systems["crm"].create("record", a_deal("Пилот", client="ООО Тайна"))
    hub.systems["crm"].create("record", a_deal("Другой"))
    hub.sync()
    issue = next(key for key, row in hub.records("trk").items() if row["title"] == "Пилот")
    hub.wiki.pages.clear()
    hub.systems["crm"].delete("record", deal)
    hub.systems["trk"].delete("record", issue)
    hub.sync(full=True)
    assert all(link.tombstone for link in hub.case().links)
    assert remembered(hub, "ООО Тайна")

    report = forget_case(hub.installation, "CASE-1", by="мария")

    assert report.forgotten.all
    assert remembered(hub, "ООО Тайна") == []


def test_contents_and_names_of_files_are_forgotten(tmp_path):
    hub, deal = sharing(tmp_path)
    hub.attach("crm", deal, "Тайный расчёт", name="Тайна.pdf")
    hub.sync()
    [source], [copy] = hub.records("crm", "file"), hub.records("trk", "file")
    hub.systems["crm"].delete("file", source)
    hub.systems["trk"].delete("file", copy)
    hub.sync(full=True)
    left = hub.installation.folder / "spool" / digest_of("Тайный расчёт")
    left.parent.mkdir(exist_ok=True)
    left.write_text("Тайный расчёт", encoding="utf-8")

    forget_case(hub.installation, "CASE-1", by="мария")

    assert not left.exists()
    assert remembered(hub, "Тайна.pdf") == []
