"""
Which mapping is whose: files of the hub by a system's name, else by its type, else what is shipped for its type.

A file is called ``<kind>.<system>.yaml``; where one kind has several mappings, ``<kind>.<system>.<word>.yaml``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mappings.canonical.facts import FACTS, TYPE_WORDS, FactInfo

from .entries import Entry
from .extend import SHIPPED_KEYS, Catalog, Source, merged
from .model import MappingSpec
from .problems import hint, shown
from .read_hub import HUB_FILE, Draft
from .read_mapping import Known, read_mapping
from .read_sync import BESIDE, SyncHead
from .reader import read


@dataclass(frozen=True, slots=True)
class Mappings:
    """What was read: SPECS, and the systems with a mapping that could not be: of them nothing more is said."""

    specs: tuple[MappingSpec, ...]
    broken: frozenset[str]


@dataclass(frozen=True, slots=True)
class _File:
    """A mapping file of the hub: KIND and OWNER (a system or a type) as its name says; no SOURCE if it is no YAML."""

    kind: str
    owner: str
    source: Source | None


def read_mappings(files: Mapping[str, str], draft: Draft, *, heads: Sequence[SyncHead], catalog: Catalog) -> Mappings:
    """Return the mappings of every system that has any; each file is read once for each system it speaks for."""
    owners = {*draft.names, *(system.type for system in draft.systems.values())}
    own = [found for name, text in _by_name(files) if name != HUB_FILE and (found := _file(name, text, catalog))]
    for file in own:
        _check_owner(file, owners if draft.names else (file.owner,))
    specs: list[MappingSpec] = []
    broken = set(draft.names) - set(draft.systems)
    for system in draft.names:
        known = _known([head for head in heads if system in head.systems] or heads, draft.stores)
        for source in _sources(system, own, draft=draft, heads=heads, catalog=catalog):
            spec = read_mapping(source, system, known=known) if source else None
            if spec is None:
                broken.add(system)
            else:
                specs.append(spec)
    _check_unused(own, draft, known=_known(heads, draft.stores))
    return Mappings(tuple(specs), frozenset(broken))


def _by_name(files: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return *files* in an order of their own, so that nothing depends on how a folder was listed."""
    return sorted(files.items(), key=lambda pair: pair[0].removesuffix(".yaml"))


def _file(name: str, text: str, catalog: Catalog) -> _File | None:
    sheet = catalog.sheet
    parts = name.removesuffix(".yaml").split(".")
    if not name.endswith(".yaml") or len(parts) not in (2, 3) or not all(parts):
        sheet.note(name, 0, text="not a mapping by its name; a mapping is called <kind>.<system>.yaml")
        return None
    root = read(text, name, sheet=sheet)
    entry = Entry(root, "", 1, file=name, sheet=sheet) if root else None
    return _File(parts[0], parts[1], merged(entry, catalog) if entry and entry.is_mapping else None)


def _check_owner(file: _File, owners: Iterable[str]) -> None:
    """The words in the file must be those in its name, and its system one of the hub's."""
    if file.source is None:
        return
    keys = file.source.keys
    for name, said in (("system", file.owner), ("kind", file.kind)):
        entry = keys.get(name)
        text = entry.plain() if entry else None
        if entry is None:
            file.source.root.fail(f"{name}: missing")
        elif text is not None and text != said:
            entry.fail(f"{shown(text)} does not fit the name of the file, which says {shown(said)}")
    known = tuple(owners)
    if file.owner not in known:
        entry = keys.get("system", file.source.root)
        entry.fail(
            f"no system and no type of a system in {HUB_FILE} is called {shown(file.owner)}{hint(file.owner, known)}"
        )


def _sources(
    system: str, own: Sequence[_File], *, draft: Draft, heads: Sequence[SyncHead], catalog: Catalog
) -> list[Source | None]:
    """Return the mappings of *system*: the first of name, type and catalogue that has any."""
    type_ = draft.systems[system].type if system in draft.systems else ""
    for owner in (system, type_):
        if found := [file.source for file in own if file.owner == owner]:
            return found
    if not any(system in head.systems for head in heads):
        return []
    shipped = [(name, root) for name in catalog.of_type(type_) if (root := catalog.root(name))]
    roots = [(name, root) for name, root in shipped if _of_cases(root)]
    return [merged(root, catalog, known=SHIPPED_KEYS, above=(name,)) for name, root in roots]


def _of_cases(root: Entry) -> bool:
    """Without a file of its own a system takes part with its cases only; the rest is asked for by `extends:`."""
    entity = root.peek().get("entity")
    return entity is None or not entity.single or entity.text() not in BESIDE


def _check_unused(own: Sequence[_File], draft: Draft, *, known: Known) -> None:
    """A file by type that no system needs, or for a system that is not there, is checked all the same."""
    for file in own:
        if file.source and file.owner not in draft.names:
            read_mapping(file.source, file.owner, known=known)


def _known(heads: Sequence[SyncHead], stores: Sequence[str] = ()) -> Known:
    """Return what mappings of a system that takes part in *heads* may speak of; STORES hold documents."""
    custom: dict[str, FactInfo] = {}
    for head in heads:
        for info in head.facts:
            first = custom.setdefault(info.name, info)
            if first.type != info.type:
                entry = head.keys["facts"].open_keys()[info.name]
                there, here = TYPE_WORDS[first.type], TYPE_WORDS[info.type]
                entry.fail(f"is {there} in another sync of the same systems, and cannot be {here} here")
    stages = tuple(dict.fromkeys(stage for head in heads for stage in head.stages))
    systems = tuple(dict.fromkeys((*(system for head in heads for system in head.homes), *stores)))
    facts = {kind: (*infos, *custom.values()) if kind == "case" else infos for kind, infos in FACTS.items()}
    return Known(facts, {"stage": stages} if stages else {}, systems)
