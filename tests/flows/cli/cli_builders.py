"""A hub folder over memory systems in files, the command as people give it, and their edits in between."""

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from connectors.memory import MemorySystem
from connectors.memory.file import load, save
from connectors.memory.traits import KindTraits
from flows.cli import app
from mappings.exchange import View
from tests.hub_builders import CRM, PEOPLE, TRK, a_deal, some_traits

HUB = """
database: sqlite:///casehub.db
timezone: Europe/Moscow
systems:
  crm: {type: memory, path: crm.json}
  trk: {type: memory, path: trk.json}
syncs:
  presales:
    opens: crm
    makes:
      trk: {when: "case.stage in ['qualified', 'in_work'] and case.outcome == 'open'"}
    stages: [lead, qualified, in_work, estimate, proposal, defence]
    conflicts: {default: {home: crm}, stage: furthest, deadline: park, title: park, labels: union, description: merge}
"""
THREE = HUB.replace(
    "  trk: {type: memory, path: trk.json}",
    "  trk: {type: memory, path: trk.json}\n  wiki: {type: memory, path: wiki.json}",
)
THREE = THREE.replace("\n    stages:", "\n      wiki: {}\n    stages:")
WIKI = """
system: wiki
kind: record
entity: case
extends: memory/record
fields: {outcome: {at: outcome, direction: in}}
"""


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@cache
def _command() -> Any:
    """Making the tree of all commands takes as long as most of them run: it is made once for all tests."""
    return get_command(app)


def given(*words: str, env: Mapping[str, str] | None = None) -> Ended:
    """Give a command, without a hub unless the WORDS name one."""
    runner, command = CliRunner(), _command()
    with runner.isolation(env=env) as (out, err, _):
        with pytest.raises((SystemExit, Exception)) as ended:  # --debug lets errors through
            command.main(args=words, prog_name=runner.get_default_prog_name(command))
        sys.stdout.flush()
        sys.stderr.flush()
        code = ended.value.code or 0 if isinstance(ended.value, SystemExit) else 1
        assert isinstance(code, int), code
        return Ended(code, _text(out), _text(err))


def _text(stream: Any) -> str:
    return str(stream.getvalue().decode()).replace("\r\n", "\n")


@dataclass(frozen=True)
class CliHub:
    """A hub folder; `run` gives it a command."""

    folder: Path

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> Ended:
        """Give a command in the terminal of this process."""
        return given("--hub", str(self.folder), *words, env={"USER": "ann", **(env or {})})

    def done(self, *words: str) -> Ended:
        """Give a command that must succeed."""
        ended = self.run(*words)
        assert ended.code == 0, (words, ended.code, ended.out, ended.err)
        return ended

    # --- people's work in the systems ---

    @contextmanager
    def at(self, system: str) -> Iterator[MemorySystem]:
        """Work in *system* as a person does; its file is written afterwards."""
        found = MemorySystem(clock)
        load(found, self.folder / f"{system}.json")
        yield found
        save(found, self.folder / f"{system}.json")

    def deal(self, title: str = "Внедрение CRM", **views: View) -> str:
        """Enter a deal in the CRM; returns its id."""
        with self.at("crm") as crm:
            return crm.create("record", a_deal(title, **views))

    def edit(self, system: str, record: str, **views: View) -> None:
        with self.at(system) as found:
            found.edit("record", record, views)

    def delete(self, system: str, record: str) -> None:
        with self.at(system) as found:
            found.delete("record", record)

    def records(self, system: str) -> dict[str, Mapping[str, View]]:
        """Id -> views of what *system* holds."""
        with self.at(system) as found:
            rows = found.rows.get("record", {})
            return {key: versions[-1].views for key, versions in rows.items() if not versions[-1].deleted}

    def workflow(self, system: str, steps: Mapping[str, Mapping[str, list[str]]]) -> None:
        """Let the places of *system* follow only these steps."""
        path = self.folder / f"{system}.json"
        form = json.loads(path.read_text(encoding="utf-8"))
        form["kinds"]["record"]["workflow"] = steps
        path.write_text(json.dumps(form), encoding="utf-8")

    def break_file(self, system: str) -> str:
        """Make *system* unreachable; returns what its file held."""
        path = self.folder / f"{system}.json"
        held = path.read_text(encoding="utf-8")
        path.write_text("{", encoding="utf-8")
        return held

    def mend_file(self, system: str, held: str) -> None:
        (self.folder / f"{system}.json").write_text(held, encoding="utf-8")


def a_folder(
    folder: Path, *, hub: str = HUB, traits: Mapping[str, KindTraits] | None = None, database: Path | None = None
) -> CliHub:
    """Write a hub into *folder*: its files, a memory system per name, and a DATABASE with this version's tables."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"hub.yaml": hub, "record.crm.yaml": CRM, "record.trk.yaml": TRK}
    if "wiki" in hub:
        texts["record.wiki.yaml"] = WIKI
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in ("crm", "trk", "wiki"):
        kinds = {"record": replace(some_traits(name, (traits or {}).get(name)))}
        save(MemorySystem(clock, kinds=kinds, people=PEOPLE), folder / f"{name}.json")
    if database is not None:
        shutil.copy(database, folder / "casehub.db")
    return CliHub(folder)


def numbers(hub, **wanted):
    """Return the numbers of the lines of CASE-1's history that say *wanted*."""
    lines = hub.done("case", "history", "CASE-1", "--json").json
    return [line["number"] for line in lines if all(line[name] == value for name, value in wanted.items())]


def gone(hub, *systems):
    """Another case stays, so that CASE-1's records may go without a guard asking."""
    hub.deal("Второй", client="АО «Лютик»", next_step=None)
    hub.done("sync")
    for system in systems:
        hub.delete(system, "1")
    hub.done("sync", "--full")
