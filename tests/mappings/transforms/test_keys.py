"""The keys of a ``values:`` table, by id or by label."""

from mappings.exchange import Choice
from mappings.transforms.keys import resolve_keys

PIPELINES = (
    Choice("C1:NEW", "Новая", group="Продажи"),
    Choice("C3:NEW", "Новая", group="Пресейл"),
    Choice("C3:WON", "Сделка выиграна", closes=True, group="Пресейл"),
)


def problems(*keys, choices=PIPELINES):
    return [str(problem) for problem in resolve_keys(keys, choices).problems]


def test_a_key_is_an_id_or_a_label():
    resolved = resolve_keys(["C3:NEW", "Сделка выиграна"], PIPELINES)

    assert resolved.ids == {"C3:NEW": "C3:NEW", "Сделка выиграна": "C3:WON"}
    assert resolved.problems == ()


def test_an_id_goes_before_a_label_that_reads_the_same():
    swapped = (Choice("1", "2"), Choice("2", "1"))

    assert resolve_keys(["1"], swapped).ids == {"1": "1"}


def test_a_label_of_two_choices_is_a_problem_that_names_both():
    assert problems("Новая") == [
        "Новая: several choices are called so; use the id: 'C1:NEW' (Продажи), 'C3:NEW' (Пресейл)"
    ]


def test_an_unknown_key_comes_with_the_nearest_right_word():
    assert problems("Сделка выграна") == [
        "Сделка выграна: not among the choices of the place; did you mean 'Сделка выиграна'?"
    ]
    assert problems("C3:WAN") == ["C3:WAN: not among the choices of the place; did you mean 'C3:WON'?"]


def test_one_choice_listed_twice_is_a_problem():
    assert problems("C3:WON", "Сделка выиграна") == ["Сделка выиграна: the same one as 'C3:WON', which stands above"]


def test_the_empty_key_is_the_empty_view():
    assert resolve_keys([None], PIPELINES).ids == {"": None}
    assert resolve_keys([""], ()).ids == {"": None}


def test_where_no_choices_are_known_keys_are_ids():
    assert resolve_keys(["New", "В работе"], ()).ids == {"New": "New", "В работе": "В работе"}


def test_a_key_with_a_problem_does_not_stop_the_others():
    resolved = resolve_keys(["Новая", "C3:WON"], PIPELINES)

    assert resolved.ids == {"C3:WON": "C3:WON"}
    assert len(resolved.problems) == 1
