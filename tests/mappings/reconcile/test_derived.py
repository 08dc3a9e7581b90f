"""Facts that the hub works out for one system from another."""

import pytest

from mappings.reconcile.derived import Standing, first_known, progress


@pytest.mark.parametrize(
    ("standing", "line"),
    [
        (Standing("В работе", "Анна", "1 дек", "ждём ТЗ"), "В работе · Анна · 1 дек · ждём ТЗ"),
        (Standing(status="New", due="1 дек"), "New · 1 дек"),
        (Standing(), None),
    ],
)
def test_the_work_stands_in_one_line(standing, line):
    assert progress(standing) == line


def test_the_first_address_that_is_known():
    assert first_known([None, "", "https://crm/10", "https://crm/11"]) == "https://crm/10"
    assert first_known([None]) is None
