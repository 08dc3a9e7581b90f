"""The files of a case as people see them, and those that the next pass would copy. Asks no system."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.attachments import Copied, FileLimits, Held, judge, safe_name, shown_size
from mappings.reconcile.gone import Gone
from state import attachments, cases
from state.attachments import Files
from state.store import Store
from state.types import Whole

WORDS: Mapping[str, str] = {
    "here": "here",
    "sent": "being found out",
    "link sent": "being found out",
    "linked": "a link",
    "refused": "not copied",
    "removed": "removed here",
}


@dataclass(frozen=True)
class Place:
    """How one file stands in one system: STATE in a word, the RECORD where there is one, and WHY it is not there."""

    system: str
    state: str
    record: str = ""
    name: str = ""
    url: str = ""
    why: str = ""

    def form(self) -> dict[str, Any]:
        shown = {"state": self.state, "record": self.record, "name": self.name, "url": self.url, "why": self.why}
        return {name: text for name, text in shown.items() if text}


@dataclass(frozen=True)
class FileView:
    """One file of a case: what it holds (DIGEST, None while unread), and how it stands in each system."""

    name: str
    size: int | None
    digest: str | None
    places: tuple[Place, ...]
    internal: bool = False

    @property
    def shown_size(self) -> str:
        return "" if self.size is None else shown_size(self.size)

    def form(self) -> dict[str, Any]:
        """Return the file as JSON."""
        return {
            "name": self.name,
            "size": self.size,
            "sha256": self.digest,
            "internal": self.internal,
            "systems": {place.system: place.form() for place in self.places},
        }


def files_of(store: Store, whole: Whole, systems: Mapping[str, FileLimits]) -> list[FileView]:
    """Return the files of a case, those first that were met first."""
    known = attachments.of_case(store, whole.entity.sync, whole.entity.id)
    groups: dict[str, list[Held]] = {}
    for held in known.held:
        groups.setdefault(held.identity, []).append(held)
    copied = {(one.system, one.identity): one for one in known.copied}
    return [_view(group, copied, systems) for group in groups.values() if any(not one.gone for one in group)]


def _view(group: list[Held], copied: Mapping[tuple[str, str], Copied], systems: Mapping[str, FileLimits]) -> FileView:
    living = [one for one in group if not one.gone]
    places = [Place(one.system, "here", one.record, safe_name(one.name), one.url, one.unreadable) for one in living]
    for system in systems:
        told = copied.get((system, living[0].identity))
        if told is not None and all(one.system != system for one in living):
            places.append(Place(system, WORDS[told.state], told.record, why=told.text))
    size = next((one.size for one in living if one.size is not None), None)
    internal = all(one.private for one in living)
    return FileView(safe_name(living[0].name), size, living[0].digest, tuple(places), internal)


@dataclass(frozen=True)
class PlannedFile:
    """
    A file that a pass would copy, rename or delete. UNREAD: what it holds is not known, so it may turn out to be there
    already.
    """

    key: str
    name: str
    size: int | None
    source: str
    target: str
    unread: bool = False
    becomes: str = ""
    """It is there already, and would be called so: somebody has renamed it in SOURCE."""
    goes: bool = False
    """It is a copy of the hub's, and would be deleted: it was deleted in SOURCE."""

    def form(self) -> dict[str, Any]:
        return {
            "case": self.key,
            "name": self.name,
            "size": self.size,
            "from": self.source,
            "to": self.target,
            "unread": self.unread,
            "becomes": self.becomes,
            "goes": self.goes,
        }

    def line(self) -> str:
        if self.goes:
            return f"{self.key}  - {self.target} file  {self.name}  deleted in {self.source}"
        if self.becomes:
            return f"{self.key}  ~ {self.target} file  {self.name} → {self.becomes}  renamed in {self.source}"
        size = "" if self.size is None else f"  {shown_size(self.size)}"
        unread = "  (unless it is there already)" if self.unread else ""
        return f"{self.key}  + {self.target} file  {self.name}{size}  from {self.source}{unread}"


def planned_files(
    store: Store, sync: str, into: Mapping[str, FileLimits], *, gone: Gone = "detach", links_after: int = 0
) -> Iterator[PlannedFile]:
    """Yield what the next pass would copy, as far as it is known without reading contents."""
    for owner in attachments.to_look_at(store, sync, links_after=links_after):
        whole = cases.by_ids(store, [owner])[owner]
        yield from _planned(whole, attachments.of_case(store, sync, owner), into, gone=gone)


def _planned(whole: Whole, files: Files, into: Mapping[str, FileLimits], *, gone: Gone) -> Iterator[PlannedFile]:
    there = {link.system for link in whole.links if not link.tombstone and link.system in into}
    limits = {system: into[system] for system in there}
    judged = judge(files.held, files.copied, limits, gone=gone)
    key = whole.entity.key
    for rename in judged.renames:
        held = rename.held
        same = (one for one in files.held if one.digest == held.digest and one.called)
        by = next((one.system for one in same if one.name != one.called), "")
        if held.system in there and not rename.why:
            yield PlannedFile(key, held.name, held.size, by, held.system, becomes=rename.name)
    for removal in judged.removals:
        if {removal.system, removal.held.system} <= there:
            yield PlannedFile(key, removal.held.name, removal.held.size, removal.system, removal.held.system, goes=True)
    for copy in judged.copies:
        yield PlannedFile(key, copy.name, copy.source.size, copy.source.system, copy.system)
    for held in judged.read:
        for system in sorted(there - {held.system}):
            if not limits[system].refuses(held.name, held.size):
                yield PlannedFile(key, safe_name(held.name), held.size, held.system, system, unread=True)
