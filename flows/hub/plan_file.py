"""
Plan files: a plan on disk, as people read, compare and edit it.

YAML, a line per field that would be written. Each line carries a print of exactly what it stands for, so that it can be
told from anything else, and of its words, so that a system that calls it otherwise by now is not taken for a person who
rewrote it. A person may take lines and cases out, or answer `do: no`; nothing else may be changed.
"""

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import ValidationError

from mappings.canonical.show import EMPTY

from .plain_yaml import NotPlain, read_plain
from .plan import Plan, PlannedWrite, name_of, title_of
from .plan_form import BadPlanFile, CaseForm, MeetingForm, Place, PlanFile, RowForm, WriteForm
from .telling import ARROW, Words

__all__ = [
    "BadPlanFile",
    "CaseForm",
    "MeetingForm",
    "Place",
    "PlanCase",
    "PlanFile",
    "PlanLine",
    "RowForm",
    "Wish",
    "WriteForm",
    "cases_of",
    "print_of",
    "read_plan",
    "save",
    "wishes",
    "word",
    "write_plan",
]

FORMAT = 2
LARGEST = 200_000_000
"""Bytes of a plan file: a first pass of some hundred thousand records."""


# --- prints -----------------------------------------------------------------------------------------------------------


def print_of(form: Any) -> str:
    """Return a short hash of a JSON form."""
    text = json.dumps(form, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


@dataclass(frozen=True)
class PlanLine:
    """A field of a write as the present plan has it: FIXED ones are not the case's, but what scopes a new record."""

    field: str
    old: str
    new: str
    mark: str
    why: str = ""
    fixed: bool = False

    @property
    def words(self) -> str:
        return self.new if self.old == EMPTY else f"{self.old} → {self.new}"


@dataclass(frozen=True)
class PlanCase:
    """A case of the present plan, in the terms of a plan file: place of a write -> field -> its line."""

    name: str
    title: str
    writes: Mapping[Place, Mapping[str, PlanLine]] = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    """Records that are met with this plan and become the case's."""

    @property
    def marks(self) -> str:
        return " ".join(line.mark for lines in self.writes.values() for line in lines.values())


DELETED = "the record is deleted if it still shows this"


def cases_of(plan: Plan, words: Words) -> dict[str, PlanCase]:
    """Return the cases of *plan* that would write something, be linked or are in conflict, by their names."""
    writes: dict[str, dict[Place, Mapping[str, PlanLine]]] = {}
    titles: dict[str, str] = {}
    for write in plan.writes:
        titles.setdefault(write.name, write.title)
        writes.setdefault(write.name, {})[write.system, write.kind, write.record] = dict(_lines(write, words))
    links: dict[str, tuple[str, ...]] = {}
    conflicts: dict[str, tuple[str, ...]] = {}
    for ruling in plan.rulings:
        entity, name = ruling.decided.outcome.entity, name_of(ruling.decided)
        met = ruling.decided.new_links[0 if ruling.decided.claimed else 1 :]
        if met:
            links[name] = tuple(f"{one.snapshot.record.system} #{one.snapshot.record.id}" for one in met)
        if entity.conflicts:
            found = sorted(entity.conflicts.items())
            conflicts[name] = tuple(f"{fact}: {words.parties(one)}" for fact, one in found)
        if met or entity.conflicts:
            titles.setdefault(name, title_of(entity))
    return {
        name: PlanCase(name, title, writes.get(name, {}), conflicts.get(name, ()), links.get(name, ()))
        for name, title in titles.items()
    }


def _lines(write: PlannedWrite, words: Words) -> Iterator[tuple[str, PlanLine]]:
    channel = words.channel(write)
    form = write.form()
    place = (write.system, write.kind, write.record)
    for each, said in zip(write.fields, form["fields"], strict=True):
        old, *onward = words.steps(channel, each) if write.record else (EMPTY, words.shown(channel, each, each.view))
        why, new = DELETED if write.verb == "delete" else words.source(each, write), ARROW.join(onward)
        yield each.field, PlanLine(each.field, old, new, print_of([place, said, old, new]), why)
    for name, view in write.fixed.items():
        new = words.place(channel, name, view)
        yield f"{name}*", PlanLine(f"{name}*", EMPTY, new, print_of([place, name, view, new]), fixed=True)


# --- writing ----------------------------------------------------------------------------------------------------------

HEAD = """\
# A plan of {sync}. `casehub apply` makes exactly what stands here, and nothing if the systems have moved meanwhile.
# Take out what you do not want now: a line, a write, a case; it stays undone. Or answer `do: no` (at a line, a write, a
# case): it is left as it is there until it changes; a new record only waits for the next plan or pass. Nothing else may
# be edited. Names with * come with a new record.
"""


def write_plan(path: Path, plan: Plan, words: Words, *, more: str = "") -> None:
    """
    Keep *plan* in a file that only its owner may read: it holds customers' values. MORE goes before the cases.

    Raises OSError.
    """
    save(path, _text(plan, words, more))


def save(path: Path, chunks: Iterator[str]) -> None:
    """Write *chunks* to a file that only its owner may read; there is no half a file. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _save(beside, path, chunks)
    except OSError as error:  # nobody knows the file beside it
        raise OSError(error.errno, error.strerror, str(path)) from None


def _save(beside: Path, path: Path, chunks: Iterator[str]) -> None:
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(chunks)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _text(plan: Plan, words: Words, more: str) -> Iterator[str]:
    changes = len(plan.writes) - plan.creates - plan.deletes
    deletes = {"delete": plan.deletes} if plan.deletes else {}
    counts = {"create": plan.creates, "change": changes, **deletes, "conflicts": plan.conflicts}
    yield HEAD.format(sync=plan.sync)
    yield f"casehub: {FORMAT}\nsync: {word(plan.sync)}\nmade: {word(words.now.isoformat(timespec='seconds'))}\n"
    yield f"fingerprint: {word(plan.fingerprint)}\nmapping: {word(plan.mapping)}\n"
    yield f"asks: {json.dumps([stop.text for stop in plan.stops], ensure_ascii=False)}\n"
    yield f"summary: {json.dumps({**counts, 'parked': plan.parked})}\n"
    yield more
    cases = cases_of(plan, words)
    yield "cases:\n" if cases else "cases: []\n"
    for one in cases.values():
        yield "".join(_case_text(one))


def _case_text(one: PlanCase) -> Iterator[str]:
    yield f"- case: {word(one.name)}\n  title: {word(one.title)}\n"
    yield f"  prints: {word(one.marks)}\n" if one.writes else ""
    yield f"  links: {json.dumps(one.links, ensure_ascii=False)}\n" if one.links else ""
    for conflict in one.conflicts:
        yield f"  conflicts:\n  - {word(conflict)}\n" if conflict is one.conflicts[0] else f"  - {word(conflict)}\n"
    yield "  writes:\n" if one.writes else ""
    for (system, kind, record), lines in one.writes.items():
        yield f"  - system: {word(system)}\n    kind: {word(kind)}\n"
        yield f"    record: {word(record)}\n" if record else ""
        yield "    fields:\n"
        yield from (f"    - {_line_text(line)}\n" for line in lines.values())


def _line_text(line: PlanLine) -> str:
    parts = [f"field: {word(line.field)}"]
    parts += [f"from: {word(line.old)}"] if line.old != EMPTY else []
    parts += [f"to: {word(line.new)}"]
    parts += [f"why: {word(line.why)}"] if line.why else []
    return "{" + ", ".join([*parts, f"print: {word(line.mark)}"]) + "}"


def word(text: str) -> str:
    """Return *text* as a YAML scalar on one line."""
    return _UNPRINTED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


_UNPRINTED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


# --- reading ----------------------------------------------------------------------------------------------------------


def load_plan(path: Path) -> Mapping[str, Any]:
    """Return what the file at *path* says, unchecked but for its format. Raises BadPlanFile."""
    try:
        with path.open("rb") as file:
            form = read_plain(file.read(LARGEST))
    except OSError as error:
        raise BadPlanFile(f"{path} cannot be read: {error.strerror}") from error
    except NotPlain as error:
        line = f", line {error.line}" if error.line else ""
        raise BadPlanFile(f"{path} is no plan file: {error}{line}") from error
    if not isinstance(form, dict) or not isinstance(form.get("casehub"), int):
        raise BadPlanFile(f"{path} is no plan file; `casehub plan -o FILE` makes one")
    if form["casehub"] != FORMAT:
        raise BadPlanFile(f"{path} is a plan file of format {form['casehub']}; this version reads {FORMAT}")
    return form


def read_plan(path: Path) -> PlanFile:
    """Return the plan in the file at *path*. Raises BadPlanFile."""
    form = load_plan(path)
    try:
        found = PlanFile.model_validate(form)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadPlanFile(f"{path} is no plan file: {where}: {first['msg']}") from None
    twice = next((name for name, times in Counter(_names(found)).items() if times > 1), None)
    if twice is not None:
        raise BadPlanFile(f"{path}: {twice} stands in it twice; leave the one that counts")
    return found


def _names(kept: PlanFile) -> Iterator[str]:
    """Yield what each case, write and line of a file is called: of two by one name nobody could say which is meant."""
    for case in kept.cases:
        yield case.case
        for write in case.writes:
            where = f"{case.case}: {write.system} {write.kind}" + (f" #{write.record}" if write.record else "")
            yield where
            yield from (f"{where} {line.field}" for line in write.fields)


Wish: TypeAlias = Literal["yes", "no", "out"]
"""What a person wants of a line: carry it out, leave it as it is there, or not now."""


def wishes(case: CaseForm, write: WriteForm, present: Mapping[str, PlanLine]) -> dict[str, Wish]:
    """
    Return what is wanted of each line of a write of the PRESENT plan. A `no` speaks of what stood in the file: what has
    moved since nobody has been asked about, and it waits for the next plan or pass.
    """
    lines = {line.field: line for line in write.fields}
    shown = {*case.marks.split(), *(line.mark for each in case.writes for line in each.fields)}

    def wish(now: PlanLine) -> Wish:
        line = lines.get(now.field)
        if case.do and write.do and (line is None or line.do):
            return "yes" if line else "out"
        return "no" if now.mark in shown else "out"

    return {name: wish(now) for name, now in present.items()}
