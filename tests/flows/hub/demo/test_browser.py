"""A person at a page: what is sent, and what a page refuses."""

from urllib.parse import parse_qsl

import httpx
import pytest

from connectors.sandbox.page import Input, form, page_answer, paragraph
from flows.hub.demo.browser import Browser, PageRefused

HERE = "http://127.0.0.1:1/issues/9"
PEOPLE = (("5", "Анна Ковалёва"), ("6", "Пётр Щукин"))


class Site:
    """One record at one address; who is asked for decides which statuses can be chosen."""

    def __init__(self, *, status: int = 303, bare: bool = False) -> None:
        self.sent: list[tuple[str, str]] = []
        self._status = status
        self._bare = bare

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.sent = parse_qsl(request.content.decode(), keep_blank_values=True)
            said = page_answer("Задача", [paragraph("Название не может быть пустым", kind="said")])
            return httpx.Response(self._status, content=said.body)
        engineer = request.url.params.get("as") == "6"
        steps = (("2", "In Progress"),) if engineer else (("1", "New"),)
        inputs = [
            Input("guard", "", "g1", "hidden"),
            Input("as", "Кто", "5", "select", PEOPLE),
            Input("status_id", "Статус", "", "select", steps),
            Input("description", "Описание", "цель", "area"),
        ]
        body = [] if self._bare else [form("/issues/9", inputs, button="Сохранить")]
        return httpx.Response(200, content=page_answer("Задача", body).body)


def at(site: Site) -> Browser:
    return Browser(httpx.Client(transport=httpx.MockTransport(site)))


def test_a_change_sends_the_whole_form_as_the_person():
    site = Site()

    at(site).change(HERE, person="Пётр Щукин", values={"status_id": "In Progress"})

    assert dict(site.sent) == {"guard": "g1", "as": "6", "status_id": "2", "description": "цель"}
    assert len(site.sent) == 4


@pytest.mark.parametrize(
    ("person", "values", "why"),
    [
        ("Иван", {}, "knows nobody called Иван"),
        (
            "Анна Ковалёва",
            {"status_id": "In Progress"},
            "'In Progress' cannot be chosen for 'status_id'; there is: New",
        ),
        ("Анна Ковалёва", {"subject": "А"}, "has no field 'subject'; there is: guard, as, status_id, description"),
    ],
)
def test_what_the_page_does_not_offer_is_refused(person, values, why):
    site = Site()

    with pytest.raises(PageRefused, match=why):
        at(site).change(HERE, person=person, values=values)

    assert site.sent == []


def test_a_refusal_is_told_in_the_words_of_the_page():
    with pytest.raises(PageRefused, match="answered 422 to Анна Ковалёва: Название не может быть пустым"):
        at(Site(status=422)).change(HERE, person="Анна Ковалёва", values={"description": ""})


def test_a_field_is_read():
    assert at(Site()).text(HERE, "description") == "цель"


def test_a_page_without_a_form_is_refused():
    with pytest.raises(PageRefused, match="has no form"):
        at(Site(bare=True)).text(HERE, "description")
