"""
A first meeting in earnest: who would be linked with whom and by which rule, who may be, who is only here or only there.

A person answers it in the plan file; `apply` carries out the answers and nothing else. What was said stays known.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mappings.canonical.show import show
from mappings.canonical.values import Facts, encode
from mappings.reconcile.meeting import Ambiguous, Candidate
from mappings.reconcile.meeting import Meeting as Met
from state import cursors
from state.types import Snapshot, Whole

from .kin import Kin
from .plan import name_of, title_of
from .plan_file import print_of, word
from .planning import Planning
from .strangers import candidates_of
from .wired import Channel, Scope

SAME = "not the same"
ASK = "ask"


@dataclass(frozen=True)
class Row:
    """One question: may CASE be RECORD, or what of one of them that is alone? DO is the answer that is proposed."""

    case: str = ""
    title: str = ""
    records: tuple[str, ...] = ()
    there: str = ""
    why: str = ""
    mark: str = ""
    do: str = ASK

    def form(self) -> dict[str, Any]:
        """Return the row as JSON."""
        told = {"title": self.title, "records": list(self.records), "there": self.there}
        return {"case": self.case or None, **told, "why": self.why, "do": self.do}

    @property
    def text(self) -> str:
        """The row as a line of the plan file."""
        parts = [f"case: {word(self.case)}", f"title: {word(self.title)}"] if self.case else []
        parts += [f"record: {word(', '.join(self.records))}"] if self.records else []
        parts += [f"there: {word(self.there)}"] if self.there else []
        parts += [f"why: {word(self.why)}"] if self.why else []
        return "{" + ", ".join([*parts, f"print: {word(self.mark)}", f"do: {word(self.do)}"]) + "}"


@dataclass(frozen=True)
class Meeting:
    """What is found of one kind of record of one system. ENTITIES: name of a case -> its id."""

    scope: Scope
    matched: tuple[Row, ...] = ()
    unclear: tuple[Row, ...] = ()
    only_here: tuple[Row, ...] = ()
    only_there: tuple[Row, ...] = ()
    doubles: tuple[str, ...] = ()
    entities: Mapping[str, str] = field(default_factory=dict)

    @property
    def sections(self) -> Mapping[str, Sequence[Row]]:
        found = {"matched": self.matched, "unclear": self.unclear}
        return {**found, "only_here": self.only_here, "only_there": self.only_there}

    @property
    def counts(self) -> dict[str, int]:
        return {**{name: len(rows) for name, rows in self.sections.items()}, "doubles": len(self.doubles)}

    @property
    def asked(self) -> list[Row]:
        """The rows without a proposed answer in which somebody may be somebody."""
        return [row for row in self.unclear if row.do == ASK]

    def form(self) -> dict[str, Any]:
        """Return what was found as JSON."""
        sections = {name: [row.form() for row in rows] for name, rows in self.sections.items()}
        return {"system": self.scope[0], "kind": self.scope[1], **sections, "doubles": list(self.doubles)}

    def row(self, *, case: str = "", record: str = "") -> Row | None:
        """Return the question about a case, or about a record that is only there."""
        for rows in self.sections.values():
            for row in rows:
                if (case and row.case == case) or (not case and not row.case and row.records == (record,)):
                    return row
        return None


@dataclass
class Found:
    """What a meeting was decided from, kept until all is decided."""

    scope: Scope
    channel: Channel
    lone: Sequence[Whole]
    strangers: Sequence[Snapshot]
    left: Sequence[Candidate]
    right: Sequence[Candidate]
    met: Met


@dataclass
class FirstMeeting(Planning):
    """
    A plan that meets everybody anew. ANSWERS, where there are any, are scope -> case -> record to link: nobody else
    is linked, and no record is made for who is not sure.
    """

    found: dict[Scope, Found] = field(default_factory=dict)
    answers: Mapping[Scope, Mapping[str, str]] | None = None
    apart: Mapping[Scope, Sequence[str]] = field(default_factory=dict)
    """Names of cases that are none of those that the rules would take."""

    def run(self) -> None:
        """As a plan, and those meet too of whom there is no news."""
        super().run()
        for make in self.wired.whole.makes:
            scope = (make.system, make.kind)
            if scope not in self.found and cursors.state(self.wired.store, make.system, kind=make.kind).first_read_done:
                whole = self.wired.whole
                self._meet_in(whole, scope, [one for one in self.strangers(scope) if self._may_be(whole, one)])

    def who_is_who(
        self, scope: Scope, lone: Sequence[Whole], strangers: Sequence[Snapshot], *, channel: Channel, kin: Kin
    ) -> Met:
        """Remember what the rules say; with answers, the answers count."""
        by_rules = super().who_is_who(scope, lone, strangers, channel=channel, kin=kin)
        whole = self.wired.whole
        made = {(make.system, make.kind) for make in whole.makes}
        if scope not in made or channel is not whole.channels[scope]:  # of parts of cases nobody is asked
            return by_rules
        left, right = candidates_of(channel, lone, strangers)
        self.found.setdefault(scope, Found(scope, channel, lone, strangers, left, right, by_rules))
        return by_rules if self.answers is None else self._answered(scope, lone, strangers, by_rules)

    def _answered(self, scope: Scope, lone: Sequence[Whole], strangers: Sequence[Snapshot], by_rules: Met) -> Met:
        wanted = (self.answers or {}).get(scope, {})
        names = {self.name(whole): whole.entity.id for whole in lone}
        free = {stranger.record.id for stranger in strangers}
        pairs = {names[case]: record for case, record in wanted.items() if case in names and record in free}
        decided = {*pairs, *(names[case] for case in self.apart.get(scope, ()) if case in names)}
        unsure = {*by_rules.pairs, *(entity for group in by_rules.ambiguous for entity in group.entities)} - decided
        groups = (Ambiguous(tuple(sorted(unsure)), (), "not answered yet"),) if unsure else ()
        return Met(pairs, dict(by_rules.rule_of), groups)

    def name(self, whole: Whole) -> str:
        """Return what the plan calls a case."""
        ruling = self.made.get(whole.entity.id)
        return whole.entity.key or (name_of(ruling.decided) if ruling else whole.entity.id)

    # --- what it reads like ---

    def meetings(self) -> tuple[Meeting, ...]:
        """Return what was found, one kind of record after the other."""
        return tuple(self._meeting_of(found) for _, found in sorted(self.found.items()))

    def _meeting_of(self, found: Found) -> Meeting:
        rows = _Rows(self, found)
        return Meeting(
            found.scope,
            tuple(rows.matched()),
            tuple(rows.unclear()),
            tuple(rows.only_here()),
            tuple(rows.only_there()),
            tuple(rows.doubles()),
            {self.name(whole): whole.entity.id for whole in found.lone},
        )


class _Rows:
    def __init__(self, planning: FirstMeeting, found: Found) -> None:
        self._planning, self._found = planning, found
        self._whole = {whole.entity.id: whole for whole in found.lone}
        self._said = {one.id: one.facts for one in (*found.left, *found.right)}

    def matched(self) -> Iterator[Row]:
        rules = self._found.channel.mapping.match
        for entity, record in self._in_order(self._found.met.pairs):
            rule = ", ".join(rules[self._found.met.rule_of[entity]].facts)
            yield self._row(entity, [record], why=f"same {rule}", do=f"link {record}")

    def unclear(self) -> Iterator[Row]:
        for group in self._found.met.ambiguous:
            for entity, _ in self._in_order(dict.fromkeys(group.entities, "")):
                yield self._row(entity, group.records, why=group.why, do=ASK)

    def only_here(self) -> Iterator[Row]:
        met = self._found.met
        unsure = {entity for group in met.ambiguous for entity in group.entities}
        alone = {entity: "" for entity in self._whole if entity not in met.pairs and entity not in unsure}
        for entity, _ in self._in_order(alone):
            ruling = self._planning.made.get(entity)
            made = [(one.system, one.kind) for one in ruling.decided.outcome.creates] if ruling else []
            yield self._row(entity, [], do="create" if self._found.scope in made else ASK)

    def only_there(self) -> Iterator[Row]:
        met = self._found.met
        taken = {*met.pairs.values(), *(record for group in met.ambiguous for record in group.records)}
        for stranger in self._found.strangers:
            record = stranger.record.id
            if record not in taken:
                yield Row(records=(record,), there=self._shown(record), mark=print_of(self._form([record])))

    def doubles(self) -> Iterator[str]:
        """Entities, and records, that say the same of themselves: whoever meets one of them meets the others."""
        for side, those in (("here", self._found.left), ("there", self._found.right)):
            groups: dict[str, list[str]] = defaultdict(list)
            for one in those:
                if any(value is not None for value in one.facts.values()):
                    groups[repr(sorted((name, _plain(value)) for name, value in one.facts.items()))].append(one.id)
            for ids in groups.values():
                if len(ids) > 1:
                    names = [self._planning.name(self._whole[i]) if side == "here" else f"#{i}" for i in ids]
                    yield f"{side}: {', '.join(names)}: {self._shown(ids[0])}"

    def _row(self, entity: str, records: Sequence[str], *, why: str = "", do: str) -> Row:
        whole = self._whole[entity]
        there = " | ".join(self._shown(record) for record in records)
        mark = print_of(self._form([entity, *records]))
        name, title = self._planning.name(whole), title_of(whole.entity)
        return Row(name, title, tuple(records), there, why, mark, do)

    def _form(self, ids: Sequence[str]) -> list[Any]:
        """What the rules look at, of all of them: entities by what they say, not by ids that a plan makes up."""
        return [[facts_form(self._said[one]) for one in ids], [one for one in ids if one not in self._whole]]

    def _shown(self, one: str) -> str:
        facts = dict.fromkeys(fact for rule in self._found.channel.mapping.match for fact in rule.facts)
        values = [self._said[one].get(fact) for fact in facts]
        return " · ".join(show(value) for value in values if value is not None)

    def _in_order(self, given: Mapping[str, str]) -> list[tuple[str, str]]:
        place = {entity: number for number, entity in enumerate(self._whole)}
        return sorted(given.items(), key=lambda pair: place[pair[0]])


def facts_form(facts: Facts) -> list[Any]:
    """Return *facts* as JSON, the same in every process: sets have no order of their own."""
    return [[name, encode(value)] for name, value in sorted(facts.items())]


def _plain(value: object) -> str:
    text = " ".join(sorted(value)) if isinstance(value, frozenset) else str(value)
    return " ".join(text.split()).casefold()


# --- as text ----------------------------------------------------------------------------------------------------------

HEAD = """\
# Who is who. Answer at the end of each line, after `do:`: `link 41` (this record is the case's; where a record is only
# there: `link CASE-7`), `create` (make one), `leave` (none there, nobody's; not asked again), `not the same` (look on
# without it), `ask` (not answered yet: it stays as it is). What follows from another answer than the proposed one is
# the next plan's.
"""


def meetings_text(meetings: Sequence[Meeting]) -> str:
    """Return the part of a plan file in which people answer."""
    lines = [HEAD, "meetings:\n" if meetings else "meetings: []\n"]
    for one in meetings:
        system, kind = one.scope
        counts = ", ".join(f"{name}: {count}" for name, count in one.counts.items())
        lines.append(f"- system: {word(system)}\n  kind: {word(kind)}\n  counts: {{{counts}}}\n")
        for name, rows in one.sections.items():
            lines.append(f"  {name}:\n" if rows else f"  {name}: []\n")
            lines += [f"  - {row.text}\n" for row in rows]
        lines.append("  doubles:\n" if one.doubles else "  doubles: []\n")
        lines += [f"  - {word(text)}\n" for text in one.doubles]
    return "".join(lines)


def summary(one: Meeting) -> str:
    """Return in one line what was found."""
    counts = one.counts
    return (
        f"{' '.join(one.scope)}: {counts['matched']} matched, {counts['unclear']} unclear,"
        f" {counts['only_here']} only here, {counts['only_there']} only there, {counts['doubles']} doubles"
    )
