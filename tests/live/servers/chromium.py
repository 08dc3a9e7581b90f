"""Debian's Chromium and letters for it: not a server, but installed beside them; tests start it themselves."""

from collections.abc import Mapping
from pathlib import Path

from machine import Trouble
from server import Part

PROGRAM = Path("/usr/bin/chromium")


class Chromium(Part):
    name = "chromium"

    @property
    def debian(self) -> tuple[str, ...]:
        return ("chromium", "fonts-dejavu-core")

    @property
    def url(self) -> str:
        return str(PROGRAM)

    def is_running(self) -> bool:
        return PROGRAM.exists()

    def up(self) -> dict[str, float]:
        if not self.is_running():
            raise Trouble(f"the package is installed, and there is no {PROGRAM}")
        return {}

    def down(self) -> bool:
        return False

    def env(self) -> Mapping[str, str]:
        return {"CHROMIUM": str(PROGRAM)}
