"""The line that says whose words a comment of ours carries."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from mappings.transforms.signed import Signature, Signer

SIGNER = Signer(("crm", "sales-crm"), ZoneInfo("Europe/Moscow"))
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("signature", "line"),
    [
        (Signature("Анна Ли", "crm"), "Анна Ли (crm):"),
        (Signature("Анна Ли", "crm", AT), "Анна Ли (crm, 2026-11-20 12:30):"),
        (Signature("", "hub"), "— (hub):"),
        (Signature("[b]@all[/b]\n# `x`", "crm"), "b all /b x (crm):"),
    ],
)
def test_a_signature_is_one_line_without_markup_or_mentions(signature, line):
    assert SIGNER.put(signature) == f"{line}\n\n"
    assert SIGNER.split(f"{line}\n\nТекст") == (f"{line}\n\n", "Текст")


@pytest.mark.parametrize(
    "head", ["Аня (crm): ", "(sales-crm):\n", "A. (hub, 2026-11-20 12:30):\r\n\r\n", "Анна (бывшая Ли) (crm):"]
)
def test_what_people_have_made_of_it_is_still_one(head):
    assert SIGNER.split(f"{head}Текст") == (head, "Текст")


@pytest.mark.parametrize("text", ["Итого (руб): 500", "Текст\nАнна (crm): да", "Анна (crm) была", ""])
def test_other_texts_are_not_signed(text):
    assert SIGNER.split(text) == ("", text)


def test_in_html_it_is_a_paragraph():
    signer = Signer(("crm",), html=True)

    assert signer.put(Signature("Анна", "crm")) == "<p>Анна (crm):</p>\n"
    assert signer.split("<p><b>Анна</b> (crm):</p><p>Текст</p>") == ("<p><b>Анна</b> (crm):</p>", "<p>Текст</p>")
