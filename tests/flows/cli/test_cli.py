"""The command as a whole: quick help, examples everywhere, no traceback, UTF-8 in every locale, no secrets."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import flows.cli
from flows.cli import app
from tests.flows.cli.cli_builders import CliHub, given

HEAVY = ("sqlalchemy", "prefect", "httpx", "pydantic", "alembic", "rich", "yaml")
CASEHUB = [sys.executable, "-c", "from flows.cli import main; main()"]


def child(hub: CliHub, *words: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Give a command in a process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    root = Path(flows.cli.__file__).parents[2]
    return subprocess.run(
        [*CASEHUB, *words],
        env={**clean, "CASEHUB_HUB": str(hub.folder), **env},
        cwd=root,
        capture_output=True,
        check=False,
    )


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ROOT = typer.main.get_command(app)
ALL = dict(commands(ROOT))


def test_the_command_line_imports_nothing_heavy():
    code = f"import sys, flows.cli; print([name for name in {HEAVY!r} if name in sys.modules])"

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ended.stdout == "[]\n"


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_the_help_of_every_command_has_an_example(path, capsys):
    assert ROOT.main([*path, "--help"], prog_name="casehub", standalone_mode=False) == 0

    assert f"  casehub {' '.join(path)}" in capsys.readouterr().out


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_option_and_argument_is_explained(path):
    assert [param.name for param in ALL[path].params if param.name != "help" and not param.help] == []


def test_the_group_without_a_command_shows_its_help():
    for words in ([], ["case"], ["conflicts"], ["parked"], ["db"]):
        assert "Usage:" in given(*words).err


def test_a_mistyped_command_is_answered_with_the_nearest():
    ended = given("chekc")

    assert ended.code == 2
    assert "Did you mean 'check'?" in ended.err


def test_the_version_is_told():
    ended = given("--version")

    assert (ended.code, ended.out.count(".")) == (0, 2)


# --- errors -----------------------------------------------------------------------------------------------------------


def broken_inside(hub: CliHub) -> None:
    """Make the hub fail in a way that nobody foresees: a cursor of no known form."""
    import sqlite3

    with sqlite3.connect(hub.folder / "casehub.db") as conn:
        conn.execute("UPDATE cursor SET form = '7'")
    conn.close()


def test_an_unforeseen_error_is_one_line_that_says_how_to_see_more(opened):
    broken_inside(opened)

    ended = opened.run("sync")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.count("\n") == 1
    assert "something went wrong that should not (TypeError); `casehub --debug …` shows where" in ended.err


def test_debug_shows_where_an_error_comes_from(opened):
    broken_inside(opened)

    ended = child(opened, "--debug", "sync")

    assert ended.returncode == 1
    assert b"Traceback" in ended.stderr


def test_a_secret_is_never_printed(hub):
    text = (hub.folder / "hub.yaml").read_text(encoding="utf-8")
    secret = "s3cret-пароль"
    systems = 'systems:\n  red: {type: redmine, url: "https://user:${RED_KEY}@red.example.org", key: "${RED_KEY}"}'
    (hub.folder / "hub.yaml").write_text(text.replace("systems:", systems), encoding="utf-8")

    ended = hub.run("check", env={"RED_KEY": secret})
    debug = hub.run("--debug", "status", env={"RED_KEY": secret})

    assert ended.code == 2
    assert secret not in ended.out + ended.err + debug.out + debug.err
    assert "hub.yaml: " in ended.err


def test_settings_that_do_not_fit_together_are_told_with_their_line(hub):
    text = (hub.folder / "hub.yaml").read_text(encoding="utf-8")
    systems = 'systems:\n  red: {type: redmine, url: "https://red.example.org", key: "${RED_KEY}"}'
    (hub.folder / "hub.yaml").write_text(text.replace("systems:", systems), encoding="utf-8")

    ended = hub.run("check", env={"RED_KEY": "k"})

    assert ended.code == 2
    assert "hub.yaml: 1 problem\n   5  systems.red: give a project or a query_id" in ended.err


# --- a process of its own ---------------------------------------------------------------------------------------------


PLAINEST = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "latin-1"}


def test_every_script_is_printed_and_read_in_the_plainest_locale(opened):
    changed = child(opened, "case", "set", "CASE-1", "title", "Ёлка №1", **PLAINEST)
    shown = opened.done("case", "show", "CASE-1", "--json").json

    assert (changed.returncode, changed.stdout.decode()) == (0, "CASE-1 title: Внедрение CRM → Ёлка №1\n")
    assert shown["facts"]["title"]["value"] == "Ёлка №1"


def test_json_is_all_there_is_on_stdout(opened):
    opened.edit("crm", "1", title="А")
    opened.edit("trk", "1", title="Б")

    ended = child(opened, "sync", "presales", "--json", USER="ann")

    assert ended.returncode == 0
    assert json.loads(ended.stdout)["conflicts"] == 1
    assert "1 conflict (casehub conflicts list)" in ended.stderr.decode()


def test_the_hub_is_found_by_its_file_too(opened):
    ended = CliHub(opened.folder / "hub.yaml").run("case", "list", "--json")

    assert [one["key"] for one in ended.json] == ["CASE-1"]
