"""What no file can say alone: overlapping mappings, systems without any, records that nobody could find again."""

from collections.abc import Collection
from dataclasses import replace
from itertools import combinations

from mappings.canonical.facts import FACTS

from .model import Hub, Make, MappingSpec, Sync
from .problems import Mark, Sheet, shown
from .scope import Scope, overlapping

_A = {kind: f"an {kind}" if kind[0] in "aeiou" else f"a {kind}" for kind in FACTS}
UNMARKED = ("note", "document", "client", "contact")
"""Kinds of entity whose records may be without our marker: found again by what they say and where they hang."""


def check_hub(hub: Hub, sheet: Sheet, *, broken: Collection[str] = ()) -> None:
    """Note on *sheet* what does not fit together in *hub*; nothing about systems whose own files are BROKEN."""
    for one, other in combinations(hub.mappings, 2):
        if (one.system, one.kind) == (other.system, other.kind):
            _check_pair(one, other, sheet)
    for sync in hub.syncs.values():
        _check_sync(sync, hub, sheet=sheet, broken=broken)


def _check_pair(one: MappingSpec, other: MappingSpec, sheet: Sheet) -> None:
    between = f"{one.kind} of {one.system}"
    if one.entity == other.entity:
        text = f"{between} is mapped to a {one.entity} by {one.mark.file} already"
        sheet.add(_own(other, "entity").problem(text))
    elif one.marker != other.marker and one.marker and other.marker:
        text = f"our marker lives in {shown(one.marker)} of a {between} by {one.mark.file}; it has one place"
        sheet.add(_own(other, "marker").problem(text))
    elif overlapping(_scopes(one), _scopes(other)):
        mark = _own(other, "take") if "take" in other.marks else other.mark
        text = f"a {between} could be a {one.entity} by {one.mark.file} as well; take: must keep them apart"
        sheet.add(mark.problem(text))


def _own(spec: MappingSpec, key: str) -> Mark:
    """Where *spec* says *key*; where it only inherits it, its own file: nobody can mend a shipped one."""
    mark = spec.marks[key]
    return mark if mark.file == spec.mark.file else replace(spec.mark, path=key)


def _check_sync(sync: Sync, hub: Hub, *, sheet: Sheet, broken: Collection[str]) -> None:
    mine = [spec for system in sync.systems for spec in hub.mappings_of(system) if spec.entity == "case"]
    if sync.opens not in broken and not any(spec.system == sync.opens for spec in mine):
        _no_mapping(sync.opens, sync, sheet)
    for entity in ("case", *sync.beside):
        specs = [spec for system in sync.systems for spec in hub.mappings_of(system) if spec.entity == entity]
        for make in sync.makes_of(entity):
            if make.system not in broken:
                there = [spec for spec in specs if spec.system == make.system]
                _check_make(make, there, entity=entity, sync=sync, sheet=sheet)
    staged = next((spec for spec in mine if any("stage" in one.facts for one in spec.fields.values())), None)
    if staged and not sync.stages:
        sheet.add(sync.mark.problem(f"stages: missing; {staged.mark.file} maps the stage, and its order is said here"))


def _check_make(make: Make, specs: list[MappingSpec], *, entity: str, sync: Sync, sheet: Sheet) -> None:
    kinds = sorted({spec.kind for spec in specs})
    if not specs and entity == "case":
        _no_mapping(make.system, sync, sheet)
        return
    if not specs:
        sheet.add(make.mark.problem(f"no mapping says what {_A[entity]} is in {shown(make.system)}"))
        return
    if not make.kind:
        sheet.add(make.mark.problem(f"must say which kind is made: {', '.join(kinds)}"))
        return
    spec = next((one for one in specs if one.kind == make.kind), None)
    if spec is None:
        sheet.add(
            make.mark.problem(
                f"no mapping makes a {shown(make.kind)} of {_A[entity]} there; there is {', '.join(kinds)}"
            )
        )
    elif spec.marker is None and entity not in UNMARKED:
        place = f"name its place in {make.kind}.{make.system}.yaml"
        sheet.add(make.mark.problem(f"{spec.mark.file} has no marker:, so a record could be made twice; {place}"))
    elif spec.marker is not None and spec.marker in make.fixed:
        sheet.add(make.marks[spec.marker].problem("our marker lives there; nothing else is written"))


def _no_mapping(system: str, sync: Sync, sheet: Sheet) -> None:
    sheet.add(sync.mark.problem(f"no mapping says what a case is in {shown(system)}; write <kind>.{system}.yaml"))


def _scopes(spec: MappingSpec) -> tuple[Scope, ...]:
    return tuple(Scope(clause.place, clause.views, clause.negated) for clause in spec.take)
