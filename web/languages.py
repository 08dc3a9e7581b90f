"""The languages of the page: their catalogues, and which one a browser asks for."""

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LOCALES = Path(__file__).parent / "locale"
LANGUAGES: Mapping[str, str] = {"en": "English", "ru": "Русский"}
"""Language -> what it calls itself; the first is the one of the message ids."""
ENGLISH = next(iter(LANGUAGES))


def later(text: str) -> str:
    """Return TEXT as it is: it belongs into the catalogues, and is translated where it is shown."""
    return text


@cache
def translations(language: str) -> NullTranslations:
    """Return the catalogue of *language*, read from its text: no build step stands between the two."""
    path = LOCALES / language / "LC_MESSAGES" / "messages.po"
    if language == ENGLISH or not path.exists():
        return NullTranslations()
    with path.open(encoding="utf-8") as text:
        catalogue = read_po(text, locale=language)
    binary = io.BytesIO()
    write_mo(binary, catalogue)
    binary.seek(0)
    return Translations(binary)


@cache
def locale(language: str) -> Locale:
    """Return how *language* writes dates, numbers and plurals."""
    return Locale.parse({"en": "en_GB"}.get(language, language))


def wanted(accept: str) -> str:
    """Return the language that a browser asks for in ACCEPT-LANGUAGE, or English."""
    asked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.split(",")[:20]):
        name, _, quality = part.strip().partition(";")
        language = name.strip().lower().partition("-")[0]
        if language in LANGUAGES:
            asked.append((-_quality(quality), place, language))
    asked = [one for one in asked if one[0] < 0]
    return min(asked)[2] if asked else ENGLISH


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
