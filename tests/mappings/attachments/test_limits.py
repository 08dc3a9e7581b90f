"""Sizes and types as a sync says them."""

import pytest

from mappings.attachments import FileLimits, safe_name, shown_size, size_of
from mappings.attachments.limits import ending_of


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("50MB", 50 * 1024**2),
        ("1 gb", 1024**3),
        ("512KB", 512 * 1024),
        ("7B", 7),
        ("50", None),
        ("-1MB", None),
        ("", None),
    ],
)
def test_a_size_is_a_number_with_its_unit(text, size):
    assert size_of(text) == size


@pytest.mark.parametrize(("size", "text"), [(0, "0 bytes"), (1536, "1.5 KB"), (50 * 1024**2, "50 MB")])
def test_a_size_is_shown_as_people_read_it(size, text):
    assert shown_size(size) == text


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("Смета.PDF", "pdf"),
        ("a.tar.gz", "gz"),
        ("счёт.pdf.exe", "exe"),
        ("x.exe. .", "exe"),
        ("x.exe\u200b", "exe"),
        ("x.e\u00adxe", "exe"),
        ("x.exe\u00a0.", "exe"),
        (".bashrc", ""),
        ("README", ""),
    ],
)
def test_an_ending_is_what_a_system_would_open_it_by(name, ending):
    assert ending_of(name) == ending


@pytest.mark.parametrize("name", ["setup.exe\u200e", "setup.\u2060exe", "setup.exe.\u00a0.", "setup.exe\ue000"])
def test_nothing_arrives_as_what_is_kept_out(name):
    assert safe_name(name) == "setup.exe"
    assert FileLimits(not_types=("program",)).refuses(name, 1) == "files of the type exe are kept out"


def test_limits_say_why():
    limits = FileLimits(max_size=1024, types=("pdf", "image"), not_types=("svg",))

    assert limits.refuses("план.png", 1024) == ""
    assert limits.refuses("план.png", None) == ""
    assert limits.refuses("план.png", 2048) == "it has 2 KB, more than 1 KB"
    assert limits.refuses("план.svg", 1) == "files of the type svg are kept out"
    assert limits.refuses("README", 1) == "files of the type without an ending are not among pdf, image"
