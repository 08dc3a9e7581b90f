"""What a person enters: the fact that is meant, and what the text says."""

from decimal import Decimal

import pytest

from flows.hub.entering import NoSuchFact, entered, fact_of
from flows.hub.wiring import load_installation
from mappings.canonical.show import Unreadable
from mappings.canonical.values import Money
from mappings.reconcile import Unresolvable
from tests.hub_builders import CRM, HUB, TRK


@pytest.fixture
def sync(tmp_path):
    (tmp_path / "hub.yaml").write_text(HUB + "    facts: {probability: number}\n", encoding="utf-8")
    (tmp_path / "record.crm.yaml").write_text(CRM, encoding="utf-8")
    (tmp_path / "record.trk.yaml").write_text(TRK, encoding="utf-8")
    return load_installation(tmp_path, {}).syncs["presales"]


@pytest.mark.parametrize(
    ("fact", "text", "value"),
    [
        ("amount", "175 000 ₽", Money(Decimal(175000), "RUB")),
        ("stage", " in_work ", "in_work"),
        ("owner", "Ann@Example.com", "ann@example.com"),
        ("participants", "Ann@Example.com, Boss", frozenset({"ann@example.com", "Boss"})),
        ("labels", "Дом@Офис", frozenset({"Дом@Офис"})),
        ("labels", "срочно, тендер", frozenset({"срочно", "тендер"})),
        ("probability", "0,7", Decimal("0.7")),
        ("title", "", None),
        ("stage", "", None),
    ],
)
def test_a_text_is_read_by_the_type_of_its_fact(sync, fact, text, value):
    assert entered(sync, fact_of(sync, fact), text) == value


@pytest.mark.parametrize(
    ("fact", "text", "error", "says"),
    [
        ("titel", "x", NoSuchFact, "did you mean 'title'"),
        ("progress", "x", Unresolvable, "worked out by the hub"),
        ("stage", "done", Unresolvable, "is no stage; one of: lead"),
        ("outcome", "perhaps", Unresolvable, "is no outcome; one of: open"),
        ("closes_on", "скоро", Unreadable, "like 2026-12-01"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(sync, fact, text, error, says):
    with pytest.raises(error, match=says):
        entered(sync, fact_of(sync, fact), text)
