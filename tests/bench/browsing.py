"""
``python -m tests.bench.browsing N [--database URL]``: what the pages of a hub with N cases cost on its server, as JSON.

The hub is filled through the state layer: each case has two records, a history, items and notes; 200 are open. Every
page is asked for as an admin and as somebody who sees the cases of five people, and its times are those of one reader.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from flows.hub import browsing
from flows.hub.access import EVERYTHING, Access
from flows.hub.browsing import (
    AttentionQuery,
    BoardQuery,
    CaseQuery,
    FeedQuery,
    RunQuery,
    SearchQuery,
)
from flows.hub.wiring import Installation
from mappings.canonical.values import Money
from mappings.reconcile.model import Event
from state import lines
from state.engine import open_store, upgrade
from state.store import Store
from tests.browsed_builders import NOW, Seeded, a_conflict, a_parked, acquainted, installed, seeded

TIMES = 21
OPEN = 200
STAGES = ("lead", "qualified", "in_work", "estimate", "proposal", "defence")
CLIENTS = ("ООО «Ромашка»", "АО «Лютик»", "ИП Васильков", "ПАО «Северное сияние»", "ООО «Берёзовая роща»")
TITLES = ("Внедрение CRM", "Аудит сети", "Поставка серверов", "Обучение пользователей", "Перенос почты")
SAID = (
    "Заказчик просит подготовить смету на внедрение и обучение сотрудников, сроки согласованы с бухгалтерией.",
    "Созвонились, договор у юристов. Нужны требования к серверам и список пользователей.",
    "Ждём ответа по бюджету, предварительно одобрено руководством.",
)


def main() -> None:
    """Fill a hub and measure its pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=int)
    parser.add_argument("--database", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{folder}/casehub.db"
        upgrade(url)
        store = open_store(url)
        installation = installed(store, Path(folder))
        fill(store, given.cases)
        found = {"cases": given.cases, "database": store.dialect, **measured(installation, given.cases)}
        store.close()
    sys.stdout.write(json.dumps(found))


def fill(store: Store, cases: int) -> None:
    """Put *cases* into the hub, with what belongs to them."""
    acquainted(store)
    seeds = seeded(store)
    for number in range(cases):
        _case(seeds, number, is_open=number % max(cases // OPEN, 1) == 0)
        if len(seeds.made) > 2000:
            seeds.put()
    for name in CLIENTS:
        seeds.entity("client", {"name": name})
    seeds.put()


def _case(seeds: Seeded, number: int, *, is_open: bool) -> None:
    at = NOW - timedelta(hours=number % 5000)
    facts: dict[str, Any] = {
        "title": f"{TITLES[number % 5]} № {number}",
        "client": CLIENTS[number % 7 % 5],
        "stage": STAGES[number % 6],
        "outcome": "open" if is_open else ("won", "lost", "withdrawn")[number % 3],
        "owner": f"sales{number % 50}@example.com",
        "case_manager": f"engineer{number % 20}@example.com",
        "amount": Money(Decimal(number * 1000), "RUB"),
        "deadline": date(2026, 12, 1) + timedelta(days=number % 90),
        "description": " ".join(SAID) * 3,
        "next_step": "Отправить смету",
        "labels": frozenset({"сеть", "срочно"}),
    }
    events = tuple(
        Event("set", "stage", None, stage, by="crm", at=at + timedelta(minutes=place))
        for place, stage in enumerate(STAGES)
    )
    case = seeds.entity(
        "case",
        facts,
        at=at,
        records=("crm", "trk"),
        conflicts=a_conflict() if number % 50 == 0 else None,
        parked=a_parked() if number % 20 == 0 else None,
        events=events,
    )
    for place in range(2):
        seeds.under(
            "item", case, title=f"Собрать требования {place}", category="todo", assignee="engineer1@example.com"
        )
        seeds.under("note", case, body=SAID[(number + place) % 3], author="sales1@example.com", at=at)


def measured(installation: Installation, cases: int) -> dict[str, Any]:
    """Measure every page; what takes in all that is new first is measured apart."""
    store = installation.store
    began = time.perf_counter()
    first = _timed(lambda: browsing.list_cases(installation, EVERYTHING, CaseQuery()), 1)
    lines.catch_up_whole(store)
    taken_in = time.perf_counter() - began
    found = {name: _measure(store, work) for name, work in _pages(installation, cases)}
    return {"first": first, "taken_in": taken_in, "pages": found}


def _pages(installation: Installation, cases: int) -> Iterator[tuple[str, Callable[[], object]]]:
    few = Access(frozenset(f"sales{number}@example.com" for number in range(5)), "sales1@example.com")
    key = f"CASE-{cases // 2}"
    for who, access in (("", EVERYTHING), (", cases of five people", few)):
        asks: dict[str, Callable[[], object]] = {
            "list": lambda access=access: browsing.list_cases(installation, access, CaseQuery()),
            "list, the last page by client": lambda access=access: browsing.list_cases(
                installation, access, CaseQuery(sort="client", page=max(cases // 60, 1))
            ),
            "list by words": lambda access=access: browsing.list_cases(
                installation, access, CaseQuery(text="внедрения ромашке")
            ),
            "board": lambda access=access: browsing.board(installation, access, BoardQuery(), now=NOW),
            "search for a common word": lambda access=access: browsing.find(installation, access, SearchQuery("сметы")),
            "search for a rare word": lambda access=access: browsing.find(installation, access, SearchQuery("CASE-7")),
            "attention": lambda access=access: browsing.attention_list(installation, access, AttentionQuery()),
        }
        for name, work in asks.items():
            yield f"{name}{who}", work
    yield "case", lambda: browsing.open_case(installation, EVERYTHING, key, now=NOW)
    yield "feed", lambda: browsing.feed(installation, EVERYTHING, key, FeedQuery())
    yield "systems", lambda: browsing.systems(installation, EVERYTHING, now=NOW)
    yield "runs", lambda: browsing.list_runs(installation, EVERYTHING, RunQuery())


def _measure(store: Store, work: Callable[[], object]) -> dict[str, float]:
    before = store.statements
    work()
    statements = store.statements - before
    times = [_timed(work, 1) for _ in range(TIMES)]
    return {"median": median(times), "p95": quantiles(times, n=20)[-1], "statements": statements}


def _timed(work: Callable[[], object], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times


if __name__ == "__main__":
    main()
