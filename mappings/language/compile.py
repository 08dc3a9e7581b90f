"""
From what a mapping says to what its system calls it: places are looked up, labels become ids, fields become lenses.

What is not there (a renamed field, stage or status) is a `Problem` with the file and line that names it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations

from mappings.exchange import Choice, Transition, View
from mappings.lens import Field
from mappings.transforms import BadSettings, Spot, Vocabulary, make, resolve_keys
from mappings.transforms.belonging import hung

from .compiled import CompiledMapping
from .model import Clause, FieldSpec, Hub, Make, MappingSpec, Sync, Under
from .problems import ASKS_SYSTEMS, Mark, Sheet, hint, shown
from .read_field import placed
from .scope import Scope, overlapping

MOVED_BY = "parent"
"""The place by which a record is put under another one, in systems where that can be done."""
Vocabularies = Mapping[tuple[str, str], Vocabulary]
"""(system, kind) -> the words of that system for records of that kind."""


def compile_mapping(spec: MappingSpec, vocabulary: Vocabulary, *, made: Make | None = None) -> CompiledMapping:
    """
    Return *spec* at work on the system that *vocabulary* describes; MADE is how a sync makes such records, if it does.

    A vocabulary that lists no places is taken for one that is not known: every name is then taken as it is written.
    Raises `Problems` with everything that the system does not have.
    """
    sheet = Sheet()
    compiled = _Compiler(spec, vocabulary, sheet=sheet).mapping(made)
    sheet.settle(again=ASKS_SYSTEMS)
    return compiled


def compile_sync(hub: Hub, sync: Sync, vocabularies: Vocabularies) -> tuple[CompiledMapping, ...]:
    """
    Return every mapping of the systems of *sync* at work. Raises `Problems` with everything that the systems lack.

    A system of which *vocabularies* has nothing at all was never met: its mappings are left out. A single kind that is
    missing is one that its system does not offer.
    """
    sheet = Sheet()
    found: list[tuple[MappingSpec, CompiledMapping]] = []
    for spec in (spec for system in sync.systems for spec in hub.mappings_of(system)):
        vocabulary = vocabularies.get((spec.system, spec.kind))
        if vocabulary is None:
            kinds = [kind for system, kind in vocabularies if system == spec.system]
            if not kinds:
                continue
            sheet.add(spec.marks["kind"].problem(f"{spec.system} has no {shown(spec.kind)}{hint(spec.kind, kinds)}"))
            continue
        makes = sync.makes_of(spec.entity)
        made = next((one for one in makes if (one.system, one.kind) == (spec.system, spec.kind)), None)
        compiler = _Compiler(spec, vocabulary, sheet=sheet)
        found.append((spec, compiler.mapping(made)))
    _check_apart(found, vocabularies, sheet)
    _check_named(found, sheet)
    sheet.settle(again=ASKS_SYSTEMS)
    return tuple(compiled for _, compiled in found)


def _check_apart(found: list[tuple[MappingSpec, CompiledMapping]], vocabularies: Vocabularies, sheet: Sheet) -> None:
    """Two words may turn out to be one choice, or stand beside each other: `take` is looked at again by id and type."""
    for (spec, one), (other_spec, other) in combinations(found, 2):
        if (one.system, one.kind) != (other.system, other.kind):
            continue
        mark, same = other_spec.marks.get("take", other_spec.mark), f"are a {one.entity} by {spec.mark.file} as well"
        types = vocabularies[one.system, one.kind].types
        lists = {scope.place for scope in other.take if types.get(scope.place) == "set"}
        if overlapping(one.take, other.take):
            sheet.add(mark.problem(f"the same records {same}"))
        elif overlapping(one.take, other.take, lists=lists):
            places = " and ".join(sorted(lists))
            sheet.add(mark.problem(f"records that show both in {places} {same}; keep them apart with not:"))


def _check_named(found: list[tuple[MappingSpec, CompiledMapping]], sheet: Sheet) -> None:
    """An id in a place names a record only where cases have records of one kind in that system."""
    for spec, one in found:
        if one.under and one.under.holds == "record" and not one.under.several:
            kinds = sorted({other.kind for _, other in found if (other.system, other.entity) == (one.system, "case")})
            if len(kinds) != 1:
                there = f"of several kinds: {', '.join(kinds)}" if kinds else "of no kind"
                mark = spec.marks.get("under", spec.mark)
                sheet.add(mark.problem(f"{one.under.at} names a case's record, and in {one.system} these are {there}"))


class _Compiler:
    """Resolves one mapping; notes what the system does not have and goes on."""

    def __init__(self, spec: MappingSpec, vocabulary: Vocabulary, *, sheet: Sheet) -> None:
        self._spec = spec
        self._sheet = sheet
        self._words = _narrowed(vocabulary, spec.take)

    def mapping(self, made: Make | None) -> CompiledMapping:
        spec = self._spec
        fields = {name: entry for name, one in spec.fields.items() if (entry := self._field(one)) is not None}
        take = self._scopes(spec.take)
        fixed = {one.place: self._create_view(scope) for one, scope in zip(spec.take, take, strict=True) if one.equals}
        if spec.marker:
            self._known(spec.marker, spec.marks["marker"])
        under = spec.under and self._under(spec.under)
        if under:
            fields |= self._hung(under)
        return CompiledMapping(
            system=spec.system,
            kind=spec.kind,
            entity=spec.entity,
            fields=fields,
            take=take,
            leave_when=self._scopes(spec.leave_when),
            fixed={**fixed, **(self._made(made) if made else {})},
            match=spec.match,
            marker=spec.marker,
            transitions=self._transitions(),
            confirm=spec.confirm,
            required=frozenset(name for name, one in spec.fields.items() if one.required),
            under=under,
        )

    def _under(self, under: Under) -> Under:
        lists = frozenset(place for place, _ in under.asked if self._words.types.get(place) == "set")
        return replace(under, several=self._words.types.get(under.at) == "set", lists=lists)

    # --- fields ---

    def _field(self, spec: FieldSpec) -> Field | None:
        at = spec.marks.get("at", spec.mark)
        known = [self._known(place, at) for place in spec.at]
        if not all(known):
            return None
        try:
            lens = make(spec.transform, spec.settings, spot=Spot(spec.facts, spec.at, self._words))
        except BadSettings as bad:
            self._sheet.add(*(placed(spec, problem) for problem in bad.problems))
            return None
        return Field(
            name=spec.name,
            places=spec.at,
            lens=lens,
            direction=spec.direction,
            lossy=spec.lossy,
            adopt_defaults=spec.adopt_defaults,
            of=spec.of,
            line=spec.mark.line,
            file=spec.mark.file,
            beside=frozenset(spec.at[1:]) if spec.transform == "signed" else frozenset(),
        )

    def _hung(self, under: Under) -> dict[str, Field]:
        """The facts that say where the record belongs; read only where it cannot be put under another record."""
        mark = self._spec.marks.get("under", self._spec.mark)
        for place in under.places:
            self._known(place, mark)
        facts = ("case", "parent") if self._spec.entity == "item" and not under.places else ("case",)
        moves = not (under.several or under.asked) if under.places else MOVED_BY in self._words.types
        return hung(facts, moves=moves, file=mark.file, line=mark.line)

    # --- scope, fixed views, workflow ---

    def _scopes(self, clauses: Iterable[Clause]) -> tuple[Scope, ...]:
        return tuple(Scope(one.place, self._views(one.place, one.views, mark=one.mark), one.negated) for one in clauses)

    def _made(self, made: Make) -> dict[str, View]:
        found: dict[str, View] = {}
        for place, view in made.fixed.items():
            listed = view if isinstance(view, tuple) else (view,)
            views = self._views(place, listed, mark=made.marks[place])
            found[place] = sorted(views) if isinstance(view, tuple) else self._create_view(Scope(place, views))
        return found

    def _create_view(self, scope: Scope) -> View:
        view = scope.views[0] if scope.views else None
        return [view] if self._words.types.get(scope.place) == "set" and view is not None else view

    def _transitions(self) -> dict[str, tuple[Transition, ...]]:
        found: dict[str, tuple[Transition, ...]] = {}
        for place, steps in self._spec.transitions.items():
            mark = self._spec.marks[f"transitions.{place}"]
            pairs = [(source, target) for source, targets in steps.items() for target in targets]
            ids = {view: self._views(place, (view,), mark=mark) for view in dict.fromkeys(v for p in pairs for v in p)}
            found[place] = tuple(Transition(*ids[a], *ids[b]) for a, b in pairs if ids[a] and ids[b])
        return found

    # --- names ---

    def _views(self, place: str, views: Iterable[View], *, mark: Mark) -> tuple[View, ...]:
        """Return the ids of *views* in *place*; those that are not there are noted and left out."""
        if not self._known(place, mark):
            return ()
        found: list[View] = []
        for view in views:
            if not isinstance(view, str):
                found.append(view)
                continue
            if self._words.types.get(place) == "bool":  # `yes` and `no` are texts, and so is "true" in quotes
                self._sheet.add(mark.problem(f"{shown(view)} is a text; {place} shows true or false, without quotes"))
                continue
            resolved = resolve_keys([view], self._choices(place, view))
            found.extend(resolved.ids.values())
            for problem in resolved.problems:
                tail = f"; did you mean {shown(problem.right)}?" if problem.right else ""
                link = ": " if problem.text.startswith("several") else " is "
                self._sheet.add(mark.problem(f"{shown(view)}{link}{problem.text}{tail}"))
        return tuple(found)

    def _choices(self, place: str, view: str) -> tuple[Choice, ...]:
        """Return what may stand in *place*. People have names and e-mails; a number may be that of a group."""
        if self._words.types.get(place) != "person":
            return self._words.choices.get(place, ())
        if view.isdecimal():
            return ()
        return tuple(Choice(one.id, one.name, former=(one.email or "",)) for one in self._words.members)

    def _known(self, place: str, mark: Mark) -> bool:
        places = self._words.types
        if not places or place in places:
            return True
        self._sheet.add(
            mark.problem(f"{self._spec.kind} of {self._spec.system} has no {shown(place)}{hint(place, places)}")
        )
        return False


def _narrowed(vocabulary: Vocabulary, take: Iterable[Clause]) -> Vocabulary:
    """
    Leave of grouped choices (stages of several pipelines) those of the groups that `take` names.

    So a label that each pipeline has is not ambiguous in a mapping that takes one of them.
    """
    named = {str(view) for clause in take if not clause.negated for view in clause.views}
    for clause in take:
        named |= {one.id for one in vocabulary.choices.get(clause.place, ()) if one.label in named}
        named |= {one.label for one in vocabulary.choices.get(clause.place, ()) if one.id in named}
    choices = {place: _of_groups(listed, named) for place, listed in vocabulary.choices.items()}
    return replace(vocabulary, choices=choices)


def _of_groups(listed: tuple[Choice, ...], named: set[str]) -> tuple[Choice, ...]:
    inside = tuple(one for one in listed if one.group is None or one.group in named)
    return inside if any(one.group is not None for one in inside) else listed
