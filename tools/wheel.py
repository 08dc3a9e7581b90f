"""
Checks that the wheel in a folder holds every file of the five folders, and nothing else.

Run as ``python -m tools.wheel FOLDER``. A catalogue, template or migration that is forgotten works in the checkout and
fails at whoever installs it.
"""

import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from .sources import HOUSE, tracked


def problems(packed: Iterable[str], wanted: Iterable[str]) -> Iterator[str]:
    """Yield what the wheel's *packed* names lack of the *wanted* ones, and what they have beyond."""
    names = {name for name in packed if ".dist-info/" not in name}
    yield from (f"missing in the wheel: {name}" for name in sorted(set(wanted) - names))
    yield from (f"should not be in the wheel: {name}" for name in sorted(names) if name.partition("/")[0] not in HOUSE)


def main(folder: Path) -> int:
    """Check the one wheel in *folder*."""
    [wheel] = folder.glob("casehub-*.whl")
    packed = zipfile.ZipFile(wheel).namelist()
    found = list(problems(packed, (source.path for source in tracked() if source.folder in HOUSE)))
    print("\n".join([*found, f"wheel: {len(packed)} files, {len(found)} problems"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
