"""
How long `reconcile` takes for 12 fields over 2 systems, by hand: ``.venv/bin/python tests/bench/reconcile_speed.py``.

Prints the median of many runs in microseconds. The bound is 50 where nothing or one field moved.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from mappings.canonical.values import Money, Value
from mappings.exchange import View
from mappings.lens import Field
from mappings.policy import Furthest, Home
from mappings.reconcile import reconcile
from mappings.reconcile.model import Base, Entity, Side
from mappings.transforms.vocabulary import Vocabulary
from tests.reconcile_builders import a_case, a_cell, a_choice, a_field, a_lens, a_side, rules

PEOPLE = {str(number): f"person{number}@example.org" for number in range(40)}
FACTS: Mapping[str, Value] = {
    "title": "Внедрение CRM в отделе продаж",
    "description": "Цель\n\nСрок: до конца года\n\nКонтакт: Анна" * 20,
    "client": "ООО «Ромашка»",
    "contact": "Иван Петров",
    "amount": Money(Decimal(150_000), "RUB"),
    "owner": "person7@example.org",
    "case_manager": "person9@example.org",
    "deadline": date(2026, 12, 1),
    "labels": frozenset({"срочно", "тендер"}),
    "channel": "site",
    "key_client": True,
    "stage": "qualified",
    "outcome": "open",
}
CELL = {
    "C3:NEW": {"stage": "lead", "outcome": "open"},
    "C3:PREPARATION": {"stage": "qualified", "outcome": "open"},
    "C3:EXECUTING": {"stage": ["in_work", "estimate"], "outcome": "open"},
    "C3:WON": {"outcome": "won"},
}


def fields() -> list[Field]:
    """Twelve fields, one of them with two facts."""
    words = Vocabulary(people=PEOPLE)
    return [
        *(a_field(name, a_lens("text", name)) for name in ("title", "description", "client", "contact")),
        a_field("amount", a_lens("money", "amount", currency="RUB")),
        a_field("owner", a_lens("person", "owner", words=words)),
        a_field("case_manager", a_lens("person", "case_manager", words=words)),
        a_field("deadline", a_lens("date", "deadline")),
        a_field("labels", a_lens("set", "labels")),
        a_choice("channel", values={"1": "site", "2": "call"}),
        a_field("key_client", a_lens("bool", "key_client")),
        a_cell(CELL),
    ]


def side(system: str, number: int) -> Side:
    """A link at rest whose snapshot shows just what it did."""
    entries = fields()
    shown: dict[str, View] = {}
    for entry in entries:
        shown[entry.name] = entry.lens.write({fact: FACTS[fact] for fact in entry.facts}, None)
    return a_side(system, number, fields=entries, values=FACTS, views=shown, fresh=shown)


def microseconds(run: Callable[[], object], *, rounds: int = 3000) -> float:
    times = []
    for _ in range(rounds):
        began = perf_counter()
        run()
        times.append(perf_counter() - began)
    return median(times) * 1e6


def moved(one: Side, **views: View) -> Side:
    """The side whose snapshot shows other *views*."""
    return replace(one, fresh={**(one.fresh or {}), **views})


def settled(one: Side, **views: View) -> Side:
    """The side whose bases stand at other *views*: the hub's value is ahead of it."""
    bases = {**one.link.bases, **{n: Base({n: view}, view, one.fields[n].fingerprint) for n, view in views.items()}}
    return replace(one, link=replace(one.link, bases=bases), fresh=None)


def worlds() -> dict[str, float]:
    """Return the microseconds of `reconcile` in each world."""
    crm, trk = side("crm", 1), side("trk", 2)
    case: Entity = a_case(FACTS)
    told = rules({"title": Home("crm"), "stage": Furthest()}, orders={"stage": ("lead", "qualified", "in_work")})
    found = {
        "nothing moved, one snapshot": [crm, replace(trk, fresh=None)],
        "nothing moved, two snapshots": [crm, trk],
        "a title moved": [moved(crm, title="Внедрение ERP"), replace(trk, fresh=None)],
        "an amount moved": [moved(crm, amount="175000"), replace(trk, fresh=None)],
        "a cell of two facts moved": [moved(crm, position="C3:EXECUTING"), replace(trk, fresh=None)],
        "a title in conflict": [moved(crm, title="А"), moved(trk, title="Б")],
        "one hub value to be written": [crm, settled(trk, title="старое")],
        "everything looked at for drift": [crm, trk],
    }
    times = {}
    for name, sides in found.items():
        how = replace(told, drift="report") if "drift" in name else told
        times[name] = microseconds(partial(reconcile, case, sides, how))
    return times


def main() -> None:
    for name, time in worlds().items():
        sys.stdout.write(f"{time:7.1f}  {name}\n")


if __name__ == "__main__":
    main()
