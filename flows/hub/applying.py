"""
Plan files: a plan on disk, and carrying out exactly that plan.

`apply` reads and decides again. It runs the pass only if the same writes come out; else it tells what moved.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .plan import Plan
from .planning import make_plan
from .report import Report
from .running import How, run_recorded
from .sync import PassOptions, Step
from .wired import Wired

FORMAT = 1
LARGEST = 200_000_000
"""Bytes of a plan file: a first pass of some hundred thousand records."""


class BadPlanFile(ValueError):
    """The file is no plan, or one that this version does not read; the message says which."""


@dataclass(frozen=True)
class PlanFile:
    """What is kept of a plan: enough to know it again, and to tell what has moved since."""

    sync: str
    fingerprint: str
    mapping: str
    writes: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Moved:
    """How a plan differs from the one in a file. Each entry names a case, a system and the fields."""

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    mapping: bool = False


class Stale(Exception):
    """The systems or the mappings have moved since the plan was made; nothing was written."""

    def __init__(self, moved: Moved, plan: Plan) -> None:
        super().__init__(f"the plan of {plan.sync} is no longer what a pass would do")
        self.moved = moved
        self.plan = plan


def write_plan(path: Path, plan: Plan) -> None:
    """Keep *plan* in a file that only its owner may read: it holds customers' values. Raises OSError."""
    form = {
        "casehub": FORMAT,
        "sync": plan.sync,
        "fingerprint": plan.fingerprint,
        "mapping": plan.mapping,
        "writes": [write.form() for write in plan.writes],
    }
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(form, file, ensure_ascii=False, indent=1)
    beside.replace(path)


def read_plan(path: Path) -> PlanFile:
    """Return the plan in the file at *path*. Raises BadPlanFile."""
    try:
        with path.open("rb") as file:
            form = json.loads(file.read(LARGEST))
    except OSError as error:
        raise BadPlanFile(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BadPlanFile(f"{path} is no plan file: not JSON") from error
    match form:
        case {
            "casehub": int(version),
            "sync": str(sync),
            "fingerprint": str(fingerprint),
            "mapping": str(mapping),
            "writes": list(writes),
        } if all(isinstance(write, dict) for write in writes):
            if version != FORMAT:
                raise BadPlanFile(f"{path} is a plan file of format {version}; this version reads {FORMAT}")
            return PlanFile(sync, fingerprint, mapping, tuple(writes))
    raise BadPlanFile(f"{path} is no plan file; `casehub plan -o FILE` makes one")


async def apply_plan(wired: Wired, kept: PlanFile, *, by: str = "", step: Step = lambda _: None) -> Report:
    """
    Carry out the plan that was kept, approved: guards and a changed mapping do not stop it.

    Raises Stale where a pass would do something else by now.
    """
    plan = await make_plan(wired, step=step)
    if plan.fingerprint != kept.fingerprint:
        raise Stale(compare(kept, plan), plan)
    return await run_recorded(wired, PassOptions(), How(by=by, approved=True), step=step)


def compare(kept: PlanFile, plan: Plan) -> Moved:
    """Return what is new in *plan*, what is no longer in it, and what would be written differently."""
    before = {_place(write): write for write in kept.writes}
    after = {_place(form): form for form in (write.form() for write in plan.writes)}
    return Moved(
        new=tuple(_words(after[place]) for place in sorted(after.keys() - before.keys())),
        gone=tuple(_words(before[place]) for place in sorted(before.keys() - after.keys())),
        changed=tuple(
            _words(after[place], _differing(before[place], after[place]))
            for place in sorted(after.keys() & before.keys())
            if _fields(before[place]) != _fields(after[place]) or before[place].get("fixed") != after[place]["fixed"]
        ),
        mapping=kept.mapping != plan.mapping,
    )


def _place(write: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(write.get(name, "")) for name in ("case", "system", "kind", "record", "verb"))


def _fields(write: Mapping[str, Any]) -> dict[str, Any]:
    return {str(one.get("field")): one for one in write.get("fields", []) if isinstance(one, dict)}


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Sequence[str]:
    old, new = _fields(before), _fields(after)
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _words(write: Mapping[str, Any], names: Sequence[str] = ()) -> str:
    record = f"#{write['record']}" if write.get("record") else "a new record"
    fields = ", ".join(names or sorted(_fields(write)))
    return f"{write.get('case')}: {write.get('system')} {record}: {fields}"
