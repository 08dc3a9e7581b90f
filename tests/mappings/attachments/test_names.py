"""Names of files from anywhere: safe for every system and every disk."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.attachments import safe_name
from mappings.attachments.names import LONGEST


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(max_size=400))
def test_a_safe_name_leads_nowhere_is_kept_by_any_disk_and_stays_as_it_is(name):
    safe = safe_name(name)

    assert safe
    assert not set(safe) & set('/\\:*?"<>|\x00\n\r\u202e')
    assert safe.strip(". ") == safe
    assert len(safe.encode()) <= LONGEST
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Смета «Ёж» №1 (финал).pdf", "Смета «Ёж» №1 (финал).pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\cmd.exe", "C_Windows_cmd.exe"),
        ("nul", "_nul"),
        ("LPT1.txt", "_LPT1.txt"),
        ("отчёт\u202efdp.exe", "отчётfdp.exe"),
        ("Отчёт.pdf", "Отчёт.pdf"),
        ("a\x00b\n.txt", "a_b_.txt"),
        ("Смета.pdf. .", "Смета.pdf"),
        ("...", "file"),
        ("", "file"),
    ],
)
def test_names_that_people_and_attackers_give(name, safe):
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_ending():
    safe = safe_name("Ж" * 300 + ".docx")

    assert safe.endswith("Ж.docx")
    assert LONGEST - 2 <= len(safe.encode()) <= LONGEST
