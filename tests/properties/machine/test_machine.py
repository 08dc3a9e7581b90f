"""Histories of cases over several systems, with everything that goes wrong: `promises` says what is held."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.hub.scenarios.ground import Ground

from . import keeping
from .drawing import draw
from .running import live

SEEDS = (10, 28)
"""A few worlds for every day; `make proof` lives fifty thousand histories."""


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with Ground() as made:
        yield made


@pytest.mark.parametrize("seed", SEEDS)
def test_every_promise_is_kept(seed: int, ground: Ground) -> None:
    lived = live(draw(seed), ground)

    assert lived.broken == []
    assert {"P1", "P2", "P3", "P4", "P5", "P7"} <= set(lived.findings.checks)


@pytest.mark.parametrize("file", keeping.kept(), ids=lambda file: file.stem)
def test_what_once_broke_a_promise_keeps_it(file: Path, ground: Ground) -> None:
    assert live(keeping.read(file), ground).broken == []


def test_a_seed_says_everything(ground: Ground) -> None:
    history = draw(20)

    assert draw(20) == history
    assert live(history, ground).findings.checks == live(history, ground).findings.checks


def test_a_history_is_kept_as_it_is(tmp_path: Path) -> None:
    history = draw(11)

    keeping.write(history, tmp_path / "one.json", broken="P1: nothing")

    assert keeping.read(tmp_path / "one.json") == history
