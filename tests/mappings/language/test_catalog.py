"""Every shipped mapping loads, says its transforms, and stands at work on places of its own names."""

import pytest

from mappings.canonical.facts import FACTS
from mappings.language import compile_mapping
from mappings.language.entries import Entry
from mappings.language.extend import SHIPPED_KEYS, Catalog, merged
from mappings.language.problems import Sheet
from mappings.language.read_mapping import Known, read_mapping
from mappings.transforms import Vocabulary
from tests.mappings.language.hubs import catalog

SHIPPED = [name.removesuffix(".yaml") for name in catalog() if "/" in name]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_mapping_loads_and_compiles(name):
    sheet = Sheet()
    shelf = Catalog(catalog(), sheet)
    root = shelf.root(name)
    assert isinstance(root, Entry)

    spec = read_mapping(merged(root, shelf, known=SHIPPED_KEYS, above=(name,)), "system", known=Known())
    sheet.settle()

    assert spec is not None
    compiled = compile_mapping(spec, Vocabulary())
    assert compiled.facts <= {info.name for info in FACTS[spec.entity]}
    type_ = root.open_keys()["type"].text()
    assert name in (f"{type_}/{spec.kind}", f"{type_}/{spec.entity}")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_field_says_its_transform(name):
    """So that a hub's own key beside it is laid over the same transform."""
    root = Catalog(catalog(), Sheet()).root(name)
    assert isinstance(root, Entry)

    fields = root.open_keys()["fields"].open_keys()

    assert [field for field, entry in fields.items() if not {"at", "as"} <= set(entry.open_keys())] == []
