"""Writes to a wiki that goes away between two of them: what was done is told, and the rest tried again later."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from connectors.errors import RetryLater
from mappings.exchange import Delete
from tests.connectors.test_mediawiki import TEXT, FakeWiki, Form, a_create, refused


def later_than(action: str, answer: Any) -> Callable[[Form], Any]:
    """From the first *action* on, the wiki gives *answer* to every question."""
    begun: list[bool] = []

    def says(form: Form) -> Any:
        if form["action"] == action:
            begun.append(True)
            return None
        return answer if begun else None

    return says


@pytest.mark.asyncio
async def test_what_was_made_is_told_where_the_delete_after_it_cannot_be_carried_out() -> None:
    wiki = FakeWiki(later_than("edit", httpx.Response(502, text="<html>")))
    delete = Delete("d", "вики", "page", "9", expected={"text": TEXT})

    async with wiki.connector() as connector:
        made, left = await connector.push([a_create(), delete])

    assert (made.state, made.id, left.state, left.id) == ("done", "9", "unsent", "9")
    assert wiki.forms("delete") == []


@pytest.mark.asyncio
async def test_a_delete_before_which_nothing_went_is_tried_again_later() -> None:
    wiki = FakeWiki(lambda form: httpx.Response(502, text="<html>") if "pageids" in form else None)

    async with wiki.connector() as connector:
        with pytest.raises(RetryLater):
            await connector.push([Delete("d", "вики", "page", "9", expected={"text": TEXT})])


@pytest.mark.asyncio
async def test_what_was_made_is_told_where_the_page_in_the_way_of_the_next_cannot_be_looked_up() -> None:
    answers = iter([None, refused("articleexists")])

    def says(form: Form) -> Any:
        if "titles" in form:
            return httpx.Response(502, text="<html>")
        return next(answers) if form["action"] == "edit" else None

    async with FakeWiki(says).connector() as connector:
        made, left = await connector.push([a_create(), replace(a_create(), key="k2")])

    assert (made.state, left.state) == ("done", "unsent")
