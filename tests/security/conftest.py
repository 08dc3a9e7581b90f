"""Hubs that an enemy writes into."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from state.engine import upgrade
from tests.flows.cli.cli_builders import CliHub, a_folder


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with this version's tables, to be copied."""
    path = tmp_path_factory.mktemp("security") / "casehub.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def make_hub(tmp_path: Path, database: Path) -> Callable[..., CliHub]:
    return lambda **settings: a_folder(tmp_path / "hub", database=database, **settings)


@pytest.fixture
def hub(make_hub: Callable[..., CliHub]) -> CliHub:
    """Two systems, nothing in them."""
    return make_hub()


@pytest.fixture(scope="session")
def attacked_folder(tmp_path_factory: pytest.TempPathFactory, database: Path) -> Path:
    from tests.security.hostile import attacked

    return attacked(a_folder(tmp_path_factory.mktemp("attacked") / "hub", database=database)).folder


@pytest.fixture
def attacked(tmp_path: Path, attacked_folder: Path) -> CliHub:
    """CASE-1: an enemy wrote every text of its deal, another edited its title; a plan would write more of it."""
    return CliHub(Path(shutil.copytree(attacked_folder, tmp_path / "hub")))
