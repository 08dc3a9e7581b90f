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
    return a_copy(one_case, tmp_path)


@pytest.fixture(scope="session")
def one_conflict(tmp_path_factory: pytest.TempPathFactory, one_case: Path) -> Path:
    hub = a_copy(one_case, tmp_path_factory.mktemp("cli"))
    hub.edit("crm", "1", title="А")
    hub.edit("trk", "1", title="Б")
    hub.done("sync")
    return hub.folder


@pytest.fixture
def torn(tmp_path: Path, one_conflict: Path) -> CliHub:
    """CASE-1 with a conflict over its title: А in the CRM, Б in the tracker."""
    return a_copy(one_conflict, tmp_path)


@pytest.fixture(scope="session")
def one_parked(tmp_path_factory: pytest.TempPathFactory, one_case: Path) -> Path:
    hub = a_copy(one_case, tmp_path_factory.mktemp("cli"))
    hub.workflow("trk", {"status": {"New": ["Rejected"]}})
    hub.edit("crm", "1", stage="EXEC")
    hub.done("sync")
    return hub.folder


@pytest.fixture
def stuck(tmp_path: Path, one_parked: Path) -> CliHub:
    """CASE-1, whose stage the tracker's workflow does not let through."""
    return a_copy(one_parked, tmp_path)


def a_copy(folder: Path, into: Path) -> CliHub:
    return CliHub(Path(shutil.copytree(folder, into / "hub")))


@pytest.fixture
def overruled(opened):
    """CASE-1: its home, the CRM, has decided over the tracker's next step."""
    opened.edit("crm", "1", next_step="КП")
    opened.edit("trk", "1", next_step="Звонок")
    opened.done("sync")
    return opened
