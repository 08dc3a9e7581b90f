"""A Prefect server for the while of some kills: what a task server cannot be without."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live import prefect_world

from .world import World, a_world

SAID = ("PREFECT_", "DO_NOT_TRACK")


@contextmanager
def a_world_with_prefect() -> Iterator[World]:
    """As `a_world`, whose hubs know a Prefect server."""
    with tempfile.TemporaryDirectory(prefix="casehub-crash-") as place:
        prefect = prefect_world.a_world(Path(place))
        try:
            known = {name: value for name, value in prefect.environment.items() if name.startswith(SAID)}
            with a_world(more=known) as world:
                yield world
        finally:
            prefect.close()
