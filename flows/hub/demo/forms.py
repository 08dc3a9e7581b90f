"""The forms of a plain page, as a browser understands them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Field:
    """One field of a form. OPTIONS are (value, label); VALUES is what it holds, of a choice all that are chosen."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    several: bool = False

    def chosen(self, wanted: str) -> str | None:
        """Return the value of the option that is called, or is, *wanted*; None if there is none."""
        by_label = [value for value, label in self.options if label == wanted]
        return next((value for value in [*by_label, *(value for value, _ in self.options if value == wanted)]), None)

    def sent(self) -> Sequence[str]:
        """Return what a browser sends of an untouched field: of a choice the first option, if none is chosen."""
        if self.kind == "select" and not self.values and not self.several:
            return [value for value, _ in self.options[:1]]
        return self.values


@dataclass
class Form:
    """A form and its fields, in their order."""

    method: str
    fields: list[Field] = field(default_factory=list)

    def field(self, name: str) -> Field | None:
        """Return the field of that name; of several (a box and the hidden field before it) the last."""
        return next((one for one in reversed(self.fields) if one.name == name), None)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield what a browser would send."""
        return ((one.name, value) for one in self.fields for value in one.sent())


class Page(HTMLParser):
    """Reads a page: its FORMS, and what it SAID to whoever pressed the button."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.said = ""
        self._open: Field | None = None
        self._saying = False
        self.feed(text)
        self.close()

    def form(self, method: str) -> Form | None:
        return next((form for form in self.forms if form.method == method), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self.forms.append(Form(has.get("method", "get")))
            case "input" if "name" in has and self.forms:
                self._input(has)
            case "textarea" | "select" if "name" in has and self.forms:
                self._open = Field(has["name"], tag, several="multiple" in has)
                self.forms[-1].fields.append(self._open)
            case "option" if self._open is not None:
                self._open.options.append((has.get("value", ""), ""))
                if "selected" in has:
                    self._open.values.append(has.get("value", ""))
            case "p" if has.get("class") == "said":
                self._saying = True

    def handle_data(self, data: str) -> None:
        if self._saying:
            self.said += data
        if self._open is None:
            return
        if self._open.kind == "textarea":
            self._open.values = ["".join([*self._open.values, data])]
        elif self._open.options:
            value, label = self._open.options[-1]
            self._open.options[-1] = (value, label + data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select") and self._open is not None:
            if tag == "textarea":  # the line end after the tag is no part of the text
                self._open.values = ["".join(self._open.values).removeprefix("\n")]
            self._open = None
        if tag == "p":
            self._saying = False

    def _input(self, has: dict[str, str]) -> None:
        kind = has.get("type", "text")
        if kind == "checkbox" and "checked" not in has:
            self.forms[-1].fields.append(Field(has["name"], kind))
            return
        self.forms[-1].fields.append(Field(has["name"], kind, [has.get("value", "")]))
