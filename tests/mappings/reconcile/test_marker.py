"""Our marker, written and recognised."""

import pytest

from mappings.reconcile.marker import Marker, parse_marker


def test_a_marker_is_recognised_with_its_generation():
    assert parse_marker(f" {Marker('01hzx9k3', 12)}\n") == Marker("01hzx9k3", 12)


@pytest.mark.parametrize(
    "text", [None, "", "CRM-17", "ch-01hzx9k3", "ch-01hzx9k3-0", "ch-КЕЙС0001-1", "ch-01hzx9k3-1 копия"]
)
def test_what_somebody_else_wrote_is_no_marker(text):
    assert parse_marker(text) is None
