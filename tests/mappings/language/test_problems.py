import pytest

from mappings.language.problems import Problem, Problems, Sheet, hint, nearest, shown


def test_problems_of_all_files_are_told_at_once_sorted_by_file_and_line():
    problems = Problems(
        [
            Problem("hub.yaml", 19, "systems.redmine.tokn: unknown; did you mean 'token'?"),
            Problem("deal.crm.yaml", 0, "missing"),
            Problem("hub.yaml", 12, "systems.redmine.url: not a URL: 'redmine.local'"),
        ]
    )

    assert str(problems) == (
        "deal.crm.yaml: 1 problem\n"
        "      missing\n"
        "hub.yaml: 2 problems\n"
        "  12  systems.redmine.url: not a URL: 'redmine.local'\n"
        "  19  systems.redmine.tokn: unknown; did you mean 'token'?"
    )


def test_lines_of_four_digits_stay_in_their_column():
    text = str(Problems([Problem("hub.yaml", 7, "a"), Problem("hub.yaml", 1234, "b")]))

    assert text == "hub.yaml: 2 problems\n     7  a\n  1234  b"


def test_a_problem_noted_twice_is_told_once():
    assert len(Problems([Problem("hub.yaml", 1, "a"), Problem("hub.yaml", 1, "a")]).problems) == 1


def test_one_problem_reads_like_a_compiler_says_it():
    assert str(Problem("deal.crm.yaml", 14, "unknown")) == "deal.crm.yaml:14: unknown"
    assert str(Problem("deal.crm.yaml", 0, "missing")) == "deal.crm.yaml: missing"


def test_a_sheet_without_problems_raises_nothing():
    Sheet().settle()


def test_a_sheet_with_problems_raises_them_all():
    sheet = Sheet()
    sheet.note("a.yaml", 1, text="one")
    sheet.note("b.yaml", 2, text="two")

    with pytest.raises(Problems) as caught:
        sheet.settle()

    assert caught.value.problems == (Problem("a.yaml", 1, "one"), Problem("b.yaml", 2, "two"))


@pytest.mark.parametrize(
    ("word", "right", "near"),
    [
        ("tokn", ["token", "url"], "token"),
        ("Токен", ["токен", "адрес"], "токен"),
        ("в работе", ["В работе", "Новая"], "В работе"),
        ("zzz", ["token", "url"], ""),
        ("stage", [], ""),
    ],
)
def test_the_nearest_right_word_is_found_in_any_alphabet(word, right, near):
    assert nearest(word, right) == near


def test_where_no_word_is_near_the_few_right_ones_are_listed():
    assert hint("zzz", {"url", "key"}) == "; there is 'key', 'url'"
    assert hint("zzz", [f"word{n}" for n in range(20)]) == ""


def test_a_long_or_broken_word_is_shown_short_and_on_one_line():
    assert shown("a\nb") == "'a b'"
    assert len(shown("я" * 500)) == 62
