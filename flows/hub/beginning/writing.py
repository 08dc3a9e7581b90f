"""Write the files of a new hub; nothing that is there is ever written over."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from .answers import Answers

HEAD = "# A line that ends in `# guess` was guessed by name: look at it. `casehub check` says what does not fit."


class AlreadyThere(RuntimeError):
    """The folder holds a hub already, or files of the same names."""


def systems_text(answers: Answers) -> str:
    """Return a hub.yaml that knows its systems and nothing else."""
    return "\n".join([*systems_lines(answers), "syncs: {}"]) + "\n"


def systems_lines(answers: Answers) -> Iterator[str]:
    yield HEAD
    yield "database: sqlite:///casehub.db"
    yield f"timezone: {answers.timezone}"
    yield "systems:"
    for name, settings in answers.systems.items():
        form = yaml.safe_dump({name: dict(settings)}, allow_unicode=True, sort_keys=False, width=10_000)
        yield from (f"  {line}" for line in form.rstrip().splitlines())


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write *files* into *folder*, all or none. Raises AlreadyThere."""
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise AlreadyThere(f"{folder} holds {', '.join(there)} already; begin in another folder, or move them away")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
