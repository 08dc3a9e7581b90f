"""Every exchange is written in the form that the README explains, and uses nothing that no server promises."""

import re

import pytest

from tests.contract.exchange_file import Exchange, FormError, load, names_wanted, parse
from tests.contract.exchange_runner import EXCHANGES

LEAST = {"redmine": 60, "bitrix24": 60, "tryton": 40}
FILES = {system: load(EXCHANGES / f"{system}.yaml") for system in LEAST}
EACH = [pytest.param(system, each, id=f"{system}-{each.id}") for system, file in FILES.items() for each in file]

GOOD = """
- id: one
  about: A paragraph that says in our own words what the documentation promises.
  source: the page
  as: admin
  request: {GET: /things}
  answer: {status: 200, shape: {id: <int>}}
"""


def promised(system: str) -> set[str]:
    """The names that the README's table says every server of *system* offers."""
    readme = (EXCHANGES / "README.md").read_text(encoding="utf-8")
    rows = re.findall(rf"^\| `{system}` \| (.*?) \|", readme, re.MULTILINE)
    return set(re.findall(r"`(\w+)`", " ".join(rows)))


@pytest.mark.parametrize("system", LEAST)
def test_a_file_says_enough_about_its_system(system: str) -> None:
    assert len(FILES[system]) >= LEAST[system]


def test_there_is_no_file_that_nobody_checks() -> None:
    assert {path.stem for path in EXCHANGES.glob("*.yaml")} == set(LEAST)


@pytest.mark.parametrize(("system", "exchange"), EACH)
def test_an_exchange_uses_only_what_its_server_promises(system: str, exchange: Exchange) -> None:
    assert names_wanted(exchange) <= promised(system) | set(exchange.needs)


@pytest.mark.parametrize(("system", "exchange"), EACH)
def test_each_step_is_held_against_something(system: str, exchange: Exchange) -> None:
    silent = [step.label for step in (exchange.main, *exchange.then) if not step.answers]

    assert silent == []


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (("shape: {id: <int>}", "shape: {id: <itn>}"), "unknown shape word <itn>"),
        (("status: 200, ", ""), "an answer has a status"),
        (("as: admin", "as: nobody"), "unknown account 'nobody'"),
        (("{GET: /things}", "{GET: /things, POST: /things}"), "a request has one verb"),
        (("{GET: /things}", "{POST: /things, json: {}, body: x}"), "one of them"),
        (("source: the page", "sauce: the page"), "unknown key 'sauce'"),
        (("source: the page", "source: "), "'source' is missing"),
        (("A paragraph that says in our own words what the documentation promises.", "Short."), "is to be a paragraph"),
        (("status: 200, ", "status: 200, order: {id: up}, "), "neither ascending nor descending"),
    ],
    ids=lambda part: part[-1] if isinstance(part, tuple) else "",
)
def test_what_is_not_in_the_form_is_told(spoilt: tuple[str, str], said: str) -> None:
    with pytest.raises(FormError, match=re.escape(said)):
        parse(GOOD.replace(*spoilt), "file.yaml")


def test_an_id_stands_once() -> None:
    with pytest.raises(FormError, match="one: this id stands 2 times"):
        parse(GOOD + GOOD, "file.yaml")


def test_a_name_that_a_step_takes_too_late_is_wanted_of_the_server() -> None:
    (exchange,) = parse(GOOD.replace("/things}", "/things/$thing}\n  take: {thing: id}"), "file.yaml")

    assert names_wanted(exchange) == {"thing"}
