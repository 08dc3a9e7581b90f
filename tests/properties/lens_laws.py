"""
The laws of a lens, as a suite that every transform and every shipped mapping is put through.

::

    check(Case("number", lens, views=decimal_texts, facts=st.fixed_dictionaries({"x": decimals})))

Besides the lens's own views and facts the suite draws any JSON and any value: no lens may fall over them. A law that
was never put to the test (because everything was refused, say) counts as broken.
"""

import copy
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mappings.canonical.values import Facts, Money, Value
from mappings.exchange import View
from mappings.lens import Clash, Held, Lens, Refusal


@dataclass(frozen=True)
class Case:
    """
    A lens, and what to try it with.

    VIEWS are views as its system shows them, FACTS whole sets of canonical facts. LOSSLESS: every value of FACTS
    survives, and a view stands for one value. ONE_TO_ONE: besides, each of VIEWS is the only one for its value. HIDDEN
    says of (onto, old, result) whether what *old*, the value that was shown, lacks of *onto* is still in *result*.
    """

    name: str
    lens: Lens
    views: st.SearchStrategy[View]
    facts: st.SearchStrategy[Facts]
    lossless: bool = False
    one_to_one: bool = False
    hidden: Callable[[Value, Value, Value], bool] | None = None
    label: str = ""

    def with_lens(self, lens: Lens) -> "Case":
        return replace(self, lens=lens)

    def __str__(self) -> str:
        return f"{self.name} {self.label}".strip()


@dataclass(frozen=True)
class Sample:
    """What one example is made of."""

    view: View
    own: View
    """A view as the system shows it; VIEW may be anything."""
    other: View
    facts: Facts
    second: Facts
    junk: Value
    held: Held


ANY_TEXT = st.text(max_size=8)
ANY_VIEW: st.SearchStrategy[View] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**40), 10**40) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=4,
)
ANY_VALUE: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    ANY_TEXT,
    st.sampled_from([Decimal("NaN"), Decimal("Infinity"), Decimal("1e999"), Decimal("0.001")]),
    st.builds(Money, st.decimals(allow_nan=False, allow_infinity=False), st.sampled_from(["RUB", "USD", "p."])),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.frozensets(ANY_TEXT, max_size=3),
)


def check(case: Case, *, examples: int = 60) -> None:
    """
    Try all laws on *case*. Raises AssertionError with the law that is broken, or that nothing put to the test.

    EXAMPLES are for the ordinary profile of Hypothesis; a more thorough one tries as many times more.
    """
    tried: Counter[str] = Counter()

    @settings(
        max_examples=examples * settings().max_examples // 100,
        derandomize=True,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate],  # the examples are small as they are
        suppress_health_check=list(HealthCheck),
    )
    @given(samples(case))
    def run(sample: Sample) -> None:
        for law in LAWS:
            tried[law.__name__] += law(case, sample)

    run()
    for law in LAWS:
        if law not in OPTIONAL:
            assert tried[law.__name__], f"{law.__name__}: never put to the test by {case}"


@st.composite
def samples(draw: st.DrawFn, case: Case) -> Sample:
    held = draw(st.lists(case.facts, max_size=3))
    return Sample(
        view=draw(st.one_of(case.views, case.views, case.views, ANY_VIEW)),
        own=draw(case.views),
        other=draw(case.views),
        facts=draw(case.facts),
        second=draw(case.facts),
        junk=draw(ANY_VALUE),
        held={name: tuple(facts[name] for facts in held if name in facts) for name in case.lens.facts},
    )


# --- the laws: each says whether it was put to the test -----------------------------------------------------------


def what_was_read_fits(case: Case, sample: Sample) -> bool:
    shown = case.lens.read(sample.view, sample.held)
    if isinstance(shown, Refusal):
        return False
    for name, value in shown.items():
        assert case.lens.fits(name, value, sample.view), f"law 1: {value!r} was read from {sample.view!r}"
    return bool(shown)


def what_fits_is_left_alone(case: Case, sample: Sample) -> bool:
    shown = case.lens.read(sample.view, sample.held)
    read = {} if isinstance(shown, Refusal) else shown
    tried = False
    for facts in (sample.facts, {**sample.facts, **read}, dict.fromkeys(case.lens.facts, sample.junk)):
        if _fits(case.lens, facts, sample.view):
            written = case.lens.write(facts, sample.view)
            assert _equal(written, sample.view), f"law 2: {facts!r} fits {sample.view!r} and was written as {written!r}"
            tried = True
    return tried


def a_write_arrives_or_refuses(case: Case, sample: Sample) -> bool:
    arrived = False
    for facts in (sample.facts, sample.second, dict.fromkeys(case.lens.facts, sample.junk)):
        before = copy.deepcopy(sample.view)
        written = case.lens.write(facts, sample.view)
        assert _equal(sample.view, before), "a write has changed the view that it was given"
        if isinstance(written, Refusal):
            continue
        assert _fits(case.lens, facts, written), f"law 3: {facts!r} over {sample.view!r} became {written!r}"
        again = case.lens.write(facts, written)
        assert _equal(again, written), f"law 2: {facts!r} written twice became {written!r}, then {again!r}"
        arrived = arrived or not _equal(written, sample.view)
    return arrived


def what_was_written_is_read(case: Case, sample: Sample) -> bool:
    written = case.lens.write(sample.facts, sample.own)
    if not case.lossless or isinstance(written, Refusal):
        return False
    shown = case.lens.read(written, {})
    assert shown == sample.facts, f"law 4: {sample.facts!r} over {sample.own!r} is read as {shown!r}"
    return True


def the_last_write_counts(case: Case, sample: Sample) -> bool:
    first = case.lens.write(sample.facts, sample.own)
    if not case.one_to_one or isinstance(first, Refusal):
        return False
    after, straight = case.lens.write(sample.second, first), case.lens.write(sample.second, sample.own)
    if isinstance(after, Refusal) or isinstance(straight, Refusal):
        return False
    assert _equal(after, straight), f"law 4: {sample.second!r} became {after!r}, straight {straight!r}"
    return True


def no_change_is_no_step(case: Case, sample: Sample) -> bool:
    for name, onto in sample.facts.items():
        for old in _values(case.lens, sample.own, name):
            stepped = case.lens.step(name, old, old, onto)
            assert stepped == onto, f"step: nothing changed, and {onto!r} became {stepped!r}"
    return bool(sample.facts)


def a_step_from_the_same_place_arrives(case: Case, sample: Sample) -> bool:
    tried = False
    for name in case.lens.facts:
        for old in _values(case.lens, sample.own, name):
            for new in _values(case.lens, sample.other, name):
                stepped = case.lens.step(name, old, new, old)
                assert stepped == new, f"step: {old!r} to {new!r} became {stepped!r}"
                tried = True
    return tried


def a_step_loses_nothing_hidden(case: Case, sample: Sample) -> bool:
    """The hub holds more than the system shows; somebody edits what it shows."""
    shown = case.lens.write(sample.facts, sample.own)
    if case.hidden is None or isinstance(shown, Refusal):
        return False
    for name, onto in sample.facts.items():
        for old in _values(case.lens, shown, name):
            for new in _values(case.lens, sample.other, name):
                stepped = case.lens.step(name, old, new, onto)
                if not isinstance(stepped, Clash):
                    assert case.hidden(onto, old, stepped), f"step: {old!r} to {new!r} made {stepped!r} of {onto!r}"
    return True


LAWS: tuple[Callable[[Case, Sample], bool], ...] = (
    what_was_read_fits,
    what_fits_is_left_alone,
    a_write_arrives_or_refuses,
    what_was_written_is_read,
    the_last_write_counts,
    no_change_is_no_step,
    a_step_from_the_same_place_arrives,
    a_step_loses_nothing_hidden,
)
OPTIONAL = (what_was_written_is_read, the_last_write_counts, a_step_loses_nothing_hidden)
"""They are asked only of lenses that declare themselves lossless, one to one, or with a hidden part."""


def _fits(lens: Lens, facts: Facts, view: View) -> bool:
    return all(lens.fits(name, value, view) for name, value in facts.items())


def _values(lens: Lens, view: View, name: str) -> list[Value]:
    shown: Mapping[str, Any] | Refusal = lens.read(view, {})
    return [] if isinstance(shown, Refusal) or name not in shown else [shown[name]]


def _equal(one: View | Refusal, other: View) -> bool:
    """Compare views as JSON: true is not 1."""
    if isinstance(one, Refusal):
        return False
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
