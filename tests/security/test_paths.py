"""Names of documents that somebody typed: none of them leads out of its folder, hides, or is a device."""

import asyncio
import hashlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.hub.attachments.spool import Spool
from mappings.attachments.names import safe_name
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


@pytest.mark.parametrize("text", HOSTILE)
def test_a_file_that_somebody_named_so_lies_in_its_folder_all_the_same(text, tmp_path):
    assert (tmp_path / safe_name(text)).resolve().parent == tmp_path.resolve()


def test_a_link_in_the_spool_is_no_file_of_ours_and_what_comes_in_replaces_it(tmp_path):
    private, content = tmp_path / "private", b"what was sent"
    private.write_bytes(b"what nobody may read")
    digest = hashlib.sha256(content).hexdigest()
    spool = Spool(tmp_path / "spool", spare=0)
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / digest).symlink_to(private)

    with pytest.raises(KeyError):
        spool.path(digest)
    assert not spool.has(digest)

    async def pieces():
        yield content

    asyncio.run(spool.receive(pieces(), size=len(content), most=None))
    assert spool.path(digest).read_bytes() == content
    assert private.read_bytes() == b"what nobody may read"
