"""YAML that a person may have edited, and an enemy may have sent: read without anything that grows or goes deep."""

from collections.abc import Iterator
from typing import Any

import yaml
from yaml import events as seen

DEEPEST = 24
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast where it is there; both are safe."""


class NotPlain(ValueError):
    """The text is no YAML, or not as plain as our files are. LINE is where, 0 if that is not known."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


def read_plain(text: str | bytes) -> Any:
    """
    Return what *text* says: mappings, lists and single values.

    Raises NotPlain for what is no YAML, for anchors and aliases (a few lines of them stand for gigabytes), for tags,
    and for what is nested deeper than any file of ours (libyaml itself takes the whole process down there).
    """
    try:
        for event in _shallow(yaml.parse(text, Loader=_LOADER)):
            _check(event)
        return yaml.load(text, Loader=_LOADER)  # noqa: S506  # both are safe ones
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "it cannot be read"
        raise NotPlain(f"not YAML: {what}", mark.line + 1 if mark else 0) from error
    except (ValueError, TypeError) as error:  # a date without such a day, a number with thousands of digits
        raise error if isinstance(error, NotPlain) else NotPlain("not YAML: a value cannot be read") from error


def _check(event: seen.Event) -> None:
    if isinstance(event, seen.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise NotPlain("anchors and aliases are not allowed", _line(event))
    if getattr(event, "tag", None) is not None:
        raise NotPlain("a tag is not allowed", _line(event))


def _line(event: seen.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _shallow(events: Iterator[seen.Event]) -> Iterator[seen.Event]:
    """Give *events* one by one; raises NotPlain where they are nested too deep."""
    depth = 0
    for event in events:
        depth += isinstance(event, seen.CollectionStartEvent) - isinstance(event, seen.CollectionEndEvent)
        if depth > DEEPEST:
            raise NotPlain(f"nested deeper than {DEEPEST} levels", _line(event))
        yield event
