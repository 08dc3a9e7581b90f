"""The page of the commands tells of the commands as they are."""

from pathlib import Path

import typer

from flows.cli import app
from tools import commands

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
