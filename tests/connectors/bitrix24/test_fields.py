"""How each type of field reads and is written."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bitrix24.fields import Field, FieldTable, money_view, plain_number
from mappings.exchange import View


def field(kind: str, *, multiple: bool = False) -> Field:
    return Field("ufCrm_1", "Поле", kind, multiple=multiple)


@pytest.mark.parametrize(
    ("kind", "shown", "view"),
    [
        ("string", "Ёлка\r\nиголка", "Ёлка\nиголка"),
        ("string", "", None),
        ("text", None, None),
        ("integer", 7, "7"),
        ("integer", 0, "0"),
        ("double", Decimal("150000.50"), "150000.5"),
        ("double", 0, "0"),
        ("double", "1E+2", "100"),
        ("money", "150000.50|RUB", "150000.5|RUB"),
        ("money", "|RUB", None),
        ("date", "2026-12-24T03:00:00+03:00", "2026-12-24"),
        ("datetime", "2026-12-24T12:00:00+03:00", "2026-12-24T09:00:00+00:00"),
        ("boolean", "Y", True),
        ("boolean", "0", False),
        ("boolean", 1, True),
        ("boolean", None, None),
        ("enumeration", 45, "45"),
        ("enumeration", False, None),
        ("employee", "13", "13"),
        ("user", 0, None),
        ("crm_company", 0, None),
        ("crm_company", 5, "5"),
        ("crm_status", "C3:NEW", "C3:NEW"),
        ("crm_category", 0, "0"),
        ("url", "https://hub.example/КЕЙС-1", "https://hub.example/КЕЙС-1"),
        ("address", "Москва, Тверская, 1|55.75;37.61|12", "Москва, Тверская, 1"),
        ("file", {"id": 9, "urlMachine": "https://x/rest/13/secret/…"}, "9"),
        ("crm_of_tomorrow", "что-то", "что-то"),
    ],
)
def test_a_value_reads_as_its_view(kind: str, shown: Any, view: View):
    assert field(kind).read(shown) == view


@pytest.mark.parametrize(
    ("shown", "view"), [(["б", "а", "б"], ["а", "б"]), ([], None), (False, None), (None, None), (["", "а"], ["а"])]
)
def test_several_values_are_a_sorted_list(shown: Any, view: View):
    assert field("string", multiple=True).read(shown) == view


@pytest.mark.parametrize(
    ("kind", "view", "written"),
    [
        ("boolean", True, "Y"),
        ("boolean", False, "N"),
        ("crm_company", {"id": "5", "name": "ООО «Ромашка»"}, "5"),
        ("string", None, ""),
        ("double", "150000.5", "150000.5"),
    ],
)
def test_a_view_is_written_in_the_portals_words(kind: str, view: View, written: Any):
    assert field(kind).write(view) == written


def test_several_values_are_written_as_a_list_and_emptied_by_an_empty_one():
    many = field("enumeration", multiple=True)

    assert (many.write(["61", "63"]), many.write(None), many.write("61")) == (["61", "63"], [], ["61"])


@given(
    kind=st.sampled_from(["string", "integer", "double", "money", "boolean", "enumeration", "url"]),
    text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=8),
    number=st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=1, max_value=10**9),
    yes=st.booleans(),
)
@settings(derandomize=True, deadline=None, max_examples=80)
def test_what_was_read_is_written_so_that_it_reads_the_same(kind: str, text: str, number: Decimal, yes: bool):
    shown = {"boolean": "Y" if yes else "N", "money": f"{number}|EUR"}.get(kind, text)
    shown = str(int(number)) if kind in ("integer", "enumeration") else str(number) if kind == "double" else shown

    view = field(kind).read(shown)

    assert field(kind).read(field(kind).write(view)) == view


@pytest.mark.parametrize("kind", ["string", "double"])
def test_a_value_of_a_strange_shape_is_a_fault_and_not_a_view(kind: str):
    with pytest.raises(TypeError):
        field(kind).read({"a": 1})


def test_one_number_has_one_text_and_what_is_none_stays():
    assert [plain_number(text) for text in ("10.50", "-0", "1e999999", "много", "0.00")] == [
        "10.5",
        "0",
        "1e999999",
        "много",
        "0",
    ]
    assert money_view("10.50") == "10.5"


def described(**keys: Any) -> dict[str, Any]:
    return {"type": "string", "title": "Название", "isRequired": False, "isReadOnly": False, **keys}


def test_the_table_is_told_by_the_portal_and_kept_as_json():
    table = FieldTable.told(
        {
            "title": described(isRequired=True),
            "ufCrm_3": described(
                type="enumeration", isMultiple=True, isDynamic=True, items=[{"ID": 45, "VALUE": "Пилот"}]
            ),
            "lastActivityTime": described(type="datetime"),
            "fm": described(type="crm_multifield"),
        }
    )

    assert table.names == ("title", "ufCrm_3")
    assert list(FieldTable.from_json(table.to_json())) == list(table)
    assert table.get("ufCrm_3") == Field(
        "ufCrm_3", "Название", "enumeration", multiple=True, own=True, items=(("45", "Пилот"),)
    )


def test_a_refusal_names_its_place_by_the_longest_label_that_it_contains():
    table = FieldTable([Field("stageId", "Стадия сделки", "crm_status"), Field("x", "Стадия", "string")])

    words = 'Неверное значение поля "Стадия сделки"'

    assert table.place_in(words, ["x", "stageId"]) == "stageId"
    assert table.place_in(words, ["x"]) == "x"
    assert table.place_in("Так нельзя", ["x", "stageId"]) is None
