"""Names: every server takes them, and they lead nowhere else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.documents import file_path, page_title, parse_template, target_of


def test_cyrillic_stays_and_what_servers_refuse_goes() -> None:
    assert file_path("Кейсы/CASE-7 ООО «Ромашка»: «пилот»? <1>.") == "Кейсы/CASE-7 ООО «Ромашка» «пилот» 1"


def test_a_value_cannot_lead_to_another_folder() -> None:
    name = parse_template("Кейсы/{{ case.key }} {{ client.name }}", "name", {"case.key", "client.name"})

    path = file_path(name.fill({"case.key": "CASE-7", "client.name": "../../etc/passwd\\x\u202e"}))

    assert path == "Кейсы/CASE-7 ..-..-etc-passwd-x"


@pytest.mark.parametrize("nothing", ["a/../b", "a//b", ".", "..", "a/ /b", "???"])
def test_a_name_of_which_nothing_is_left_is_refused(nothing: str) -> None:
    with pytest.raises(ValueError, match="gives no name"):
        file_path(nothing)


def test_reserved_words_and_hidden_files_are_not_made() -> None:
    assert [file_path(name) for name in ("CON", "nul.txt", ".htaccess", "~$x")] == [
        "_CON",
        "_nul.txt",
        "htaccess",
        "$x",
    ]


def test_a_title_has_nothing_in_it_that_a_wiki_refuses() -> None:
    assert page_title("CASE-7_[[ООО]] <Ромашка> #1 | a%41 &amp; ~~~~") == "CASE-7 ООО Ромашка 1 a 41 amp;"


def test_what_is_no_character_is_not_in_a_title() -> None:
    assert page_title("CASE-7 Ромашка\ufffe\uffff\ufffd ООО") == "CASE-7 Ромашка ООО"


@settings(max_examples=80)
@given(st.text(min_size=1, max_size=300))
def test_every_name_is_short_and_stays_where_it_is(text: str) -> None:
    try:
        path = file_path(f"Кейсы/CASE-1 {text}")
    except ValueError:
        return
    for part in path.split("/"):
        assert part not in ("", ".", "..")
        assert len(part.encode("utf-8", "surrogatepass")) <= 180
        assert not set('\\:*?"<>|\x00\n') & set(part)


def test_the_ending_says_whether_a_file_is_filled() -> None:
    endings = {name: target_of(name) for name in ("a/Бриф.md", "x.HTML", "t.txt", "c.csv", "p.docx", "README")}

    assert endings == {
        "a/Бриф.md": "markdown",
        "x.HTML": "html",
        "t.txt": "text",
        "c.csv": "csv",
        "p.docx": None,
        "README": None,
    }
