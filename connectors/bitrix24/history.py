"""The change log of a record's stage. Bitrix24 keeps no other, and does not say who moved it but the last time."""

from collections.abc import Mapping, Sequence
from typing import Any

from mappings.exchange import PastChange, VendorRecord

from .client import Command, Row
from .kinds import Kind
from .records import STAGE
from .times import moment_of

COLUMNS = ("ID", "OWNER_ID", "CREATED_TIME", "STAGE_ID")


def history_command(kind: Kind, record_id: str, *, newest: bool) -> Command:
    """Ask for the steps of one record: the last fifty, newest first, or the first fifty."""
    order = {"ID": "DESC" if newest else "ASC"}
    return Command(
        "crm.stagehistory.list",
        {"entityTypeId": kind.number, "filter": {"OWNER_ID": record_id}, "order": order, "start": 0},
    )


def changes_of(rows: Sequence[Row], *, last_is_ours: bool) -> tuple[PastChange, ...]:
    """Return the steps that *rows* tell, oldest first. Of the last one alone it is known who made it."""
    steps = sorted((row for row in rows if _is_step(row)), key=lambda row: int(row["ID"]))
    changes: list[PastChange] = []
    before: str | None = None
    for row in steps:
        ours = last_is_ours and row is steps[-1]
        stage = str(row["STAGE_ID"])
        changes.append(PastChange(str(row["ID"]), STAGE, before, stage, at=row["CREATED_TIME"], ours=ours))
        before = stage
    return tuple(changes)


def since_compare(log: Sequence[PastChange], before: VendorRecord, *, written: str | None) -> tuple[PastChange, ...]:
    """
    Return what of *log* happened after the compare that showed *before*, our own step marked.

    The step that led to what the compare showed may have the very second of its stamp; it is left out. Ours is the last
    one to the stage that we have WRITTEN.
    """
    known = None if before.stamp is None else moment_of(before.stamp)
    recent = [change for change in log if known is None or moment_of(change.at) >= known]
    shown = [
        number
        for number, change in enumerate(recent)
        if change.new == before.views.get(STAGE) and known is not None and moment_of(change.at) == known
    ]
    recent = recent[shown[0] + 1 :] if shown else recent
    mine = [number for number, change in enumerate(recent) if written is not None and change.new == written]
    return tuple(_marked(change, ours=bool(mine) and number == mine[-1]) for number, change in enumerate(recent))


def _marked(change: PastChange, *, ours: bool) -> PastChange:
    return PastChange(change.id, change.place, change.old, change.new, at=change.at, by=change.by, ours=ours)


def _is_step(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("CREATED_TIME"), str) and str(row.get("ID", "")).isdecimal() and "STAGE_ID" in row
