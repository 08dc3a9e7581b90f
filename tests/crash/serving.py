"""A Prefect server for the while of some kills: what a task server cannot be without."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live import prefect_world

SAID = ("PREFECT_", "DO_NOT_TRACK")


@contextmanager
def known_prefect() -> Iterator[dict[str, str]]:
    """Start a Prefect server and give what processes of a hub need in their environment to know it."""
    with tempfile.TemporaryDirectory(prefix="casehub-crash-") as place:
        prefect = prefect_world.a_world(Path(place))
        try:
            yield {name: value for name, value in prefect.environment.items() if name.startswith(SAID)}
        finally:
            prefect.close()
