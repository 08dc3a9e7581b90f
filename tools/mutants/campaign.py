"""Every mutant meets the tests that run its lines, until one of them fails; what is known is not asked again."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from .loop import Loop
from .make import Mutant
from .pool import LATE, Task, done
from .reach import Reach
from .swap import NotSwappable, changed_codes, swap

HUB = (
    *("bad_records", "changed_mapping", "collecting", "deeds_beside_readings", "doubted_searches", "doubts"),
    *("doubts_of_updates", "drifting", "edit_times", "forgetting", "full_read", "gone", "guards", "kills", "linking"),
    *("meeting", "older", "parking", "pass", "paths", "people", "planned_deletes", "put_back", "races"),
    *("races_of_leases", "refused_writes", "reused_numbers", "standstill", "storing", "sync", "under", "undoing"),
)
TESTS = (
    "tests/mappings/reconcile",
    "tests/properties/test_reconcile_laws.py",
    "tests/state",
    *(f"tests/flows/hub/test_{name}.py" for name in HUB),
    "tests/flows/hub/attachments/test_renaming.py",
    "tests/connectors/test_http.py",
    "tests/properties/machine/test_machine.py::test_what_once_broke_a_promise_keeps_it",
    "tests/scenarios",
)
"""The tests that are asked; those of other parts hardly touch what is broken here."""
SOURCES = ("mappings", "state", "flows", "connectors", "tests")
PATIENCE = 1200.0
"""So many seconds a child may live at most."""
STAGES = (
    ("tests/mappings/", "tests/properties/test_", "tests/state/", "tests/connectors/"),
    ("tests/flows/",),
    ("tests/scenarios/", "tests/properties/machine/"),
)
"""Cheap tests first: what they catch never meets the dear ones, and an interrupted run has something to show."""
PORTION = 25
"""So many tests of one file are recorded at a time."""
STORY = "tests/scenarios/test_scenarios.py::test_it_ends_as_it_is_told[{}]"
"""The test that plays a story."""
ENOUGH = 25.0
"""Tests of so many seconds of CPU, the likeliest first, are asked about one mutant; what they miss is not caught."""


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: BY which test it was caught, "" where it survived; ASKED: how many tests run it."""

    by: str = ""
    asked: int = 0
    error: str = ""

    @property
    def caught(self) -> bool:
        return bool(self.by) and not self.error


@dataclass
class Campaign:
    """
    A run of the tool. What it finds out lies in FOLDER, so that an interrupted one goes on where it was.

    That a mutant is caught stays known while its file and the test that caught it are as they were; that it survives
    only while nothing at all has changed.
    """

    root: Path
    folder: Path
    mutants: Sequence[Mutant]
    traced: Sequence[str]
    jobs: int
    fresh: bool = False
    whole: bool = True
    """Whether all tests are asked: what survives a part of them may be caught by the rest, and is not kept."""
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    reach: Reach = field(default_factory=Reach)
    red: list[str] = field(default_factory=list)
    """Tests that fail although nothing is broken: they are not asked."""
    _asked: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = hash_of(file for folder in SOURCES for file in sorted((self.root / folder).rglob("*")))
        self._kept = _read(self.folder / "verdicts.json")
        for one in self.mutants:
            said = self._kept.get(one.name)
            if (
                said is not None
                and not self.fresh
                and said["of"] == self._what_it_stands_on(one, Verdict(**said["is"]))
            ):
                self.verdicts[one.name] = Verdict(**said["is"])

    def _what_it_stands_on(self, one: Mutant, said: Verdict) -> str:
        if not said.caught:
            return self.now
        texts = "".join(edit.source + edit.changed for edit in one.edits)
        return hash_of([self.root / said.by.partition("::")[0]], texts)

    def run(self, loop: Loop) -> None:
        """Find out what is not known yet: the test that caught a mutant before is asked first, then stage by stage."""
        before = {self._kept[one.name]["is"]["by"] for one in self._open() if one.name in self._kept}
        stages = [[name for name in loop.items if name in before]]
        stages += [[name for name in loop.items if name.startswith(those)] for those in STAGES]
        for names in stages:
            if self._open():
                self._learn(loop, names)
                self._ask(loop, last=names is stages[-1])

    def _open(self) -> list[Mutant]:
        return [one for one in self.mutants if one.name not in self.verdicts]

    def _ask(self, loop: Loop, *, last: bool) -> None:
        by_name = {one.name: one for one in self._open()}
        for place, (name, answer) in enumerate(
            done(self._tasks(loop, list(by_name.values())), jobs=self.jobs, folder=self.folder), 1
        ):
            said = _said(answer)
            if said.caught or said.error:
                self._know(by_name[name], said)
                print(f"{place}/{len(by_name)} {'caught  ' if said.caught else 'UNKNOWN '} {name}", flush=True)
        for one in self._open() if last else ():
            self._know(one, Verdict(asked=len(self._asked.get(one.name, ()))))
            print(f"SURVIVED {one.name}", flush=True)

    def _know(self, one: Mutant, said: Verdict) -> None:
        self.verdicts[one.name] = said
        if said.caught or (self.whole and not said.error):
            self.keep(one, said)

    def keep(self, one: Mutant, said: Verdict) -> None:
        """Remember what became of *one*."""
        self._kept[one.name] = {"of": self._what_it_stands_on(one, said), "is": asdict(said)}
        _replace(self.folder / "verdicts.json", json.dumps(self._kept, ensure_ascii=False, indent=1))

    def _tasks(self, loop: Loop, open_ones: Sequence[Mutant]) -> Iterator[Task]:
        for one in open_ones:
            names = self.asked(one)
            if names:
                self._asked.setdefault(one.name, []).extend(names)
                yield Task(one.name, partial(self._met, loop, one, names), PATIENCE)

    def reached(self, one: Mutant) -> list[str]:
        """Return all tests that run what *one* breaks: its own file's first, then the fastest."""
        return self.reach.of({edit.file: edit.lines for edit in one.edits})

    def asked(self, one: Mutant) -> list[str]:
        """
        Return the tests that *one* meets next: what caught it before first, then the stories that hold its rule, and
        of the others no more than it needs.
        """
        already = self._asked.get(one.name, [])
        before = self._kept[one.name]["is"]["by"] if one.name in self._kept else ""
        names = [name for name in self.reached(one) if name not in already]
        own = {STORY.format(story) for story in one.ends}
        names.sort(key=lambda name: (name != before, name not in own))
        room, chosen = ENOUGH - sum(map(self.reach.seconds, already)), []
        for name in names:
            room -= self.reach.seconds(name)
            if room < 0 and name not in own:
                break
            chosen.append(name)
        return chosen

    def _met(self, loop: Loop, one: Mutant, names: Sequence[str]) -> Mapping[str, Any]:
        error = broken(one)
        if error:
            return asdict(Verdict(error=error))
        failed = loop.run(names, known=self.reach)
        return asdict(Verdict(failed[0] if failed else "", len(names)))

    def _learn(self, loop: Loop, names: Sequence[str]) -> None:
        """Record who runs what, for those of the tests *names* of which that is not known."""
        file = self.folder / "reach.json"
        kept, of = _read(file), self._hashes(names)
        known = {} if self.fresh else {name: kept[name] for name in names if kept.get(name, {}).get("of") == of[name]}
        self.reach.tests |= Reach.from_form({name: form["ran"] for name, form in known.items()}).tests
        for name, answer in done(self._portions(loop, names), jobs=self.jobs, folder=self.folder):
            if answer in (None, LATE) or answer["failed"]:
                self.red += [name] if answer in (None, LATE) else answer["failed"]
                print(f"{name} fails as it is: {answer if answer in (None, LATE) else answer['why']}", flush=True)
            if answer not in (None, LATE):
                self.reach.tests |= Reach.from_form(answer["reach"]).tests
                kept |= {test: {"of": of[test], "ran": ran} for test, ran in answer["reach"].items()}
                _replace(file, json.dumps(kept))
                print(f"recorded which lines {name} runs", flush=True)

    def _portions(self, loop: Loop, names: Sequence[str]) -> Iterator[Task]:
        """Yield the tests that are still to be recorded, those of one file together, some at a time."""
        modules: dict[str, list[str]] = {}
        for name in names:
            if name not in self.reach.tests:
                modules.setdefault(name.partition("::")[0], []).append(name)
        for module, those in modules.items():
            for first in range(0, len(those), PORTION):
                portion = those[first : first + PORTION]
                work = partial(loop.record, portion, root=self.root, files=self.traced)
                yield Task(f"{module} {first // PORTION + 1}", work, PATIENCE)

    def _hashes(self, names: Sequence[str]) -> dict[str, str]:
        """Return for each test a hash of all that says which lines it runs."""
        code = hash_of(self.root / one for one in self.traced)
        modules = {self.root / name.partition("::")[0] for name in names}
        of = {module: hash_of([module, *sorted(module.parent.glob("*.yaml"))], code) for module in modules}
        return {name: of[self.root / name.partition("::")[0]] for name in names}


def _said(answer: Any) -> Verdict:
    """A child that died without a word says nothing of its mutant."""
    if answer is None:
        return Verdict(error="its process died; ask again")
    return Verdict("it never ends") if answer == LATE else Verdict(**answer)


def broken(one: Mutant) -> str:
    """Break this process as *one* says; returns why it could not be."""
    try:
        for edit in one.edits:
            swap(edit.file, changed_codes(edit.file, edit.source, edit.changed))
    except NotSwappable as error:
        return str(error)
    return ""


def hash_of(files: Iterable[Path], more: str = "") -> str:
    """Return a hash of the texts of *files*, of those that there are, and of *more*."""
    made = hashlib.sha256(more.encode())
    for file in files:
        if file.suffix in (".py", ".yaml") and file.is_file():
            made.update(f"{file.name}\n".encode() + file.read_bytes())
    return made.hexdigest()


def _read(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def _replace(file: Path, text: str) -> None:
    part = file.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)
