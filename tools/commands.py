"""
The page of the commands, made from the commands themselves: ``python -m tools.commands`` writes it anew.

A test compares it with the code, so that it never tells of a command as it once was.
"""

import inspect
import sys
from collections.abc import Iterator
from typing import Any

import typer

from .sources import ROOT

PAGE = "docs/reference/commands.md"
HEAD = """# Commands

Made from the code by `python -m tools.commands`; change the docstring of the command, not this page.

Results go to stdout, messages to stderr. `--json` prints one JSON value on stdout. A case is named by its key in large
or small letters.

| exit code | means |
|---|---|
| 0 | done; open attention is told, not failed |
| 1 | failed |
| 2 | usage or settings: change the command or the files first |
| 3 | a system cannot be reached; the others were worked with |
| 4 | stopped for approval: a guard, a changed mapping, a stale plan |
| 5 | with `--strict`: attention entries are open |
| 6 | with `plan --exit-code`: there is something to do |
"""
WITHOUT = frozenset({"help", "install_completion", "show_completion"})


def page() -> str:
    """Return the page as it should be."""
    from flows.cli import app

    root = typer.main.get_command(app)
    parts = [HEAD, "## Options of every command\n\nThey stand before the command: `casehub --hub DIR status`.\n"]
    parts += [_table(root)]
    parts += [_command(path, command) for path, command in commands(root)]
    return "\n".join(parts)


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command below *group* with the words that lead to it, in the order of the help."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def _command(path: tuple[str, ...], command: Any) -> str:
    usage = " ".join(["casehub", *path, *(_argument(one) for one in command.params if _is_argument(one)), "[OPTIONS]"])
    text, *blocks = inspect.cleandoc(command.help or "").replace("\f", "").split("\b\n")
    lines = [f"## {' '.join(path)}", "", text.strip(), "", "```", usage, "```", ""]
    for block in blocks:
        head, _, shown = block.partition("\n")
        lines += [head, "", "```", inspect.cleandoc("\n" + shown).strip(), "```", ""]
    return "\n".join([*lines, _table(command)])


def _table(command: Any) -> str:
    rows = [f"| {_name(one)} | {_cell(one.help or '')}{_around(one)} |" for one in _params(command)]
    return "\n".join(["| option | what for |", "|---|---|", *rows]) + "\n"


def _params(command: Any) -> list[Any]:
    return [one for one in command.params if one.name not in WITHOUT]


def _is_argument(param: Any) -> bool:
    return bool(param.param_type_name == "argument")


def _argument(param: Any) -> str:
    name = str(param.metavar or param.name.upper())
    return name if param.required else f"[{name}]"


def _name(param: Any) -> str:
    if _is_argument(param):
        return f"`{_cell(_argument(param))}`"
    value = f" {param.metavar or 'TEXT'}" if not param.is_flag else ""
    return ", ".join(f"`{option}{value}`" for option in param.opts)


def _around(param: Any) -> str:
    names = [param.envvar] if isinstance(param.envvar, str) else list(param.envvar or ())
    return f" (or ${', $'.join(names)})" if names else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    """Write the page."""
    path = ROOT / PAGE
    path.write_text(page(), encoding="utf-8")
    print(f"{PAGE}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
