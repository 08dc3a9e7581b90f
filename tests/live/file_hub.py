"""Hubs whose systems lie in files: several processes work with them, and a test sees what became of it."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from connectors.memory import MemorySystem
from connectors.memory.file import load, save
from mappings.exchange import View
from state.store import utc_now
from tests.hub_builders import CRM, HUB, PEOPLE, TRK, a_deal, some_traits

T = TypeVar("T")


def wait_for(look: Callable[[], T | None], *, seconds: float = 90.0, what: str) -> T:
    """Return what *look* finds as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found is not None and found is not False:
            return found
        time.sleep(0.1)
    raise AssertionError(f"no {what} within {seconds:.0f} s")


@dataclass
class FileHub:
    """A hub folder whose systems `crm` and `trk` lie in files; `trk` has a gate that can be shut."""

    folder: Path

    def records(self, system: str) -> dict[str, Mapping[str, View]]:
        form = json.loads((self.folder / f"{system}.json").read_text(encoding="utf-8"))
        rows = form["records"].get("record", {})
        return {key: row["views"] for key, row in rows.items() if not row["deleted"]}

    def shut(self) -> None:
        """From now on the answer of a create in `trk` does not arrive."""
        (self.folder / "trk.json.shut").touch()

    def open(self) -> None:
        (self.folder / "trk.json.shut").unlink()

    def waiting_process(self) -> int:
        """Wait until a process stands at the gate, and return its number."""
        waits = self.folder / "trk.json.waits"
        return int(wait_for(lambda: (waits.exists() and waits.read_text()) or None, what="create at the gate"))

    def edit(self, system: str, record: str, **views: View) -> None:
        """Change a record as a person does, while nobody else works with the file."""
        path = self.folder / f"{system}.json"
        held = MemorySystem(utc_now)
        load(held, path)
        held.edit("record", record, views)
        save(held, path)


def a_file_hub(folder: Path, *titles: str, sync: str = "presales") -> FileHub:
    """Make a hub whose CRM holds a deal per title."""
    folder.mkdir(parents=True)
    text = HUB.replace("crm: {type: memory}", "crm: {type: memory, path: crm.json}")
    text = text.replace("trk: {type: memory}", "trk: {type: gate, path: trk.json}").replace("  presales:", f"  {sync}:")
    text += '    schedule: {every: 1h, full_scan: "0 3 * * *"}\n'
    for name, content in {"hub.yaml": text, "record.crm.yaml": CRM, "record.trk.yaml": TRK}.items():
        (folder / name).write_text(content, encoding="utf-8")
    for name in ("crm", "trk"):
        system = MemorySystem(utc_now, kinds={"record": some_traits(name)}, people=PEOPLE)
        for title in titles if name == "crm" else ():
            system.create("record", a_deal(title))
        save(system, folder / f"{name}.json")
    return FileHub(folder)
