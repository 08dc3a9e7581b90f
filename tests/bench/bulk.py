"""
``python -m tests.bench.bulk 1000000``: passes of a hub that has had very many cases for long, in a process of its own.

One case is made by a pass; its rows are copied in the database, each copy a case of its own with a record in both
systems. The systems list what has changed, so they need not hold the copies: what is measured is what the number of
cases in the database makes of a pass in which nothing, or one case, has changed. Prints one JSON object.
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from flows.hub.wiring import Installation, install
from state.store import Store
from state.tables import entity, link, outbox
from tests.hub_builders import CRM, HUB, SQLITE, TRK

from .far_memory import Far, FarConnector, far_systems
from .memory_runs import OVERLAP
from .passes import Cost, measured

AT_ONCE = 50_000


def run(count: int, folder: Path, database: str = "") -> dict[str, Any]:
    """Measure a pass with nothing to do and one with one change, over a database with COUNT cases."""
    files = {
        "hub.yaml": HUB.replace(SQLITE, "${BENCH_DATABASE}" if database else SQLITE),
        "record.crm.yaml": CRM,
        "record.trk.yaml": TRK,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    with far_systems() as far:
        far.seed(1)
        installation = install(folder, {"BENCH_DATABASE": database})
        try:
            return _measured(installation, far, count)
        finally:
            installation.store.close()


def _measured(installation: Installation, far: Far, count: int) -> dict[str, Any]:
    def one() -> Cost:
        return measured(installation, lambda _, name: FarConnector(name, far))

    for _ in range(2):
        one()
        time.sleep(OVERLAP)
    began = time.perf_counter()
    copy_cases(installation.store, count - 1)
    seeded = time.perf_counter() - began
    one()  # the first to see them
    costs = {"nothing": asdict(one())}
    far.edit("crm", 1)
    costs["one"] = asdict(one())
    if costs["one"]["updated"].get("trk") != 1:
        raise RuntimeError("the changed case was not carried over")
    return {"n": count, "seeded": seeded, **costs}


def copy_cases(store: Store, copies: int) -> None:
    """Copy the one case that the database has, COPIES times, with its links and the write that has made its issue."""
    with store.read() as conn:
        [original] = conn.execute(sa.select(entity.c.id)).scalars()
    for first in range(1, copies + 1, AT_ONCE):
        series = _series(first, min(first + AT_ONCE - 1, copies))
        number = sa.cast(series.c.number, sa.Text())
        cases = {"id": sa.literal("copy-") + number, "key": sa.literal("COPY-") + number, "prefix": sa.literal("COPY")}
        cases |= {"number": series.c.number, "shown": entity.c.revision}
        links = {"entity": sa.literal("copy-") + number, "external_id": sa.literal("copy-") + number}
        with store.write() as conn:
            _copied(conn, entity, series, cases, entity.c.id == original)
            _copied(conn, link, series, links, link.c.entity == original, left_out="id")
            made = sa.and_(outbox.c.entity == original, outbox.c.verb == "create")
            _copied(conn, outbox, series, {"key": cases["id"], "entity": cases["id"]}, made)


def _series(first: int, last: int) -> sa.CTE:
    numbers = sa.select(sa.literal(first, sa.BigInteger()).label("number")).cte("numbers", recursive=True)
    return numbers.union_all(sa.select(numbers.c.number + 1).where(numbers.c.number < last))


def _copied(
    conn: sa.Connection,
    table: sa.Table,
    series: sa.CTE,
    others: dict[str, Any],
    which: sa.ColumnElement[bool],
    *,
    left_out: str = "",
) -> None:
    columns = [column for column in table.c if column.name != left_out]
    values = [others.get(column.name, column) for column in columns]
    chosen = sa.select(*values).select_from(table.join(series, sa.true())).where(which)
    conn.execute(sa.insert(table).from_select([column.name for column in columns], chosen, include_defaults=False))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bulk", description=__doc__)
    parser.add_argument("n", type=int)
    parser.add_argument("--database", default="", help="the address of an empty database")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="casehub-bench-") as folder:
        sys.stdout.write(json.dumps(run(given.n, Path(folder), given.database)) + "\n")


if __name__ == "__main__":
    main()
