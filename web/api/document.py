"""The OpenAPI document for programs, and the same as a page for people; nothing foreign is loaded for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from web.house import house_of
from web.languages import later
from web.rendering import page
from web.viewer import SignedIn

from .answering import BASE
from .shapes import Problem

router = APIRouter()
VERSION = "1"
ABOUT = later(
    "What the page shows and does, for programs. Send a token of yours with each request: `Authorization: Bearer …`; "
    "it may what you may. An act is looked at first and made with the fingerprint of what was shown: where that has "
    "moved meanwhile the answer is 409, nothing was done, and `plan` says what it would be now. Whoever lacks the "
    "right to see something is told 404, as if it were not there."
)
JSON = "application/json"


def described(app: FastAPI, address: str) -> dict[str, Any]:
    """Return the OpenAPI document of the API of APP, which is met at ADDRESS."""
    whole: dict[str, Any] = get_openapi(
        title="Casehub", version=VERSION, description=ABOUT, routes=app.routes, servers=[{"url": address or "/"}]
    )
    made = _only(whole)
    parts = made["components"]
    parts["schemas"]["Problem"] = Problem.model_json_schema()
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    made["security"] = [{"token": []}]
    return made


def _only(whole: dict[str, Any]) -> dict[str, Any]:
    """Leave out the pages, and the shapes that only they have."""
    paths = {path: told for path, told in whole["paths"].items() if path.startswith(f"{BASE}/")}
    every = whole["components"]["schemas"]
    meant: set[str] = set()
    waiting = set(_shapes(list(paths.values())))
    while waiting:
        meant |= waiting
        waiting = {name for one in waiting for name in _shapes(every.get(one, {}))} - meant
    return {**whole, "paths": paths, "components": {"schemas": {name: every[name] for name in meant & set(every)}}}


def document_of(request: Request) -> dict[str, Any]:
    """Return the document, made once."""
    state = request.app.state
    if not hasattr(state, "openapi"):
        state.openapi = described(request.app, house_of(request).page)
    found: dict[str, Any] = state.openapi
    return found


@router.get(f"{BASE}/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """Answer the document."""
    return JSONResponse(document_of(request))


# --- for people -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question or an answer: where it STANDS, its TYPE, and the shapes that this names."""

    name: str
    stands: str
    type: str
    shapes: tuple[str, ...]
    about: str
    required: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One thing to be asked for."""

    method: str
    path: str
    title: str
    about: str
    words: tuple[Word, ...]
    body: tuple[str, ...]
    answers: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Status, what it says, the shapes it has."""


@dataclass(frozen=True, slots=True)
class Told:
    """A shape by its name."""

    name: str
    about: str
    words: tuple[Word, ...]


def calls(document: Mapping[str, Any]) -> Iterator[tuple[str, list[Call]]]:
    """Yield what can be asked for, part by part."""
    parts: dict[str, list[Call]] = {}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            parts.setdefault(told["tags"][0], []).append(_call(method, path, told))
    yield from parts.items()


def _call(method: str, path: str, told: Mapping[str, Any]) -> Call:
    words = (_word(one["name"], one["schema"], stands=one["in"], about=one) for one in told.get("parameters", ()))
    body = told.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
    answers = tuple(
        (code, answer["description"], tuple(_shapes(list(answer.get("content", {}).values()))))
        for code, answer in told["responses"].items()
    )
    return Call(
        method.upper(), path, told["summary"], told.get("description", ""), tuple(words), tuple(_shapes(body)), answers
    )


def shapes(document: Mapping[str, Any]) -> Iterator[Told]:
    """Yield the shapes that questions and answers have, by name."""
    for name, told in sorted(document["components"]["schemas"].items()):
        required = told.get("required", ())
        words = (
            _word(word, one, stands="", about={**one, "required": word in required})
            for word, one in told.get("properties", {}).items()
        )
        yield Told(name, told.get("description", ""), tuple(words))


def _word(name: str, schema: Mapping[str, Any], *, stands: str, about: Mapping[str, Any]) -> Word:
    said = str(about.get("description") or schema.get("description") or "")
    return Word(name, stands, type_of(schema), tuple(_shapes(schema)), said, bool(about.get("required")))


def type_of(schema: Mapping[str, Any]) -> str:
    """Return what may stand there, in a few words."""
    if "enum" in schema:
        return " | ".join(str(one) or '""' for one in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if "$ref" in schema:
        return _name(schema["$ref"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(type_of(one) for one in schema[several])
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"[{type_of(schema.get('items', {}))}]"
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _shapes(told: Any) -> Iterator[str]:
    """The names of the shapes that are meant, in their order."""
    if isinstance(told, Mapping):
        if isinstance(told.get("$ref"), str):
            yield _name(told["$ref"])
        for name, one in told.items():
            if name != "discriminator":
                yield from _shapes(one)
    elif isinstance(told, list):
        for one in told:
            yield from _shapes(one)


@router.get("/api", include_in_schema=False)
def reference(request: Request, viewer: SignedIn) -> Response:
    """Show what programs may ask for."""
    del viewer
    document = document_of(request)
    return page(
        request,
        "pages/api.html",
        base=BASE,
        about=document["info"]["description"],
        parts=list(calls(document)),
        shapes=list(shapes(document)),
    )
