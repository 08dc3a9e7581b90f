"""
Carrying out exactly the plan that a file holds, or telling what has moved since it was made.

Everything is read and decided anew. What comes out as it stands in the file is stored and sent; a line that has moved
stops all of it before the first write. What the file does not name is left for the next pass, undone.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from state import claims, runs, waiting
from state.runs import Run
from state.types import Decided

from .deciding import Ruling
from .pages import batched
from .plan import Plan, is_quiet, name_of
from .plan_file import BadPlanFile, CaseForm, Place, PlanCase, PlanFile, PlanLine, WriteForm, cases_of
from .planning import Planning, planned
from .report import Report
from .running import MAPPING, How, approve, asks, heartbeat, recorded
from .storing import store
from .sync import Step, each_system, measured, push_system
from .telling import Words
from .trimming import Meant, Trim, only
from .wired import Scope, Wired

WHAT = "apply"
"""What kind of run it is."""


@dataclass(frozen=True)
class Moved:
    """How a plan differs from the one in a file: each entry names a case, a system, the field, and the values."""

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    mapping: bool = False
    cases: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.cases or self.mapping)

    @property
    def lines(self) -> list[str]:
        found = (("new", self.new), ("no longer", self.gone), ("different", self.changed))
        return [f"{word}: {entry}" for word, entries in found for entry in entries]


class Stale(Exception):
    """The systems or the mappings have moved since the plan was made; nothing was written."""

    def __init__(self, moved: Moved, plan: Plan) -> None:
        super().__init__(f"the plan of {plan.sync} is no longer what a pass would do")
        self.moved = moved
        self.plan = plan


@dataclass(frozen=True)
class Applying:
    """Who applies a plan and how: BY whom, STILL_VALID: what has not moved is carried out even if the rest has."""

    by: str = ""
    zone: str = "UTC"
    still_valid: bool = False


async def apply_plan(
    wired: Wired, kept: PlanFile, applying: Applying | None = None, *, step: Step = lambda _: None
) -> Report:
    """
    Carry out the plan that was kept, approved: guards and a changed mapping do not stop it.

    Raises Stale where a pass would do something else by now, BadPlanFile where a line says something else than was
    planned. Nothing is written then.
    """
    how = applying or Applying()
    async with heartbeat(wired), planned(wired, Planning, step=step) as planning:
        return await carry_out(wired, planning, kept, how=how, step=step)


@dataclass(frozen=True)
class Answers:
    """
    What was answered of who is who, beside the cases of a file: name of a case -> what is MEANT of each kind of record,
    and what has MOVED. SHOWN are the lines of those cases, for what was not answered otherwise than proposed.

    REMEMBER keeps what is to count from now on.
    """

    meant: Mapping[str, Mapping[Scope, Meant]] = field(default_factory=dict)
    shown: Mapping[str, CaseForm] = field(default_factory=dict)
    moved: tuple[str, ...] = ()
    remember: Callable[[], None] = lambda: None


async def carry_out(
    wired: Wired, planning: Planning, kept: PlanFile, *, how: Applying, step: Step, answers: Answers | None = None
) -> Report:
    """Compare *kept* with what was just planned, and store and send what it names. Raises Stale, BadPlanFile."""
    plan = planning.plan()
    present = cases_of(plan, Words(wired.shape, how.zone, wired.clock()))
    moved = compare(kept, present, mapping=plan.mapping)
    said = answers or Answers()
    if said.moved:
        moved = replace(moved, gone=(*said.moved, *moved.gone), cases=moved.cases | {""})
    if plan.trouble or moved.mapping or (moved and not how.still_valid):
        raise Stale(moved, plan)
    said.remember()
    carrying = _Carrying(wired, planning, present, kept=_by_name(kept, moved), by=how.by, said=said)

    async def work(begun: Run) -> Report:
        report = Report(wired.shape.name, begun.id, read=planning.report.read, notices=[*wired.notices])
        report.notices += [f"not carried out, {line}" for line in moved.lines]
        try:
            await _run(carrying, report, complete=not moved, step=step)
        except BaseException as error:
            runs.finish(wired.store, begun, state="failed", text=type(error).__name__)
            raise
        text, pulled = "; ".join(report.trouble), planning.report.pulled
        runs.finish(wired.store, begun, state=report.state, counts=report.as_json(), text=text, pulled=pulled)
        return report

    return await recorded(wired, How(by=how.by), work, what=WHAT)


def _by_name(kept: PlanFile, moved: Moved) -> dict[str, CaseForm]:
    return {case.case: case for case in kept.cases if case.case not in moved.cases}


async def _run(carrying: "_Carrying", report: Report, *, complete: bool, step: Step) -> None:
    wired = carrying.wired
    systems = sorted(wired.connectors)
    async with measured(wired, systems, report):
        step("storing")
        await asyncio.to_thread(carrying.store)
        report.decided = carrying.stored
        if complete and not carrying.undone:
            changed = any(stop.guard == MAPPING for stop in asks(wired))
            approve(wired)
            if changed:
                await asyncio.to_thread(_adopt_the_rest, wired, report)
        elif asks(wired):
            report.notices.append(
                f"{carrying.undone + (not complete)} cases were left undone, so the sync still asks before it goes on"
            )
        step("writing")
        await each_system(systems, report, lambda name: push_system(wired, name, report, run=wired.run))


def _adopt_the_rest(wired: Wired, report: Report) -> None:
    """The words of a new mapping are taken for all the cases to which they make no difference."""
    claims.release(wired.store, wired.worker)
    _Adopting(wired, Report(report.sync), everything=True).run()


class _Adopting(Planning):
    """Goes through all cases and stores what changes nothing that a person sees."""

    def keep(self, rulings: Sequence[Ruling]) -> None:
        quiet = [ruling.decided for ruling in rulings if not ruling.held_back and is_quiet(ruling.decided)]
        store(self.wired, quiet)


# --- what has moved ---------------------------------------------------------------------------------------------------


def compare(kept: PlanFile, present: Mapping[str, PlanCase], *, mapping: str) -> Moved:
    """
    Return what of the cases in *kept* would be done differently by now. Cases that it does not name do not count.

    Raises BadPlanFile where a line was rewritten.
    """
    found = _Differences()
    for case in kept.cases:
        if case.do:
            found.case(case, present.get(case.case, PlanCase(case.case, case.title)))
    cases = frozenset(found.cases)
    return Moved(tuple(found.new), tuple(found.gone), tuple(found.changed), kept.mapping != mapping, cases)


@dataclass
class _Differences:
    new: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    cases: set[str] = field(default_factory=set)

    def case(self, case: CaseForm, present: PlanCase) -> None:
        before = len(self.new) + len(self.gone) + len(self.changed)
        named: dict[Place, set[str]] = {}
        for write in case.writes:
            lines = present.writes.get(write.place, {})
            named[write.place] = {line.field for line in write.fields}
            self._write(case.case, write, lines)
        known = set(case.marks.split())
        for place, lines in present.writes.items():
            fresh = [line for line in lines.values() if line.field not in named.get(place, ())]
            self.new += [f"{case.case}: {_where(place)} {o.field}: {o.words}" for o in fresh if o.mark not in known]
        self.new += [f"{case.case}: it would be linked with {one}" for one in present.links if one not in case.links]
        self.gone += [f"{case.case}: it would be linked with {one}" for one in case.links if one not in present.links]
        if len(self.new) + len(self.gone) + len(self.changed) > before:
            self.cases.add(case.case)

    def _write(self, case: str, write: WriteForm, present: Mapping[str, PlanLine]) -> None:
        for line in write.fields if write.do else ():
            if not line.do:
                continue
            where = f"{case}: {_where(write.place)} {line.field}"
            before = PlanLine(line.field, line.old, line.new, line.mark).words
            now = present.get(line.field)
            if now is None:
                self.gone.append(f"{where}: {before}")
            elif now.mark != line.mark:
                self.changed.append(f"{where}: the plan says {before}, by now it is {now.words}")
            elif (now.old, now.new) != (line.old, line.new):
                told = f"{where} was planned as {now.words}, and the file says {before}"
                raise BadPlanFile(f"{told}; take a line out or answer `do: no`, but do not rewrite it")


def _where(place: Place) -> str:
    return f"{place[0]} {'#' + place[2] if place[2] else 'a new record'}"


# --- storing ----------------------------------------------------------------------------------------------------------


@dataclass
class _Carrying:
    """Stores of the decisions that were just made those that the file names, as far as it does."""

    wired: Wired
    planning: Planning
    present: Mapping[str, PlanCase]
    kept: Mapping[str, CaseForm]
    by: str
    said: Answers
    stored: int = 0
    undone: int = 0
    """Cases of which something was left for later."""

    def store(self) -> None:
        wired = self.wired
        for ids in batched(tuple(self.planning.made)):
            decided = [one for one in (self._chosen(self.planning.made[owner].decided) for owner in ids) if one]
            store(wired, decided)
            owners = [one.outcome.entity.id for one in decided]
            waiting.adopt(wired.store, owners, run=wired.run, mapping=wired.shape.fingerprint)
            self.stored += len(decided)

    def _chosen(self, decided: Decided) -> Decided | None:
        """Return what is to be stored of a decision; what writes nothing and links nothing needs no leave."""
        name = name_of(decided)
        present, case = self.present.get(name), self.kept.get(name)
        if name in self.said.meant:
            shown = self.said.shown.get(name)
            trim = Trim(decided, shown, present, by=self.by) if shown and present else None
            return only(decided, self.said.meant[name], trim)
        if present is None or not (present.writes or present.links):
            return decided
        if case is None or (present.links and not case.do):
            self.undone += 1
            return None
        trimmed = Trim(decided, case, present, by=self.by).decided()
        self.undone += trimmed.again
        return trimmed
