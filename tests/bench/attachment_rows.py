"""What the passes with files and with comments mean for their bounds."""

from collections.abc import Iterator, Mapping
from typing import Any

from .table import Row

FLAT = 50.0
"""MB by which memory may grow with files of any size."""


def rows(found: Mapping[str, Any]) -> Iterator[Row]:
    large = f"{found['large']} of {found['megabytes']} MB"
    group = f"{found['files']} files between Bitrix24 and Redmine, {large}, half each way"
    plain, shared = found["without"], found["with"]
    yield Row(group, "files that are missing on a side", found["missing"], 0)
    yield Row(group, "files that are there twice", found["doubled"], 0)
    yield Row(group, "left in the spool", found["lying"], 0)
    note = f"{shared['peak']:.0f} MB at most, {plain['peak']:.0f} MB in a pass without files"
    yield Row(
        group, "memory: peak beyond that of a pass without files", shared["peak"] - plain["peak"], FLAT, "MB", note=note
    )
    requests = ", ".join(f"{name} {count}" for name, count in sorted(shared["requests"].items()))
    yield Row(group, "seconds", shared["seconds"], unit="s", note=f"requests: {requests}")
    for name in ("again", "full"):
        yield Row(group, f"{name}: files copied", sum(found[name]["files"].values()), 0)


def talk_rows(found: Mapping[str, Any]) -> Iterator[Row]:
    group = f"{found['comments']} comments between Bitrix24 and Redmine, half written on each side"
    plain, shared = found["without"], found["with"]
    yield Row(group, "comments that are missing on a side", found["missing"], 0)
    yield Row(group, "comments that are there twice", found["doubled"], 0)
    note = f"{shared['peak']:.0f} MB at most, {plain['peak']:.0f} MB in a pass without comments"
    yield Row(
        group,
        "memory: peak beyond that of a pass without comments",
        shared["peak"] - plain["peak"],
        FLAT,
        "MB",
        note=note,
    )
    requests = ", ".join(f"{name} {count}" for name, count in sorted(shared["requests"].items()))
    yield Row(group, "seconds", shared["seconds"], unit="s", note=f"requests: {requests}")
