"""The plain page of a sandbox: a list, a form, a head that says what this is. No script, nothing from elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from .wire import Answer, html_answer

STYLE_PATH = "/_sandbox.css"
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --mark: #b45309; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
header { border-bottom: 1px solid var(--line); margin-bottom: 1rem; }
header p { color: var(--mark); margin: 0 0 .5rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .5rem; text-align: left; vertical-align: top; }
td:first-child { white-space: nowrap; }
label { display: block; margin: .75rem 0 .2rem; font-weight: 600; }
input, select, textarea, button { font: inherit; width: 100%; padding: .45rem .5rem; border: 1px solid var(--line);
  border-radius: .3rem; background: var(--soft); color: inherit; }
input[type=checkbox] { width: auto; } textarea { min-height: 7rem; }
button { width: auto; margin-top: 1rem; padding: .5rem 1.2rem; cursor: pointer; }
.said { border-left: .3rem solid var(--mark); background: var(--soft); padding: .5rem .8rem; }
.quiet { opacity: .7; font-size: .9rem; }
@media (max-width: 40rem) {
  thead { display: none; } tr { display: block; border-bottom: 1px solid var(--line); padding: .4rem 0; }
  td { display: block; border: 0; padding: .1rem 0; }
}
"""


@dataclass(frozen=True, slots=True)
class Html:
    """Text that is markup already; everything else is escaped."""

    text: str


@dataclass(frozen=True, slots=True)
class Input:
    """
    One field of a form. KIND: text, area, number, date, datetime-local, select, several, check, file or hidden.

    CHOICES are (value, label); VALUE is a tuple for `several`.
    """

    name: str
    label: str
    value: str | tuple[str, ...] = ""
    kind: str = "text"
    choices: Sequence[tuple[str, str]] = ()


def style_answer() -> Answer:
    return Answer(200, STYLE.encode(), (("content-type", "text/css; charset=utf-8"),))


def page_answer(title: str, body: Iterable[Html], *, status: int = 200, lang: str = "ru") -> Answer:
    """Return a whole page; its title says that it is a sandbox."""
    inside = "\n".join(part.text for part in body)
    text = f"""<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · песочница / sandbox</title><link rel="stylesheet" href="{STYLE_PATH}"></head>
<body><header><h1><a href="/">{escape(title)}</a></h1>
<p>Песочница: данные вымышлены и живут в памяти. / A sandbox: invented data, kept in memory.</p></header>
<main>{inside}</main></body></html>"""
    guards = (("content-security-policy", POLICY), ("referrer-policy", "same-origin"), ("cache-control", "no-store"))
    return html_answer(text, status, headers=guards)


def table(heads: Sequence[str], rows: Iterable[Sequence[str | Html]]) -> Html:
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return Html(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def link(address: str, text: str) -> Html:
    return Html(f'<a href="{escape(address)}">{escape(text)}</a>')


def heading(text: str) -> Html:
    return Html(f"<h2>{escape(text)}</h2>")


def paragraph(text: str, *, kind: str = "") -> Html:
    return Html(f'<p class="{escape(kind)}">{escape(text)}</p>')


def form(address: str, inputs: Iterable[Input], *, button: str) -> Html:
    inputs = list(inputs)
    inside = "".join(_input(each) for each in inputs)
    coded = ' enctype="multipart/form-data"' if any(each.kind == "file" for each in inputs) else ""
    return Html(
        f'<form method="post" action="{escape(address)}"{coded}>{inside}<button>{escape(button)}</button></form>'
    )


def _text(cell: str | Html) -> str:
    return cell.text if isinstance(cell, Html) else escape(cell)


def _input(each: Input) -> str:
    name, value = escape(each.name), escape(each.value) if isinstance(each.value, str) else ""
    if each.kind == "hidden":
        return f'<input type="hidden" name="{name}" value="{value}">'
    label = f'<label for="{name}">{escape(each.label)}</label>'
    match each.kind:
        case "area":
            return f'{label}<textarea id="{name}" name="{name}">\n{value}</textarea>'
        case "select" | "several":
            return label + _select(each)
        case "check":
            mark = " checked" if each.value else ""
            return (
                f'{label}<input type="hidden" name="{name}" value="0">'
                f'<input type="checkbox" id="{name}" name="{name}" value="1"{mark}>'
            )
        case kind:
            step = ' step="any"' if kind == "number" else ""
            return f'{label}<input type="{kind}" id="{name}" name="{name}" value="{value}"{step}>'


def _select(each: Input) -> str:
    chosen = (each.value,) if isinstance(each.value, str) else each.value
    many = " multiple" if each.kind == "several" else ""
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value in chosen else ""}>{escape(label)}</option>'
        for value, label in each.choices
    )
    name = escape(each.name)
    nothing = f'<input type="hidden" name="{name}" value="">' if many else ""  # or nothing chosen would not be sent
    return f'{nothing}<select id="{name}" name="{name}"{many}>{options}</select>'
