"""What `case forget` replaces of a person: wherever a line stands, whatever a form looks like."""

from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from mappings.attachments import Copied
from mappings.canonical.values import Money
from mappings.exchange import SystemPerson
from mappings.reconcile.model import Event, Fact, Origin
from state import attachments, codec, forgetting, history, people
from state.mentions import MARK
from state.store import Store
from state.tables import entity, file_copy
from state.types import Worker
from tests.state_builders import START, decided, due_claim, linked, the


def tell(store: Store, told: Event, *, kind: str = "") -> None:
    history.tell(store, told, entity="entity0001", kind=kind)


def last(store: Store, what: str) -> Event:
    return [line.event for line in history.history(store, entity="entity0001") if line.event.what == what][-1]


@pytest.mark.parametrize("before", ["Звонили:\n", "Звонили:\r\n", "1.\t", 'сказала "', "C:\\"])
def test_a_name_is_found_at_the_beginning_of_a_line_too(store: Store, worker: Worker, before: str) -> None:
    linked(store, worker)
    tell(store, Event("set", "description", None, f"{before}Анна Ли"))

    forgetting.forget_person(store, ["Анна Ли"], by="мария")

    assert last(store, "set").new == before + MARK


def test_a_number_that_reads_like_a_login_stays_a_number(store: Store, worker: Worker) -> None:
    linked(store, worker)
    said = [Money(Decimal(1001), "RUB"), Decimal(1001), {"hours": 1001}]
    for one in said:
        tell(store, Event("set", "amount", None, one))

    forgetting.forget_person(store, ["1001", "Анна Ли"], by="мария")

    lines = [line.event for line in history.history(store, entity="entity0001")]
    assert [one.new for one in lines if one.field == "amount"] == said


def test_who_changed_the_record_of_a_fact_is_forgotten_whatever_record_stays(store: Store, worker: Worker) -> None:
    linked(store, worker)
    origins = [Origin("system", "crm", START, "#10", "Анна Ли"), Origin("person", "Анна Ли", START)]
    facts = {str(number): codec.fact_form(Fact("КП", one)) for number, one in enumerate(origins)}
    with store.write() as conn:
        conn.execute(sa.update(entity).values(facts=facts))

    forgetting.forget_person(store, ["Анна Ли"], by="мария")

    left = [fact.origin for fact in the(store).entity.facts.values()]
    assert left == [replace(origins[0], who=MARK), replace(origins[1], name=MARK)]


def test_what_is_being_decided_meanwhile_does_not_bring_a_person_back(store: Store, worker: Worker) -> None:
    linked(store, worker)
    said = Fact("КП", Origin("person", "Анна Ли", START))
    with store.write() as conn:
        conn.execute(sa.update(entity).values(facts={"title": codec.fact_form(said)}))
    claimed = due_claim(store, worker)

    forgetting.forget_person(store, ["Анна Ли"], by="мария")
    done = decided(store, worker, claimed)

    assert done.lost == ("entity0001",)
    assert the(store).entity.facts["title"].origin.name == MARK


def test_what_a_file_that_is_gone_was_called_is_forgotten_where_it_names_the_person(
    store: Store, worker: Worker
) -> None:
    linked(store, worker)
    for what in ("copied", "renamed", "deleted"):
        tell(store, Event(what, "Резюме Анна Ли.pdf", system="crm", cause="#5 was attached"), kind="file")
    for digest, state in (("a1", "linked"), ("a2", "refused"), ("a3", "link sent")):
        attachments.note(store, "entity0001", [Copied("tracker", digest, state)], name="Резюме Анна Ли.pdf")

    forgotten = forgetting.forget_person(store, ["Анна Ли"], by="мария")

    assert {line.event.field for line in history.history(store, entity="entity0001") if line.kind == "file"} == {
        f"Резюме {MARK}.pdf"
    }
    assert forgotten.lines == 3
    with store.read() as conn:
        names = conn.execute(sa.select(file_copy.c.name).order_by(file_copy.c.identity)).scalars().all()
    assert names == [f"Резюме {MARK}.pdf", f"Резюме {MARK}.pdf", "Резюме Анна Ли.pdf"]  # the last is looked for


def test_a_namesake_of_whom_is_forgotten_stays_known(store: Store) -> None:
    both = [
        SystemPerson("7", "Анна", email="anna@example.org", login="anna"),
        SystemPerson("8", "Анна Белова", email="anna.belova@example.org", login="anna.belova"),
    ]
    people.store_people(store, "crm", people=both, who={one.id: one.email or "" for one in both})
    for one in both:
        people.keep_answer(store, people.Answer("trk", one.id, one.email or ""))

    forgetting.forget_person(store, ["Анна", "ANNA@example.org", "anna"], by="мария")

    assert [one.known.id for one in people.identities(store)] == ["8"]
    assert [one.id for one in people.answers(store)] == ["8"]


def test_a_login_within_the_address_or_login_of_another_is_no_word(store: Store, worker: Worker) -> None:
    linked(store, worker)
    kept = ["anna.belova", "anna.belova@example.org", "anna@other.example", "petr.anna@example.org", "Анна"]
    said = [
        "anna",
        "anna, Пётр",
        "См. anna.",
        "-anna",
        "тел.anna@example.org",
        "<ANNA@example.org>",
        "anna@example.org,",
    ]
    for one in (*kept, *said):
        tell(store, Event("set", "owner", None, one))

    forgetting.forget_person(store, ["anna@example.org", "anna"], by="мария")

    found = [line.event.new for line in history.history(store, entity="entity0001") if line.event.what == "set"]
    assert found[: len(kept)] == kept
    assert all(MARK in one and "anna" not in one.lower() for one in found[len(kept) :])
