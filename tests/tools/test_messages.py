"""What the page says is said in every language."""

import pytest
from babel.messages.catalog import Catalog

from tools import messages


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_everything_that_the_page_says_is_translated(language: str) -> None:
    assert list(messages.untranslated(language)) == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_catalogue_is_what_the_tool_writes_and_fits_what_is_filled_in(language: str) -> None:
    kept = messages.catalogue(language)

    assert sorted(str(one.id) for one in kept) == sorted(str(one.id) for one in messages.updated(language))
    assert [str(error) for _, errors in kept.check() for error in errors] == []


def test_texts_of_templates_of_code_and_of_refusals_are_found() -> None:
    found: Catalog = messages.texts()

    assert all(one in found for one in ("Sign in", "Not found", "a unit needs a name"))
