"""Carrying out what a person has answered in the file of a first meeting: links, new records, and what is nobody's."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from .applying import Answers, Applying, carry_out
from .choices import Choices, add_choices
from .first import ASK, SAME, FirstMeeting, Meeting
from .plan_file import BadPlanFile, MeetingForm, PlanFile, RowForm
from .planning import planned
from .report import Report
from .running import heartbeat
from .sync import Step
from .trimming import Meant
from .wired import Scope, Wired

WORDS = f"`link ID`, `create`, `leave`, `{SAME}` or `{ASK}`"


@dataclass(frozen=True)
class Answer:
    """What was answered to one ROW of a file: PROPOSED or another; RECORD is the one to link."""

    row: RowForm
    verb: str
    case: str
    record: str = ""
    proposed: bool = False


@dataclass
class OfScope:
    """The answers about one kind of record."""

    form: MeetingForm
    answers: list[Answer] = field(default_factory=list)

    @property
    def scope(self) -> Scope:
        return self.form.system, self.form.kind

    def links(self) -> dict[str, str]:
        """Return case -> record. Raises BadPlanFile where one is given away twice."""
        found: dict[str, str] = {}
        for one in self.answers:
            if one.verb == "link":
                other = next((case for case, record in found.items() if record == one.record), None)
                if one.case in found and found[one.case] != one.record:
                    raise BadPlanFile(f"{one.case} is linked with #{found[one.case]} and with #{one.record}")
                if other not in (None, one.case):
                    raise BadPlanFile(f"#{one.record} is linked with {other} and with {one.case}")
                found[one.case] = one.record
        return found

    def others(self) -> list[str]:
        """Return the cases about which was said that none of the records that came into question is theirs."""
        linked = self.links()
        told = [one for one in self.answers if one.case and one.verb not in ("link", ASK)]
        return [one.case for one in told if one.case not in linked]


async def apply_first(
    wired: Wired, kept: PlanFile, applying: Applying | None = None, *, step: Step = lambda _: None
) -> Report:
    """
    Carry out the answers of a first meeting, and of the rest of the file what it says; nobody else is linked or made.

    Raises Stale where what was answered about has moved, BadPlanFile where an answer cannot be meant.
    """
    how = applying or Applying()
    given = [OfScope(form, list(_answers(form))) for form in kept.meetings]
    kind = partial(
        FirstMeeting,
        answers={one.scope: one.links() for one in given},
        apart={one.scope: one.others() for one in given},
    )
    async with heartbeat(wired), planned(wired, kind, everything=True, step=step) as planning:
        present = {one.scope: one for one in planning.meetings()}
        moved = dict(said for one in given for said in _moved(one, present.get(one.scope), planning))
        meant = _by_case(given, present, moved)
        asked = {row.case for one in given for row in one.form.rows if row.do == ASK} | moved.keys()
        asked |= {case for one in given for case in _taken_out(one, present.get(one.scope))}
        cases = tuple(case for case in kept.cases if case.case not in meant and case.case not in asked)

        def remember() -> None:
            for one in given:
                answered = [each for each in one.answers if (each.row.case or f"#{each.row.record}") not in moved]
                _remember(wired, replace(one, answers=answered), present.get(one.scope))

        shown = {case.case: case for case in kept.cases if case.case in meant}
        answers = Answers(meant, shown, tuple(f"{name}: {text}" for name, text in moved.items()), remember)
        left = kept.model_copy(update={"cases": cases})
        return await carry_out(wired, planning, left, how=how, step=step, answers=answers)


# --- reading answers --------------------------------------------------------------------------------------------------


def _answers(form: MeetingForm) -> Iterator[Answer]:
    for name, rows in (("matched", form.matched), ("unclear", form.unclear), ("only_here", form.only_here)):
        for row in rows:
            verb, record = _verb(row)
            proposed = verb == {"matched": "link", "only_here": "create"}.get(name, ASK) and record in ("", row.record)
            yield Answer(row, verb, row.case, record, proposed=proposed)
    named = {row.case.casefold(): row.case for row in form.rows}
    for row in form.only_there:
        verb, case = _verb(row)
        if verb in ("create", SAME):
            raise BadPlanFile(f"#{row.record} is only there: `link CASE-7`, `leave` or `{ASK}`, not {verb!r}")
        yield Answer(row, verb, case if case in named.values() else named.get(case.casefold(), case), row.record)


def _verb(row: RowForm) -> tuple[str, str]:
    words = row.do.split()
    if len(words) > 1 and words[0] == "link":
        return "link", row.do.split(maxsplit=1)[1].strip().lstrip("#")
    if row.do.strip() in ("create", "leave", SAME, ASK):
        return row.do.strip(), ""
    raise BadPlanFile(f"{row.case or '#' + row.record}: {row.do!r} is no answer; it is {WORDS}")


def _by_case(
    given: Sequence[OfScope], present: Mapping[Scope, Meeting], moved: Container[str]
) -> dict[str, dict[Scope, Meant]]:
    """Return what is meant in each system; where a question to such a case stays open, it is nothing there."""
    found: dict[str, dict[Scope, Meant]] = {}
    for one in given:
        for case, said in _meant(one):
            if case not in moved:
                found.setdefault(case, {})[one.scope] = said
    for one in given:
        left_open = {each.case for each in one.answers if each.verb == ASK} | _taken_out(one, present.get(one.scope))
        for case in left_open & found.keys():
            found[case].setdefault(one.scope, "nothing")
    return found


def _meant(given: OfScope) -> Iterator[tuple[str, Meant]]:
    """Yield what is to become of the cases about which something else was answered than was proposed."""
    linked = given.links()
    for one in given.answers:
        from_there = not one.row.case
        if one.proposed and one.case not in {each.case for each in given.answers if not each.row.case}:
            continue
        if one.verb == "link" and (from_there or not one.proposed):
            yield one.case, "link"
        elif one.verb == "create" and not one.proposed and one.case not in linked:
            yield one.case, "create"
        elif one.verb in ("leave", SAME) and one.case and one.case not in linked:
            yield one.case, "nothing"


# --- what has moved, what is remembered -------------------------------------------------------------------------------


def _moved(given: OfScope, present: Meeting | None, planning: FirstMeeting) -> Iterator[tuple[str, str]]:
    free = {stranger.record.id for stranger in planning.found[given.scope].strangers} if present else set()
    for one in given.answers:
        if one.verb == ASK:
            continue
        name = one.row.case or f"#{one.row.record}"
        row = present.row(case=one.row.case, record=one.row.record) if present else None
        if row is None:
            yield name, f"it is no longer without its counterpart in {given.form.system}"
        elif row.mark != one.row.mark:
            yield name, f"the plan had {_said(one.row)}, by now it is {row.text}"
        elif one.verb == "link" and one.record not in free:
            yield name, f"#{one.record} of {given.form.system} is not there, or is another case's"
        elif one.verb == "link" and present is not None and one.case not in present.entities:
            yield name, f"{one.case} is no case without a record in {given.form.system}"


def _taken_out(given: OfScope, present: Meeting | None) -> set[str]:
    """The cases whose lines somebody has taken out of the file: they stay undone, as everything that is taken out."""
    rows = [row for found in present.sections.values() for row in found] if present else []
    return {row.case for row in rows} - {row.case for row in given.form.rows} - {""}


def _said(row: RowForm) -> str:
    return " / ".join(part for part in (row.title, f"#{row.record}" if row.record else "", row.there) if part)


def _remember(wired: Wired, given: OfScope, present: Meeting | None) -> None:
    """Keep what is to count from now on: who is not the same, who gets no record, and what is nobody's."""
    found = Choices()
    entities: Mapping[str, str] = present.entities if present else {}
    for one in given.answers:
        entity = entities.get(one.case, "")
        records = [part for part in one.row.record.split(", ") if part]
        if not one.row.case and one.verb == "leave":
            found |= Choices(records=frozenset(records))
        elif one.row.case and entity and one.verb in (SAME, "create", "leave"):
            found |= Choices(apart=frozenset((entity, record) for record in records))
            found |= Choices(left=frozenset({entity} if one.verb == "leave" else ()))
    if found:
        wired.choices[given.scope] = add_choices(wired.store, wired.shape.name, given.scope, more=found)
