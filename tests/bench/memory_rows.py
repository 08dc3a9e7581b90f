"""What the passes over memory systems mean for the bounds."""

from collections.abc import Iterator, Mapping
from typing import Any

from .table import Row

PAGE = 100
BATCH = 100
STATEMENTS = 12
CREATE_STATEMENTS = 2
HUB_MS = 0.7
MEGABYTES = 50
RECONCILE_US = 50
ENOUGH = 200
"""
Cases from which a pass is held against the bound of one case: of fewer, a fifth to a half is what any run costs.
"""
TOLD = 100
"""Cases from which what a pass took is told per case."""
NAMED = "decode, read, reconcile, plan, SQL"
"""What the bound of the hub's CPU is of, in its own words."""
PLANS = {"plan of new": "a plan of new cases", "plan of changed": "a plan of cases changed on both sides"}
BOUND_WORLDS = ("nothing moved, one snapshot", "nothing moved, two snapshots", "a title moved")
MORE = 200
FEW = 1000
"""Cases that very many are held against."""

Runs = Mapping[int, Mapping[str, Mapping[str, Any]]]


def rows(runs: Runs) -> Iterator[Row]:
    for count, passes in sorted(runs.items()):
        yield from _of(count, passes)
    yield from _flat(runs)


def other_rows(count: int, passes: Mapping[str, Mapping[str, Any]]) -> Iterator[Row]:
    """The same over PostgreSQL, whose server's work is not in what is measured."""
    yield from _of(count, passes, where="memory systems, PostgreSQL")


def _of(count: int, passes: Mapping[str, Mapping[str, Any]], where: str = "memory systems") -> Iterator[Row]:
    group = f"{where}, N = {count}"
    first, nothing = passes["first"], passes["nothing"]
    for system, requests in nothing["requests"].items():
        bound = max(1, -(-nothing["read"][system] // PAGE))
        note = f"{nothing['read'][system]} records in the overlap window"
        yield Row(group, f"nothing changed: requests to {system}", requests, bound, note=note)
    yield Row(group, "nothing changed: writing requests", sum(nothing["writing"].values()), 0)
    batches = -(-count // BATCH)
    bound = STATEMENTS * batches + CREATE_STATEMENTS * count
    yield Row(group, "first pass: statements", first["statements"], bound, note="12 a batch and 2 a create")
    yield Row(group, "first pass: statements per 100 cases", first["statements"] / count * 100)
    if "more" in passes:
        more = (passes["more"]["statements"] - passes["changed"]["statements"]) / (MORE / BATCH)
        note = "what 100 more changed cases add to a pass: read, decided, written to both systems, settled"
        yield Row(group, "changed on both sides: statements per 100 more", more, STATEMENTS, note=note)
        grown = {key: passes["more"][key] - passes["changed"][key] for key in ("hub_cpu", "sending_cpu")}
        yield from _hub_cpu(group, "changed on both sides, what 200 more add", grown, MORE)
    sizes = {"first": count, "changed": max(1, count // 100), "more": max(1, count // 100) + MORE, "full": count}
    for name, title in PLANS.items():
        if name in passes:
            yield from _planned(group, title, passes[name])
    for name, cost in passes.items():
        if name not in PLANS:
            yield from _times(group, name, cost, sizes.get(name, count))


def _planned(group: str, title: str, cost: Mapping[str, Any]) -> Iterator[Row]:
    cases = cost["cases"]
    note = f"{cases} cases: {NAMED}"
    yield Row(group, f"{title}: hub CPU per case", cost["hub_cpu"] / cases * 1000, HUB_MS, "ms", note=note)
    yield Row(group, f"{title}: statements per 100 cases", cost["statements"] / cases * 100)


def _times(group: str, name: str, cost: Mapping[str, Any], cases: int) -> Iterator[Row]:
    title = {
        "first": "first pass",
        "nothing": "nothing changed",
        "changed": "1 % changed on both sides",
        "more": f"{cases} changed on both sides",
        "full": "full read, nothing changed",
    }[name]
    yield Row(group, f"{title}: seconds", cost["seconds"], unit="s")
    if name != "nothing" and cases >= TOLD:
        yield from _hub_cpu(group, title, cost, cases)
        each = cost["transport_cpu"] / cases * 1000
        yield Row(group, f"{title}: transport CPU per case", each, unit="ms")
        told = cost["told_hub_cpu"] / cost["hub_cpu"]
        yield Row(group, f"{title}: share of the hub's CPU that its own report tells", told)
    yield Row(group, f"{title}: statements", cost["statements"])
    yield Row(group, f"{title}: overhead requests", sum(cost["overhead"].values()))
    yield Row(group, f"{title}: peak of memory", cost["peak"], unit="MB")


def _hub_cpu(group: str, title: str, cost: Mapping[str, Any], cases: int) -> Iterator[Row]:
    """The hub's CPU until writes are planned, which the bound is of, and with all that becomes of them."""
    whole, writing = cost["hub_cpu"] / cases * 1000, cost["sending_cpu"] / cases * 1000
    bound = HUB_MS if cases >= ENOUGH else None
    yield Row(group, f"{title}: hub CPU per case", whole - writing, bound, "ms", note=f"{NAMED}; nothing written yet")
    note = f"takes, sends, judges and settles writes, too: {whole / HUB_MS:.2f} × the bound of the row above"
    yield Row(group, f"{title}: hub CPU per case, with its writes", whole, unit="ms", note=note)


def _flat(runs: Runs) -> Iterator[Row]:
    few, many = min(runs), max(runs)
    sizes = [count for count in (1000, few) if count in runs and count != many]
    if not sizes:
        return
    for name in ("first", "nothing", "changed", "full"):
        grown = runs[many][name]["peak"] - runs[sizes[0]][name]["peak"]
        yield Row("memory of the hub's process", f"{name}: N = {many} over N = {sizes[0]}", grown, MEGABYTES, "MB")


def bulk_rows(few: Mapping[str, Any], many: Mapping[str, Any]) -> Iterator[Row]:
    """Rows of a hub with very MANY cases, held against one with FEW."""
    group = f"{many['n']} cases in the database"
    for name, title in {"nothing": "nothing changed", "one": "one case changed"}.items():
        cost, less = many[name], few[name]
        if name == "nothing":
            for system, requests in cost["requests"].items():
                yield Row(group, f"{title}: requests to {system}", requests, 1)
            yield Row(group, f"{title}: writing requests", sum(cost["writing"].values()), 0)
        grown = cost["peak"] - less["peak"]
        yield Row(group, f"{title}: memory over N = {few['n']}", grown, MEGABYTES, "MB")
        yield Row(group, f"{title}: statements", cost["statements"], less["statements"], note=f"as with {few['n']}")
        yield Row(group, f"{title}: hub CPU", cost["hub_cpu"] * 1000, unit="ms")
        yield Row(group, f"{title}: hub CPU with {few['n']}", less["hub_cpu"] * 1000, unit="ms")


def reconcile_rows(times: Mapping[str, float]) -> Iterator[Row]:
    """Rows of `reconcile` alone."""
    for name, micros in times.items():
        bound = RECONCILE_US if name in BOUND_WORLDS else None
        yield Row("reconcile, 12 fields, 2 systems", name, micros, bound, "µs")
