"""Templates and what they may use; `page` is how every page is answered."""

import hashlib
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nh3
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from flows.hub.units import NotAllowed
from mappings.transforms.markup.markdown_tokens import times

from .cookies import remember, said, token_of, unsay
from .house import house_of
from .languages import LANGUAGES, translations, wanted
from .live import mark_of
from .sayings import said as own_words
from .showing import shown
from .viewer import viewer_of

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
LANGUAGE = "casehub_language"
SCHEMES = {"http", "https", "mailto", "tel"}
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_MARKDOWN.inline.ruler.before("emphasis", "times", times)  # as it is written into the systems


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Return TEMPLATE as a page, in the language of whoever asks."""
    language = language_of(request)
    given = {
        "request": request,
        "viewer": viewer_of(request),
        "language": language,
        "languages": LANGUAGES,
        "token": token_of(request),
        "mark": mark_of(request),
        "form_token": partial(form_token, request),
        "said": said(request),
        **context,
    }
    text = environment(language, house_of(request).zone).get_template(template).render(given)
    answer = HTMLResponse(text, status)
    unsay(request, answer)
    remember(request, answer)
    return answer


def language_of(request: Request) -> str:
    """Return the language of the profile, else the one that was chosen here, else the one the browser asks for."""
    viewer = viewer_of(request)
    chosen = (viewer.language if viewer else None) or request.cookies.get(LANGUAGE, "")
    return chosen if chosen in LANGUAGES else wanted(request.headers.get("accept-language", ""))


def words(request: Request) -> Callable[[str], str]:
    """Return `_` for code that answers a request: a text in the language of whoever asks."""
    return translations(language_of(request)).gettext


def plural(request: Request) -> Callable[[str, str, int], str]:
    """Return `ngettext` for code that answers a request."""
    return translations(language_of(request)).ngettext


def refusal(request: Request, error: NotAllowed) -> str:
    """Return why a use case refused something, in the language of whoever asks, as a sentence."""
    text = words(request)(error.text) % error.facts
    return f"{text[:1].upper()}{text[1:]}."


def form_token(request: Request) -> Markup:
    """Return the hidden field by which a form proves that one of our own pages sent it."""
    return Markup('<input type="hidden" name="token" value="{}">').format(token_of(request))


@cache
def environment(language: str, zone: ZoneInfo) -> Environment:
    """Return the templates in *language*: everything is escaped, and an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # of the extension
    made.globals["static"] = static
    own = partial(own_words, translate=translations(language).gettext)
    made.filters.update(clean_html=clean_html, markdown=markdown, own_words=own, **shown(language, zone))
    return made


@cache
def static(name: str) -> str:
    """Return the address of a file of ours, with its content in it: it may be kept for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{digest}"


def markdown(text: str) -> Markup:
    """Return Markdown as HTML; HTML in it stays text."""
    return clean_html(_MARKDOWN.render(text))


def clean_html(text: str) -> Markup:
    """
    Return HTML that came from a system without everything that could act. Its links lead into the web, to mail and to
    telephones; an address that is relative there would lead astray here.
    """
    return Markup(nh3.clean(text, url_schemes=SCHEMES, url_relative="deny"))  # noqa: S704  # that is what it was cleaned for
