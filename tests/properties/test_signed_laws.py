"""Comments, tried with texts that nobody would write: signatures and mentions keep the laws in every markup."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappings.exchange import SystemPerson, View
from mappings.lens import Refusal
from mappings.transforms import Spot, Vocabulary, make
from mappings.transforms.signed import Signed
from tests.properties.lens_laws import Case, check
from tests.properties.markup_texts import JUNK

PLACES = ("text", "author", "created_on")
FACTS = ("author", "body", "at", "written_in")
MEMBERS = (
    SystemPerson("7", "Анна Ли", "ann@example.org", "ann"),
    SystemPerson("8", "Боб", "bob@example.org", "bob"),
    SystemPerson("9", "Чужой", None, "guest"),
    SystemPerson("1", "Хаб", "hub@example.org", "hub"),
)
WORDS = Vocabulary(
    people={"7": "ann@example.org", "8": "bob@example.org", "1": "hub@example.org"},
    zone="Europe/Moscow",
    system="trk",
    account="1",
    systems=("crm", "trk"),
    members=MEMBERS,
    known_as={"ann@example.org": "Анна Ли", "bob@example.org": "Боб", "hub@example.org": "Хаб", "eve@x.ru": "Ева"},
)
MARKUPS = ("markdown", "plain", "html", "bbcode", "textile")
KINDS = [(markup, form) for markup in MARKUPS for form in ("none", "login", "bbcode", "bracket")]
MENTIONS = st.sampled_from(
    ["@ann", "@Анна Ли", "@[7]", "@[99]", "user#8", "[USER=7]Анна[/USER]", "[USER=99]Ева[/USER]", "@Боб", "a@ann.ru"]
)
TEXT = st.lists(st.one_of(JUNK, MENTIONS, st.just("\n"), st.just(" ")), max_size=4).map("".join)
SIGNATURE = st.sampled_from(
    ["", "Анна Ли (crm):\n\n", "Боб (hub, 2026-11-20 12:30):\n", "(crm): ", "<p>Ева (crm):</p>\n"]
)
AUTHOR = st.sampled_from(["1", "1", "7", "9", "77", None])
VIEWS = st.builds(
    lambda head, text, author, at: {"text": head + text or None, "author": author, "created_on": at},
    SIGNATURE,
    TEXT,
    AUTHOR,
    st.sampled_from(["2026-11-20T09:30:00Z", "2026-11-21T12:00:00+03:00", None]),
)
BLANK = dict.fromkeys(PLACES)
BODIES = st.one_of(st.none(), TEXT.map(lambda text: text or None))
SAID = st.fixed_dictionaries(
    {
        "body": BODIES,
        "author": st.sampled_from(["ann@example.org", "eve@x.ru", "Чужой", None]),
        "at": st.sampled_from([datetime(2026, 11, 20, 9, 30, tzinfo=UTC), None]),
        "written_in": st.sampled_from(["crm", "hub", "trk"]),
    }
)


def a_lens(markup: str, form: str) -> Signed:
    made = make("signed", {"markup": markup, "mentions": form}, spot=Spot(FACTS, PLACES, WORDS))
    return cast("Signed", made)


@pytest.mark.parametrize(("markup", "form"), KINDS)
def test_a_comment_keeps_the_laws(markup: str, form: str) -> None:
    views = st.one_of(VIEWS, VIEWS, st.just(dict(BLANK)))

    check(Case("signed", a_lens(markup, form), views=views, facts=SAID, label=f"{markup} {form}"), examples=25)


def thorough(examples: int) -> Any:
    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(max_examples=examples, derandomize=True, deadline=None, suppress_health_check=slow)


@pytest.mark.parametrize(("markup", "form"), [("textile", "login"), ("bbcode", "bbcode"), ("html", "none")])
def test_what_is_signed_is_read_without_the_signature_and_an_edit_of_that_is_none(markup: str, form: str) -> None:
    lens = a_lens(markup, form)

    @thorough(60)
    @given(TEXT, st.sampled_from(["Хаб", "", "Анна (бывшая Ли)", "<b>Ева</b>"]))
    def run(text: str, other: str) -> None:
        written: View = lens.write({"body": text, "author": "ann@example.org", "written_in": "crm"}, dict(BLANK))
        if isinstance(written, Refusal) or written["text"] is None:
            return
        stored = {**written, "author": "1"}
        held = {"author": ("ann@example.org",)}
        edited = {**stored, "text": written["text"].replace("Анна Ли (crm):", f"{other} (crm):", 1)}

        read = lens.read(stored, held)
        assert not isinstance(read, Refusal)
        assert set(read) == {"body"}
        assert lens.read(edited, held) == read
        assert lens.write({"body": text, "author": "ann@example.org", "written_in": "crm"}, edited) == edited

    run()
