"""A person at the page of a system: opens a record, changes its form, saves it. Nothing of the hub is in it."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import httpx
from bs4 import BeautifulSoup, Tag

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


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
        number = _choice(_select(self._page(address), "as"), person)
        page = self._page(f"{address}?as={number}")
        form = page.select_one("form[method=post]")
        if form is None:
            raise PageRefused(f"{address} has no form for {person}")
        pairs = [(name, value) for name, value in _fields(form) if name not in values and name != "as"]
        pairs += [("as", number)]
        for name, value in values.items():
            pairs.append((name, _value(form, name, value)))
        answer = self._client.post(address, content=urlencode(pairs), headers=FORM)
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise PageRefused(f"{address} answered {answer.status_code}: {_said(answer)}")

    def text(self, address: str, name: str) -> str:
        """Return what the field *name* of a record's form holds."""
        form = self._page(address).select_one("form[method=post]")
        held = dict(_fields(form)) if form is not None else {}
        if name not in held:
            raise PageRefused(f"{address} has no field {name!r}")
        return held[name]

    def _page(self, address: str) -> BeautifulSoup:
        return BeautifulSoup(self._client.get(address).raise_for_status().text, "html.parser")


def _fields(form: Tag) -> Iterator[tuple[str, str]]:
    """Yield what a browser would send of *form*, in its order."""
    for field in form.select("input[name], textarea[name], select[name]"):
        name = str(field["name"])
        match field.name:
            case "textarea":
                yield name, field.get_text().removeprefix("\n")
            case "select":
                chosen = field.select("option[selected]") or ([] if field.has_attr("multiple") else field("option")[:1])
                yield from ((name, str(option["value"])) for option in chosen)
            case _ if field.get("type") != "checkbox" or field.has_attr("checked"):
                yield name, str(field.get("value", ""))


def _value(form: Tag, name: str, value: str) -> str:
    field = form.select_one(f'[name="{name}"]')
    if field is None:
        raise PageRefused(f"the form has no field {name!r}")
    return _choice(field, value) if field.name == "select" else value


def _select(page: BeautifulSoup, name: str) -> Tag:
    found = page.select_one(f'select[name="{name}"]')
    if found is None:
        raise PageRefused(f"the page has nothing to choose {name!r} from")
    return found


def _choice(field: Tag, wanted: str) -> str:
    options = {option.get_text(strip=True): str(option["value"]) for option in field("option")}
    if wanted in options:
        return options[wanted]
    if wanted in options.values():
        return wanted
    raise PageRefused(f"{wanted!r} cannot be chosen; there is: {', '.join(options)}")


def _said(answer: httpx.Response) -> str:
    found = BeautifulSoup(answer.text, "html.parser").select_one(".said")
    return found.get_text(strip=True) if found is not None else "no reason is given"
