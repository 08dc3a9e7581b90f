"""What the passes between Bitrix24 and Redmine mean for the bounds."""

from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

from .table import Row

BITRIX, REDMINE = 50, 100
"""Records in a page, and calls in a batch, of each."""
USERS = 5
SPARE = 1.05
SHARE = 0.95


def pages(count: int, size: int) -> int:
    return ceil(count / size)


def first_pass(run: Mapping[str, Any]) -> int:
    """Return the requests of a first pass that writes links back."""
    deals = int(run["n"])
    reading = pages(deals, BITRIX) + pages(run["records"]["companies"], BITRIX) + pages(USERS, BITRIX)
    before: int = run["issues_before"]
    return reading + pages(before, REDMINE) + deals + pages(deals, BITRIX)


def rows(run: Mapping[str, Any]) -> Iterator[Row]:
    turned = "the vendor's real rate" if run["speed"] == 1 else f"clocks run {run['speed']:g} times as fast"
    group = f"Bitrix24 ↔ Redmine, N = {run['n']}, {turned}"
    yield from _first(group, run)
    yield from _nothing(group, run["nothing"])
    changed, k = run["changed"], run["k"]
    bounds = {"crm": 3 * pages(k, BITRIX), "tracker": k + 3 * pages(k, REDMINE)}
    for system, bound in bounds.items():
        more = max(0, pages(changed["read"][system], {"crm": BITRIX, "tracker": REDMINE}[system]) - pages(k, BITRIX))
        note = f"k = {k} on both sides; {changed['read'][system]} records in the window"
        yield Row(group, f"changed: requests to {system}", changed["requests"][system], bound + more, note=note)
    for name in ("first", "nothing", "changed", "full"):
        yield from _costs(group, name, run[name], run["n"])
    refused = [log["refused"] for name in ("first", "nothing", "changed", "full") for log in run[name]["log"].values()]
    limits = sum(count for one in refused for status, count in one.items() if status in ("429", "503"))
    yield Row(group, "answers 429 and 503 in all passes", limits, 0, note="by the sandboxes' own logs")


def _first(group: str, run: Mapping[str, Any]) -> Iterator[Row]:
    first = run["first"]
    asked = sum(first["requests"].values())
    yield Row(group, "first pass: requests", asked, first_pass(run) * SPARE, note=f"formula {first_pass(run)}, and 5 %")
    overhead = sum(first["overhead"].values())
    yield Row(group, "first pass: overhead", overhead, note="log-ins, dictionaries; meeting both systems included")
    logged = sum(log["requests"] for log in first["log"].values())
    yield Row(group, "first pass: requests in the logs beyond those counted", logged - asked - overhead, 0)
    yield Row(group, "first pass: issues made", run["made"], run["n"], kind="least")


def _nothing(group: str, cost: Mapping[str, Any]) -> Iterator[Row]:
    for system, size in (("crm", BITRIX), ("tracker", REDMINE)):
        bound = max(1, pages(cost["read"][system], size))
        note = f"{cost['read'][system]} records in the overlap window"
        yield Row(group, f"nothing changed: requests to {system}", cost["requests"][system], bound, note=note)
    yield Row(group, "nothing changed: writing requests", sum(cost["writing"].values()), 0)


def _costs(group: str, name: str, cost: Mapping[str, Any], count: int) -> Iterator[Row]:
    yield Row(group, f"{name}: seconds", cost["seconds"], unit="s")
    requests = sum(log["requests"] for log in cost["log"].values())
    yield Row(group, f"{name}: transport CPU per request", cost["transport_cpu"] / max(requests, 1) * 1000, unit="ms")
    yield Row(group, f"{name}: hub CPU per case", cost["hub_cpu"] / count * 1000, unit="ms")
    yield Row(group, f"{name}: statements", cost["statements"])
    yield Row(group, f"{name}: peak of memory", cost["peak"], unit="MB")


def propagation_rows(found: Mapping[str, Any]) -> Iterator[Row]:
    group = f"from a webhook to the other system, {found['changes']} changes, a full scan of {found['n']} beside it"
    note = f"median {found['p50']:.2f}, longest {found['most']:.2f}; the systems' own answer times included"
    yield Row(group, "change to visible, p95", found["p95"], 1.0, unit="s", note=note)
    yield Row(group, "changes not seen within 30 s", found["late"], 0)


def budget_rows(found: Mapping[str, Any]) -> Iterator[Row]:
    group = "rate limits of Bitrix24 while there is more work than they let through, real rate"
    note = f"{found['requests']} requests in {found['seconds']:.1f} s; 50 at once, then 2 a second"
    yield Row(group, "share of the budget used", found["share"], SHARE, kind="least", note=note)
    yield Row(group, "share used behind the burst", found["steady_share"], SHARE, kind="least")
    yield Row(group, "answers 429 and 503", found["limit_answers"], 0)
