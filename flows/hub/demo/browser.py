"""A person at the page of a system: opens a record, changes its form, saves it. Nothing of the hub is in it."""

from collections.abc import Mapping
from urllib.parse import urlencode

import httpx

from .forms import Field, Form, Page

KIND = {"Content-Type": "application/x-www-form-urlencoded"}
AS = "as"
"""The field that says who is at the page."""


class PageRefused(RuntimeError):
    """The page did not do what the person wanted; the message says what it answered."""


class Browser:
    """Fills in forms as a browser sends them: every field of the form, changed or not."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def change(self, address: str, *, person: str, values: Mapping[str, str]) -> None:
        """
        Change a record at its page as *person*: VALUES by the names of the fields; a choice by its label or its id.

        Raises PageRefused where there is no such person or field, and where the page does not save.
        """
        number = self._number(address, person)
        form = self._form(f"{address}?{AS}={number}")
        pairs = [(name, value) for name, value in form.pairs() if name not in values and name != AS]
        pairs += [(AS, number), *((name, _given(form, name, value)) for name, value in values.items())]
        answer = self._client.post(address, content=urlencode(pairs), headers=KIND)
        if answer.status_code != httpx.codes.SEE_OTHER:
            why = Page(answer.text).said or "it says no reason"
            raise PageRefused(f"{address} answered {answer.status_code} to {person}: {why}")

    def text(self, address: str, name: str) -> str:
        """Return what the field *name* of a record's form holds. Raises PageRefused where there is none."""
        return "".join(_field(self._form(address), name).sent())

    def _number(self, address: str, person: str) -> str:
        """Return the number of whoever is called so, from any form of the page that asks who is there."""
        page = Page(self._client.get(address).raise_for_status().text)
        asking = [field for form in page.forms if (field := form.field(AS)) is not None]
        known = [number for field in asking if (number := field.chosen(person)) is not None]
        if not known:
            raise PageRefused(f"{address} knows nobody called {person}")
        return known[0]

    def _form(self, address: str) -> Form:
        form = Page(self._client.get(address).raise_for_status().text).form("post")
        if form is None:
            raise PageRefused(f"{address} has no form")
        return form


def _field(form: Form, name: str) -> Field:
    field = form.field(name)
    if field is None:
        raise PageRefused(f"the form has no field {name!r}; there is: {', '.join(one.name for one in form.fields)}")
    return field


def _given(form: Form, name: str, value: str) -> str:
    field = _field(form, name)
    if field.kind != "select":
        return value
    chosen = field.chosen(value)
    if chosen is None:
        labels = ", ".join(label for _, label in field.options)
        raise PageRefused(f"{value!r} cannot be chosen for {name!r}; there is: {labels}")
    return chosen
