"""Names of documents that somebody typed: none of them leads out of its folder, hides, or is a device."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.documents.names import file_path, page_title

HOSTILE = (
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\Windows\\x",
    "..\\..\\x",
    "a/../../b",
    "\u202e/..",
    ".\u200b./x",
    "con",
    "NUL.txt",
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    st.one_of(
        st.text(max_size=30),
        st.lists(st.sampled_from(["..", ".", "/", "\\", "\u200b", "\x00", " ", "con"])).map("".join),
    )
)
def test_no_name_leads_out_of_its_folder(text):
    with suppress(ValueError):
        parts = file_path(text).split("/")
        assert not {"", ".", ".."} & set(parts)
        assert not any(char in part for part in parts for char in "\\:\x00\r\n")
    with suppress(ValueError):
        assert not {"", ".", ".."} & set(page_title(text).split("/"))


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_known_to_be_hostile_is_refused_or_made_safe(text):
    with suppress(ValueError):
        path = file_path(text)
        assert not path.startswith(("/", "."))
        assert path.lower() not in ("con", "nul.txt")
