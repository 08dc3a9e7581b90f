"""
The catalogues of the page: ``python -m tools.messages`` adds what templates and code say, and takes out all else.

A text is found where templates and code say `_("…")`, `ngettext("…", "…", n)` or `later("…")`, and where use cases
refuse something (`NotAllowed("…")`). What has no translation yet stands with an empty one: a test asks for it.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from .sources import ROOT

LOCALES = ROOT / "web" / "locale"
LANGUAGES = ("ru",)
"""English is what the texts are written in."""
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "later": None,
    "NotAllowed": (1,),
    "NoSuchAccount": (1,),
}
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.i18n"}}
WHERE = {
    "web": [("**.py", "python"), ("templates/**.html", "jinja2")],
    "flows/hub": [("**.py", "python")],
}
ONCE = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands in every header: the day of a catalogue says nobody anything, and would be another line in every change."""


@cache
def texts() -> Catalog:
    """Return everything that the page may say; nobody changes what is returned."""
    found = Catalog(charset="utf-8", creation_date=ONCE)
    for folder, methods in WHERE.items():
        chosen = [(pattern, method) for pattern, method in methods]
        for _, _, message, _, context in extract_from_dir(
            ROOT / folder, chosen, OPTIONS, keywords=KEYWORDS, comment_tags=()
        ):
            found.add(message, context=context)
    return found


def catalogue(language: str) -> Catalog:
    """Return the catalogue of *language* as it stands; an empty one where there is none."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", creation_date=ONCE)
    with path.open("rb") as text:
        return read_po(text, locale=language)


def updated(language: str) -> Catalog:
    """Return the catalogue of *language* with everything that is said, and nothing else."""
    kept, wanted = catalogue(language), texts()
    fresh = Catalog(locale=language, charset="utf-8", fuzzy=False, creation_date=ONCE, revision_date=ONCE)
    fresh.header_comment = "# The page of Casehub. Made by `python -m tools.messages`; change the msgstr lines only."
    for message in wanted:
        if message.id:
            before = kept.get(message.id, message.context)
            fresh.add(message.id, before.string if before else None, context=message.context)
    return fresh


def untranslated(language: str) -> Iterator[str]:
    """Yield what is said and has no translation, or a doubtful one."""
    kept = catalogue(language)
    for message in texts():
        found = kept.get(message.id, message.context) if message.id else None
        if message.id and (found is None or found.fuzzy or not _whole(found.string)):
            yield str(message.id)


def _whole(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def path_of(language: str) -> Path:
    """Return where the catalogue of *language* lies."""
    return LOCALES / language / "LC_MESSAGES" / "messages.po"


def main() -> int:
    """Write the catalogues, and tell what waits for a translation."""
    for language in LANGUAGES:
        fresh = updated(language)
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as text:
            write_po(text, fresh, width=0, no_location=True, sort_output=True)
        waiting = list(untranslated(language))
        print(f"{path.relative_to(ROOT)}: {len(fresh)} texts, {len(waiting)} without a translation")
        for one in waiting:
            print(f"  {one}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
