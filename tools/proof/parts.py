"""What the proof consists of, and how each part is cut into shards."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from . import kills, suites

HISTORIES = 50_000
"""Histories of the full proof over systems in memory."""
SHARD = 1_000
SANDBOX_SHARE = 25
"""For so many histories one is lived through the sandboxes, which speak the vendors' protocols."""
SANDBOX_SHARD = 250


@dataclass(frozen=True)
class Asked:
    """How much of the proof is wanted, and its seed."""

    histories: int = HISTORIES
    seed: int = 20261122


@dataclass(frozen=True)
class Shard:
    """A process that writes its numbers, as JSON, into the file that it is given with ``--out``."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True)
class Part:
    """
    A part of the proof. ROWS makes of the numbers of its shards what the table says: (what, result).

    Numbers hold ``broken``: what was found wrong, each with a ``text``.
    """

    name: str
    shards: Callable[[Asked], list[Shard]]
    rows: Callable[[Sequence[dict[str, Any]]], list[tuple[str, str]]]


# --- the state machine -----------------------------------------------------------------------------------------------


def _machine(asked: Asked) -> list[Shard]:
    return _histories("machine", "tests.properties.machine", total=asked.histories, size=SHARD, seed=asked.seed)


def _sandboxes(asked: Asked) -> list[Shard]:
    total = -(-asked.histories // SANDBOX_SHARE)
    module = "tests.properties.machine.sandboxed"
    return _histories("sandboxes", module, total=total, size=SANDBOX_SHARD, seed=asked.seed)


def _histories(name: str, module: str, *, total: int, size: int, seed: int) -> list[Shard]:
    """Seeds of shards lie so far apart that no two live the same history."""
    counts = [min(size, total - first) for first in range(0, total, size)]
    return [
        Shard(
            f"{name}-{number:03d}",
            (sys.executable, "-m", module, "--seed", str(seed + number * 1_000_000), "--histories", str(count)),
        )
        for number, count in enumerate(counts)
    ]


def summed(numbers: Sequence[dict[str, Any]], name: str) -> dict[str, int]:
    """Add up the counts that shards have under *name*."""
    total: dict[str, int] = {}
    for one in numbers:
        for key, count in one.get(name, {}).items():
            total[key] = total.get(key, 0) + count
    return total


def _machine_rows(numbers: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    histories = sum(one["histories"] for one in numbers)
    worlds = sum(one["worlds"] for one in numbers)
    rows = [("histories", f"{histories} in {worlds} worlds")]
    for name in numbers[0]["spread"] if numbers else ():
        spread = summed([one["spread"] for one in numbers], name)
        rows.append((f"{name} of a history", _spread({int(many): count for many, count in spread.items()})))
    rows += [(f"checks {name}", str(count)) for name, count in sorted(summed(numbers, "checks").items())]
    rows += [(f"faults: {name}", str(count)) for name, count in sorted(summed(numbers, "faults").items())]
    return rows


def _spread(counts: dict[int, int]) -> str:
    """Return where the tenth, the middle and the ninth tenth lie."""
    every = [many for many in sorted(counts) for _ in range(counts[many])]
    if not every:
        return "none"
    low, middle, high = (every[int(share * (len(every) - 1))] for share in (0.1, 0.5, 0.9))
    return f"median {middle} (a tenth has at most {low}, nine at most {high})"


# --- the code, broken on purpose ------------------------------------------------------------------------------------


def _mutants(asked: Asked) -> list[Shard]:
    """One shard: it goes on by itself where it was stopped. A look with few histories does without."""
    if asked.histories < HISTORIES:
        return []
    return [Shard("mutants", (sys.executable, "-m", "tools.mutants", "--stories"))]


def _mutant_rows(numbers: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    rows = []
    for one in numbers:
        noticed = sum(bool(said["by"]) for said in one["rules"].values())
        rows.append(("rules switched off and noticed", f"{noticed} of {len(one['rules'])}"))
        rows.append(("small changes caught", f"{one['caught']} of {one['made']}"))
        if one["stories"] is not None:
            rows.append(("stories that a breakage ends", str(len(one["stories"]))))
    return rows


# --- stories and attacks ---------------------------------------------------------------------------------------------


def _suites(_: Asked) -> list[Shard]:
    """As many in a look as in the full proof."""
    return [Shard(name, (sys.executable, "-m", "tools.proof.suites", name)) for name in suites.SUITES]


# --- kills ----------------------------------------------------------------------------------------------------------


def _kills(asked: Asked) -> list[Shard]:
    whole = asked.histories >= HISTORIES
    return [Shard(name, command) for name, command in kills.commands(seed=asked.seed, whole=whole)]


PARTS: tuple[Part, ...] = (
    Part("machine", _machine, _machine_rows),
    Part("sandboxes", _sandboxes, _machine_rows),
    Part("suites", _suites, suites.rows),
    Part("crash", _kills, kills.rows),
    Part("mutants", _mutants, _mutant_rows),
)
"""In the order of the table."""
