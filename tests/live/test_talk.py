"""Comments of a Bitrix24 in a mapping, through a whole hub: sandboxes in processes of their own, passes in others."""

from tests.bench.talk import run


def test_comments_of_deals_and_issues_are_there_once_on_both_sides():
    found = run(12, 2)

    assert (found["missing"], found["doubled"]) == (0, 0)
