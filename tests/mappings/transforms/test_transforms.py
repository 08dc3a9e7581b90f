"""The table of transforms."""

import json
from typing import get_args

import pytest

from mappings.canonical.facts import FactType
from mappings.lens import Field
from mappings.transforms import SETTINGS, TRANSFORMS, BadSettings, Spot, Vocabulary, make, problems_of

NEEDED = {"money": {"currency": "RUB"}}
HERE = Spot(("x",), ("at",))


def test_every_type_of_fact_has_a_transform_of_its_name():
    assert set(get_args(FactType)) - {"markdown"} <= set(TRANSFORMS)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_transform_is_listed_under_its_own_name(name):
    assert TRANSFORMS[name].name == name


@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_setting_says_what_it_means(name):
    assert [setting.name for setting in SETTINGS[name] if len(setting.meaning) < 10] == []
    assert len({setting.name for setting in SETTINGS[name]}) == len(SETTINGS[name])


@pytest.mark.parametrize("name", TRANSFORMS)
def test_no_setting_is_called_like_another_key_of_a_field(name):
    taken = {"at", "as", "direction", "of", "lossy", "defaults"}

    assert {setting.name for setting in SETTINGS[name]} & taken == set()


@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_transform_makes_a_lens_with_a_fingerprint(name):
    lens = make(name, NEEDED.get(name, {}), spot=HERE)

    assert lens.facts == ("x",)
    assert json.dumps(lens.settings())
    assert Field("x", ("at",), lens).fingerprint == Field("x", ("at",), lens).fingerprint


@pytest.mark.parametrize("name", TRANSFORMS)
def test_an_unknown_setting_is_refused_by_every_transform(name):
    problems = problems_of(name, {**NEEDED.get(name, {}), "nonsense": 1}, spot=HERE)

    assert [str(problem) for problem in problems] == ["nonsense: unknown"]


@pytest.mark.parametrize("name", TRANSFORMS)
def test_lenses_made_alike_are_equal_and_can_be_keys(name):
    one, other = (make(name, NEEDED.get(name, {}), spot=HERE) for _ in range(2))

    assert {one: 1}[other] == 1


def test_an_unknown_transform_comes_with_the_nearest_right_one():
    with pytest.raises(BadSettings) as refused:
        make("monney", {}, spot=HERE)

    assert str(refused.value) == "as: unknown transform 'monney'; did you mean 'money'?"


def test_what_is_right_has_no_problems():
    assert problems_of("set", {"separator": ","}, spot=HERE) == ()


def test_lenses_of_different_settings_have_different_fingerprints():
    lenses = [
        make("money", {"currency": "RUB"}, spot=HERE),
        make("money", {"currency": "USD"}, spot=HERE),
        make("money", {"currency": "RUB", "places": 0}, spot=HERE),
        make("number", {}, spot=HERE),
    ]

    assert len({Field("x", ("at",), lens).fingerprint for lens in lenses}) == 4


def test_a_new_colleague_does_not_change_a_fingerprint():
    one, two = (
        make("person", {}, spot=Spot(("x",), ("at",), Vocabulary(people=people))) for people in ({}, {"5": "ann"})
    )

    assert Field("x", ("at",), one).fingerprint == Field("x", ("at",), two).fingerprint
