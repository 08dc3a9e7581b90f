"""A hub folder per test; the tables are made once and copied."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from state.engine import upgrade
from tests.flows.cli.cli_builders import CliHub, a_folder


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "casehub.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def make_hub(tmp_path: Path, empty_database: Path) -> Callable[..., CliHub]:
    """Makes a hub with other settings than the usual ones."""
    return lambda **settings: a_folder(tmp_path / "hub", database=empty_database, **settings)


@pytest.fixture
def hub(make_hub: Callable[..., CliHub]) -> CliHub:
    """Two systems, nothing in them."""
    return make_hub()


@pytest.fixture(scope="session")
def one_case(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Path:
    """A hub after its first pass, to be copied."""
    hub = a_folder(tmp_path_factory.mktemp("cli") / "opened", database=empty_database)
    hub.deal()
    hub.done("sync", "presales")
    return hub.folder


@pytest.fixture
def opened(tmp_path: Path, one_case: Path) -> CliHub:
    """One deal, synced: CASE-1 with a record in each system."""
    return CliHub(Path(shutil.copytree(one_case, tmp_path / "opened")))
