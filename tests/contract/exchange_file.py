"""
The exchange files: read, checked as a whole, and turned into frozen values.

All problems of a file are told at once, each with the exchange it is in, so that a typing error never becomes an
expectation that everything meets.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from tests.contract.exchange_shape import Json, Shape, unknown_words

ACCOUNTS = ("admin", "manager", "engineer", "sales", "none", "wrong")
VERBS = ("GET", "POST", "PUT", "DELETE", "PATCH")
VARIABLE = re.compile(r"\$\$|\$\{(\w+)(?::(\w+))?\}|\$(\w+)")
_STEP = {"as", "request", "answer", "answers", "take", "let", "wait", "burst", "repeat"}
_EXCHANGE = _STEP | {"id", "about", "source", "needs", "given", "then", "after", "rest"}
_REQUEST = {*VERBS, "query", "headers", "json", "form", "body"}
_ANSWER = {"status", "content_type", "headers", "shape", "text", "values", "order", "least"}


class FormError(ValueError):
    """An exchange file is not written in the form of the README; the message lists every problem."""


@dataclass(frozen=True, slots=True)
class Request:
    """One raw request. PATH and BODY go over the wire as they stand; QUERY and FORM are encoded, JSON is dumped."""

    verb: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Json = None
    form: Mapping[str, Any] | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What must come back; what is None or empty is not looked at. LEAST: how often among the answers of a burst."""

    status: int
    content_type: str | None = None
    headers: Mapping[str, Shape] = field(default_factory=dict)
    shape: Shape = None
    text: Shape = None
    values: Mapping[str, Shape] = field(default_factory=dict)
    order: Mapping[str, str] = field(default_factory=dict)
    least: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """A request with what must come back, and what is remembered from it."""

    label: str
    account: str
    request: Request
    answers: tuple[Answer, ...]
    take: Mapping[str, str | Sequence[str | int]]
    let: Mapping[str, Any]
    wait: float
    burst: int
    repeat: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange: set-up, the request it is about, follow-ups, and the clearing away that is done in any case."""

    id: str
    about: str
    source: str
    needs: tuple[str, ...]
    given: tuple[Step, ...]
    main: Step
    then: tuple[Step, ...]
    after: tuple[Step, ...]
    rest: float

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in the order in which they are made."""
        return (*self.given, self.main, *self.then, *self.after)


def load(path: Path) -> tuple[Exchange, ...]:
    """Read the exchange file at *path*. Raises `FormError` with every problem it has."""
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text: str, name: str) -> tuple[Exchange, ...]:
    """Read *text*, the content of the exchange file *name*. Raises `FormError` with every problem it has."""
    raw = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # safe, either of them
    if not isinstance(raw, list):
        raise FormError(f"{name}: one list of exchanges is expected")
    found = [problem for entry in raw for problem in _problems(entry)]
    twice = Counter(entry.get("id") for entry in raw if isinstance(entry, dict))
    found += [f"{each}: this id stands {times} times" for each, times in twice.items() if times > 1]
    if found:
        raise FormError(f"{name}: {len(found)} problems\n" + "\n".join(f"  {line}" for line in found))
    return tuple(_exchange(entry) for entry in raw)


def _exchange(raw: Mapping[str, Any]) -> Exchange:
    def steps(name: str) -> tuple[Step, ...]:
        listed = raw.get(name, [])
        return tuple(_step(each, label=f"{name} {i}", account=raw["as"]) for i, each in enumerate(listed, 1))

    return Exchange(
        id=raw["id"],
        about=" ".join(raw["about"].split()),
        source=raw["source"],
        needs=tuple(raw.get("needs", ())),
        given=steps("given"),
        main=_step(raw, label="request", account=raw["as"]),
        then=steps("then"),
        after=steps("after"),
        rest=float(raw.get("rest", 0)),
    )


def _step(raw: Mapping[str, Any], *, label: str, account: str) -> Step:
    answers = raw.get("answers", [raw["answer"]] if "answer" in raw else [])
    return Step(
        label=label,
        account=raw.get("as", account),
        request=_request(raw["request"]),
        answers=tuple(Answer(**each) for each in answers),
        take=raw.get("take", {}),
        let=raw.get("let", {}),
        wait=float(raw.get("wait", 0)),
        burst=raw.get("burst", 1),
        repeat=raw.get("repeat", 1),
    )


def _request(raw: Mapping[str, Any]) -> Request:
    verb = next(name for name in VERBS if name in raw)
    rest = {name: value for name, value in raw.items() if name != verb}
    return Request(verb=verb, path=raw[verb] or "", **rest)


# --- variables -------------------------------------------------------------------------------------------------------


def names_wanted(exchange: Exchange) -> set[str]:
    """Return the variables that *exchange* uses before a step of its own has set them: the server must offer them."""
    known, wanted = {"unique"}, set()
    for step in exchange.steps:
        for name, template in step.let.items():
            wanted |= _variables(template) - known
            known.add(name)
        wanted |= _variables(step.request) - known
        for answer in step.answers:
            wanted |= _variables(answer) - known
        known |= set(step.take)
    return wanted


def _variables(part: Any) -> set[str]:
    if isinstance(part, str):
        return {match[1] or match[3] for match in VARIABLE.finditer(part) if match[0] != "$$"}
    if isinstance(part, Mapping):
        return {name for pair in part.items() for each in pair for name in _variables(each)}
    if isinstance(part, list | tuple):
        return {name for each in part for name in _variables(each)}
    if isinstance(part, Request | Answer):
        return {name for each in fields(part) for name in _variables(getattr(part, each.name))}
    return set()


# --- what can be wrong -----------------------------------------------------------------------------------------------


def _problems(raw: Any) -> Iterator[str]:
    if not isinstance(raw, dict):
        yield f"an exchange is a mapping, not {raw!r}"
        return
    name = raw.get("id", f"(no id) {str(raw)[:60]}")
    for key in ("id", "about", "source", "as", "request"):
        if not raw.get(key):
            yield f"{name}: {key!r} is missing"
    if isinstance(raw.get("about"), str) and len(raw["about"].split()) < 8:
        yield f"{name}: 'about' is to be a paragraph that says what the documentation promises"
    for label, step, keys in _all_steps(raw):
        for problem in _step_problems(step, keys):
            yield f"{name}, {label}: {problem}"
    if "answer" not in raw and "answers" not in raw:
        yield f"{name}: says nothing about the answer"


def _all_steps(raw: Mapping[str, Any]) -> Iterator[tuple[str, Any, set[str]]]:
    yield "request", raw, _EXCHANGE
    for part in ("given", "then", "after"):
        for index, step in enumerate(raw.get(part, []), 1):
            yield f"{part} {index}", step, _STEP


def _step_problems(step: Any, keys: set[str]) -> Iterator[str]:
    if not isinstance(step, dict) or not isinstance(step.get("request"), dict):
        yield "a step is a mapping with a request"
        return
    yield from (f"unknown key {key!r}" for key in step if key not in keys)
    if step.get("as", "none") not in ACCOUNTS:
        yield f"unknown account {step['as']!r}"
    if "answer" in step and "answers" in step:
        yield "'answer' or 'answers', not both"
    request = step["request"]
    yield from (f"unknown key {key!r} in the request" for key in request if key not in _REQUEST)
    if sum(verb in request for verb in VERBS) != 1:
        yield "a request has one verb"
    if sum(kind in request for kind in ("json", "form", "body")) > 1:
        yield "json, form or body: one of them"
    for answer in step.get("answers", [step["answer"]] if "answer" in step else []):
        yield from _answer_problems(answer)


def _answer_problems(answer: Any) -> Iterator[str]:
    if not isinstance(answer, dict) or not isinstance(answer.get("status"), int):
        yield "an answer has a status"
        return
    yield from (f"unknown key {key!r} in the answer" for key in answer if key not in _ANSWER)
    for part in ("shape", "text", "values", "headers"):
        yield from (f"unknown shape word {word}" for word in unknown_words(answer.get(part)))
    yield from (
        f"order {way!r} is neither ascending nor descending"
        for way in answer.get("order", {}).values()
        if way not in ("ascending", "descending")
    )
