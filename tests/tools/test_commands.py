"""The page of the commands tells of the commands as they are."""

from pathlib import Path

import typer

from flows.cli import app
from tools import commands
from tools.error_paths import without
from tools.sources import python

ROOT = typer.main.get_command(app)


def test_the_page_is_what_the_code_says(root: Path) -> None:
    page = (root / commands.PAGE).read_text(encoding="utf-8")

    assert page == commands.page(), "write it anew: python -m tools.commands"


def test_every_command_has_its_place_with_usage_and_example() -> None:
    page = commands.page()

    for path, _ in commands.commands(ROOT):
        words = " ".join(path)
        assert f"\n## {words}\n" in page
        assert page.count(f"\ncasehub {words}") >= 2


def test_a_cell_does_not_end_its_table_early() -> None:
    assert "| `NUMBER\\|KEY` | A number from the list, or the key of a case. |" in commands.page()


WITHOUT_A_RESULT = {"serve inbox", "serve page"}
"""They serve until they are stopped."""


def test_every_command_can_print_json() -> None:
    silent = [" ".join(path) for path, one in commands.commands(ROOT) if "as_json" not in {p.name for p in one.params}]

    assert set(silent) == WITHOUT_A_RESULT


def test_every_command_has_a_test_of_how_it_fails() -> None:
    tests = [source for source in python("tests") if source.path.startswith("tests/flows/cli/")]

    assert without([path for path, _ in commands.commands(ROOT)], tests) == []
