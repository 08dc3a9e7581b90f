"""`history:` of a sync."""

from datetime import date

import pytest

from flows.hub.files import read_catalog
from mappings.language import Problems, SystemSchema, load_hub
from tests.hub_builders import CRM, HUB, TRK

CATALOG = read_catalog()
SCHEMAS = {"memory": SystemSchema.of("memory", [])}


def loaded(line):
    files = {"hub.yaml": HUB.rstrip("\n") + "\n" + line, "record.crm.yaml": CRM, "record.trk.yaml": TRK}
    return load_hub(files, {}, schemas=SCHEMAS, catalog=CATALOG).syncs["presales"].history


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("", "none"),
        ("    history: none\n", "none"),
        ("    history: import\n", "import"),
        ("    history: 2026-11-01\n", date(2026, 11, 1)),
    ],
)
def test_what_was_said_before_is_left_taken_or_taken_from_a_day_on(line, asked):
    assert loaded(line) == asked


def test_anything_else_is_told():
    with pytest.raises(Problems) as told:
        loaded("    history: вчера\n")

    assert "must be none, import, or a day like 2026-11-01, not 'вчера'" in str(told.value)
