"""Every transform, with several settings, through the laws of a lens; and lenses that break them, to see them break."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from mappings.canonical.values import Facts, Value
from mappings.exchange import View
from mappings.lens import Clash, Held, Lens, Refusal
from mappings.transforms import TRANSFORMS
from tests.properties import lens_cases_names, lens_cases_values
from tests.properties.lens_laws import Case, check

CASES = [*lens_cases_values.CASES, *lens_cases_names.CASES]


@pytest.mark.parametrize("tried", CASES, ids=str)
def test_every_transform_keeps_the_laws(tried: Case) -> None:
    check(tried)


def test_no_transform_is_left_out() -> None:
    elsewhere = {"markup", "signed"}  # of texts of their own making: `test_markup_laws`, `test_signed_laws`

    assert {tried.name for tried in CASES} | elsewhere == set(TRANSFORMS)


# --- the suite itself: who breaks a law is found ---------------------------------------------------------------------


@dataclass(frozen=True)
class Fake:
    """A lens that does as another one, but for what a subclass does worse."""

    real: Lens

    @property
    def facts(self) -> tuple[str, ...]:
        return self.real.facts

    def read(self, view: View, held: Held) -> Facts | Refusal:
        return self.real.read(view, held)

    def candidates(self, fact: str, view: View) -> tuple[Value, ...] | None:
        return self.real.candidates(fact, view)

    def fits(self, fact: str, value: Value, view: View) -> bool:
        return self.real.fits(fact, value, view)

    def write(self, facts: Facts, view: View) -> View | Refusal:
        return self.real.write(facts, view)

    def step(self, fact: str, old: Value, new: Value, onto: Value) -> Value | Clash:
        return self.real.step(fact, old, new, onto)

    def drops(self, facts: Facts, view: View) -> tuple[str, ...]:
        return self.real.drops(facts, view)

    def settings(self) -> Mapping[str, Any]:
        return self.real.settings()


class NeverWrites(Fake):
    def write(self, facts: Facts, view: View) -> View | Refusal:
        return view


class AlwaysWritesItsDefault(Fake):
    def write(self, facts: Facts, view: View) -> View | Refusal:
        return None


class IgnoresTheView(Fake):
    def write(self, facts: Facts, view: View) -> View | Refusal:
        return self.real.write(facts, None)


class AlwaysRefuses(Fake):
    def write(self, facts: Facts, view: View) -> View | Refusal:
        return Refusal("no view", "not today")


class ReadsByItsOwnTable(Fake):
    def read(self, view: View, held: Held) -> Facts | Refusal:
        return dict.fromkeys(self.facts, "something else")


class TakesTheWholeReading(Fake):
    def step(self, fact: str, old: Value, new: Value, onto: Value) -> Value | Clash:
        return new


class NeverSteps(Fake):
    def step(self, fact: str, old: Value, new: Value, onto: Value) -> Value | Clash:
        return onto


def named(name: str) -> Case:
    return next(tried for tried in CASES if str(tried) == name)


MANY_VIEWS = ("text", "number exact", "money pair by id", "bool letters", "date of times", "choice two facts", "set")
LOSSY = ("text cut", "set some words", "set ids", "set people")


@pytest.mark.parametrize("tried", CASES, ids=str)
def test_a_lens_that_never_writes_is_found(tried: Case) -> None:
    with pytest.raises(AssertionError, match="law 3"):
        check(tried.with_lens(NeverWrites(tried.lens)))


@pytest.mark.parametrize("tried", CASES, ids=str)
def test_a_lens_that_always_writes_its_default_is_found(tried: Case) -> None:
    with pytest.raises(AssertionError, match=r"law [23]"):
        check(tried.with_lens(AlwaysWritesItsDefault(tried.lens)))


@pytest.mark.parametrize("name", MANY_VIEWS)
def test_a_lens_that_ignores_the_view_is_found(name: str) -> None:
    with pytest.raises(AssertionError, match="law 2"):
        check(named(name).with_lens(IgnoresTheView(named(name).lens)))


@pytest.mark.parametrize("name", MANY_VIEWS)
def test_a_lens_that_always_refuses_is_found(name: str) -> None:
    refusing = AlwaysRefuses(named(name).lens)

    with pytest.raises(AssertionError, match=r"law 2|never put to the test"):
        check(named(name).with_lens(refusing))


@pytest.mark.parametrize("name", MANY_VIEWS)
def test_a_lens_that_reads_what_is_not_there_is_found(name: str) -> None:
    with pytest.raises(AssertionError, match="law 1"):
        check(named(name).with_lens(ReadsByItsOwnTable(named(name).lens)))


@pytest.mark.parametrize("name", LOSSY)
def test_a_step_that_takes_the_whole_reading_is_found(name: str) -> None:
    with pytest.raises(AssertionError, match="step"):
        check(named(name).with_lens(TakesTheWholeReading(named(name).lens)))


@pytest.mark.parametrize("name", MANY_VIEWS)
def test_a_lens_that_never_steps_is_found(name: str) -> None:
    with pytest.raises(AssertionError, match="step"):
        check(named(name).with_lens(NeverSteps(named(name).lens)))
