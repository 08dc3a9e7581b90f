"""`case forget` reaches the documents of a case, the names of its files, contents in the spool, and its contact."""

import json

import sqlalchemy as sa

from connectors.errors import RetryLater
from flows.hub.forgetting import forget_case
from flows.hub.items import add_item
from state.tables import entity, metadata
from tests.fault_builders import Clock, Hook, after, failing
from tests.flows.hub.attachments.files_world import digest_of, sharing
from tests.flows.hub.documents.test_keeping import DOCUMENTS, a_wiki_hub
from tests.flows.hub.test_contacts import ANNA
from tests.flows.hub.test_contacts import a_world as a_hub_with_contacts
from tests.hub_builders import a_deal, a_hub
from tests.kinds_builders import KINDS, a_case

NAMED = DOCUMENTS.replace('"{{ case.key }}"', '"{{ case.key }} {{ client.name }}"')
ZINA = {**ANNA, "name": "Зинаида"}
OTHER = {"name": "Вера", "mails": ["vera@firm.example"]}


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


def test_a_contact_is_forgotten_with_its_only_case_and_one_of_several_cases_by_its_key(tmp_path):
    hub = a_hub_with_contacts(tmp_path)
    crm = hub.systems["crm"]
    boris = {"name": "Борис", "family": "Ким", "mails": ["boris@firm.example"], "phones": ["+7 999 1"]}
    people = [crm.create("person", one) for one in (ZINA, boris)]
    deals = [
        crm.create("record", {**a_deal(title), "contact": name})
        for title, name in (("Первый", "Зинаида Ли"), ("Второй", "Борис Ким"), ("Третий", "Борис Ким"))
    ]
    crm.create("record", a_deal("Другой"))
    crm.create("person", OTHER)
    hub.sync()
    assert remembered(hub, "anna@romashka.example")
    for name in people:
        crm.edit("person", name, {"phones": ["+7 000"]})
    hub.sync()
    for system, kind, gone in (("crm", "record", deals), ("crm", "person", people)):
        for name in gone:
            hub.systems[system].delete(kind, name)
    for kind, said, stays in (("record", "title", "Другой"), ("person", "name", OTHER["name"])):
        for name, views in hub.records("trk", kind).items():
            if views[said] != stays:
                hub.systems["trk"].delete(kind, name)
    hub.sync(full=True)

    first, second = (forget_case(hub.installation, key, by="мария") for key in ("CASE-1", "CASE-2"))

    assert (first.what, first.forgotten.all, second.stays) == (("CASE-1", "CONTACT-1"), True, ("CONTACT-2",))
    assert [remembered(hub, one) for one in ("anna@romashka.example", "+7 495", "Зинаида")] == [[], [], []]
    assert remembered(hub, "boris@firm.example")

    third = forget_case(hub.installation, "CASE-3", by="мария")

    assert third.what == ("CASE-3", "CONTACT-2")
    assert [remembered(hub, one) for one in ("boris@firm.example", "+7 999", "+7 000", "Борис")] == [[], [], [], []]


def test_a_contact_is_forgotten_by_its_key_alone(tmp_path):
    hub = a_hub_with_contacts(tmp_path)
    anna, _ = (hub.systems["crm"].create("person", one) for one in (ZINA, OTHER))
    hub.sync()
    hub.systems["crm"].delete("person", anna)
    hub.systems["trk"].delete(
        "person", next(name for name, one in hub.records("trk", "person").items() if one["name"] == "Зинаида")
    )
    hub.sync(full=True)

    report = forget_case(hub.installation, "CONTACT-1", by="мария")

    assert (report.what, report.forgotten.all) == (("CONTACT-1",), True)
    assert [remembered(hub, one) for one in ("anna@romashka.example", "+7 495", "Зинаида")] == [[], [], []]


def test_a_namesake_at_another_client_is_not_forgotten_with_a_case(tmp_path):
    hub = a_hub_with_contacts(tmp_path)
    crm = hub.systems["crm"]
    crm.create("person", {**ZINA, "firm": "Берёза"})
    crm.create("record", {**a_deal("Первый"), "contact": "Зинаида Ли", "client": "ООО «Ромашка»"})
    crm.create("record", a_deal("Другой"))
    crm.create("person", OTHER)
    hub.sync()
    for name, system in hub.systems.items():
        for kind, said, lost in (("record", "title", "Первый"), ("person", "name", "Зинаида")):
            system.delete(kind, next(key for key, views in hub.records(name, kind).items() if views[said] == lost))
    hub.sync(full=True)

    assert forget_case(hub.installation, "CASE-1", by="мария").what == ("CASE-1",)
    assert remembered(hub, "anna@romashka.example")


def test_items_that_stand_under_each_other_are_forgotten_and_it_ends(tmp_path):
    hub, _, _ = a_case(tmp_path, hub=KINDS)
    keys = [
        hub.wired(lambda wired, title=title: add_item(wired, hub.case(), {"title": title}, by="ann"))
        for title in ("Стенд", "Смета")
    ]
    one, other = (hub.case(key).entity.id for key in keys)
    with hub.installation.store.write() as conn:  # as two systems may tell it, each its half
        for mine, above in ((one, other), (other, one)):
            conn.execute(sa.update(entity).where(entity.c.id == mine).values(parent=above))

    forget_case(hub.installation, keys[0], by="мария")

    assert remembered(hub, "Смета") == remembered(hub, "Стенд") == []


def test_what_waits_to_be_made_of_a_forgotten_case_is_not_made(tmp_path):
    hub = a_hub(tmp_path, clock=Clock())
    for number in range(12):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number}"))
    hub.sync()
    away = RetryLater("POST is not answered", system="trk", after=60)
    hub.systems["trk"].hook = Hook("create", "before", failing(away), times=3)
    deal = hub.systems["crm"].create("record", a_deal("Иван Петров"))
    hub.sync()
    hub.systems["crm"].delete("record", deal)
    hub.sync(full=True)

    forget_case(hub.installation, "CASE-13", by="ann")
    after(hub, minutes=5)
    hub.sync(full=True)

    assert len(hub.records("trk")) == 12
