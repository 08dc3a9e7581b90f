"""
A connector as somebody else would bring it: a memory system in a file that holds a create back while a gate is shut.

The gate is the file ``<path>.shut``. While it is there, a record is made and its answer does not arrive; the number of
the process that waits is written to ``<path>.waits``.
"""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from connectors.base import Surroundings
from connectors.memory import MemoryConnector
from connectors.memory.connector import MemorySettings
from connectors.memory.desk import MemoryDesk
from connectors.settings import SystemSettings
from mappings.exchange import Abilities, Create, VendorRecord, View


class GateDesk(MemoryDesk):
    """Waits at the gate after a record was made."""

    async def create(self, write: Create, views: Mapping[str, View]) -> VendorRecord:
        made = await super().create(write, views)
        await asyncio.to_thread(wait_at, Path(f"{self._path}.shut"), Path(f"{self._path}.waits"))
        return made


def wait_at(shut: Path, waits: Path) -> None:
    """Return when the gate is open."""
    if shut.exists():
        waits.write_text(str(os.getpid()))
    while shut.exists():
        time.sleep(0.05)


class GateSettings(MemorySettings):
    """As a memory system."""


class GateConnector(MemoryConnector):
    """A memory system with a gate; its answers are given up after a second, so that tests need not wait longer."""

    type_name: ClassVar[str] = "gate"
    settings_model: ClassVar[type[SystemSettings]] = GateSettings

    def __init__(self, name: str, settings: GateSettings, around: Surroundings) -> None:
        super().__init__(name, settings, around)
        self._desk = GateDesk(name, self.system, around=around, path=Path(str(settings.path)))

    @property
    def abilities(self) -> Abilities:
        return replace(super().abilities, request_timeout=1.0)
