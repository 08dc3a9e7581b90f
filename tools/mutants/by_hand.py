"""Rules switched off by hand: `rules.yaml` says which text of which file, and what stands there without the rule."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from .make import Edit, Mutant
from .swap import NotSwappable, changed_codes

HERE = Path(__file__).resolve().parent
RULES = HERE / "rules.yaml"
SURVIVORS = HERE / "survivors.yaml"


class DoesNotApply(Exception):
    """A breakage whose text is not in its file any more, or not once; the message says which."""


def rules(read: Callable[[str], str], *, text: str | None = None) -> list[Mutant]:
    """
    Return the breakages made by hand. READ gives the text of a file.

    Raises DoesNotApply with all of those that the code has left behind.
    """
    said = yaml.safe_load(RULES.read_text(encoding="utf-8") if text is None else text)
    found, wrong = [], []
    for name, entry in said.items():
        try:
            found.append(Mutant(name, tuple(_edits(entry["edits"], read)), entry["rule"], tuple(entry.get("ends", ()))))
        except (DoesNotApply, NotSwappable, SyntaxError) as error:
            wrong.append(f"{name}: {error}")
    if wrong:
        raise DoesNotApply("\n".join(wrong))
    return found


def _edits(steps: list[Mapping[str, Any]], read: Callable[[str], str]) -> list[Edit]:
    texts: dict[str, tuple[str, str]] = {}
    lines: dict[str, list[int]] = {}
    for step in steps:
        path, old, new = step["file"], step["old"], step["new"]
        source, changed = texts.get(path) or (read(path), read(path))
        if changed.count(old) != 1 or source.count(old) != 1:
            raise DoesNotApply(f"{path} says {changed.count(old)} times, not once: {old.strip()!r}")
        first = source[: source.index(old)].count("\n") + 1
        lines.setdefault(path, []).extend(range(first, first + old.rstrip("\n").count("\n") + 1))
        texts[path] = source, changed.replace(old, new)
    made = [Edit(path, source, changed, tuple(lines[path])) for path, (source, changed) in texts.items()]
    for edit in made:
        if not changed_codes(edit.file, edit.source, edit.changed):
            raise DoesNotApply(f"{edit.file}: nothing would change")
    return made


def survivors(*, text: str | None = None) -> dict[str, str]:
    """Return name -> why no test can, or need, tell it from the code as it is."""
    said = yaml.safe_load(SURVIVORS.read_text(encoding="utf-8") if text is None else text) or []
    return {one["mutant"]: one["because"] for one in said}
