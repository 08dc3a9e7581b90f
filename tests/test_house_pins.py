"""The pins: what pyproject.toml asks for, what constraints.txt installs, and the pair that was tried together."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TRIED_TOGETHER = {"prefect": "3.8.8", "fastapi": "0.150.0", "sqlalchemy": "2.0.58"}
"""
Newer FastAPI makes this Prefect fail at its first flow run, newer SQLAlchemy has it plan none:
docs/decisions/0006-pins.md.
"""


@pytest.fixture(scope="module")
def pins(root: Path) -> dict[str, str]:
    """Return name -> version as constraints.txt has them."""
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(name): pinned for name, _, pinned in (line.partition("==") for line in lines)}


@pytest.fixture(scope="module")
def requirements(root: Path) -> list[Requirement]:
    """Return every requirement of pyproject.toml, optional ones too."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for group in project["optional-dependencies"].values() for line in group)]
    return [Requirement(line) for line in lines if not line.startswith("casehub[")]


def test_a_pin_is_a_name_and_a_version_and_nothing_else(root: Path) -> None:
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.+!-]+", line)] == []


def test_every_requirement_has_a_pin_within_its_bounds(requirements: list[Requirement], pins: dict[str, str]) -> None:
    outside = [
        f"{requirement}: pinned to {pins.get(canonicalize_name(requirement.name))}"
        for requirement in requirements
        if not requirement.specifier.contains(pins.get(canonicalize_name(requirement.name), "0"), prereleases=True)
    ]

    assert outside == []


def test_prefect_and_fastapi_are_the_pair_that_was_tried(pins: dict[str, str]) -> None:
    assert {name: pins[name] for name in TRIED_TOGETHER} == TRIED_TOGETHER


def test_what_is_installed_is_what_is_pinned(requirements: list[Requirement], pins: dict[str, str]) -> None:
    installed = {requirement.name: version(requirement.name) for requirement in requirements}

    assert installed == {name: pins[canonicalize_name(name)] for name in installed}
