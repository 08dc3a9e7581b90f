"""A mapping to begin with."""

from pathlib import Path

import yaml

from flows.hub.describing import starting_mapping
from flows.hub.wiring import load_installation
from mappings.exchange import Choice, Discovery, Place, SystemPerson

STAGES = (Choice("C3:NEW", "Новая", group="Продажи"), Choice("C3:WON", "Выиграна", closes=True, group="Продажи"))
FOUND = Discovery(
    "sales-crm",
    "deal",
    (
        Place("title", "Название", "text", required=True, max_length=255, example="Крыша"),
        Place("deadline", "Срок", "date", writable=False),
        Place("cf[Этап: да]", "Этап", "choice", choices=STAGES, searchable=False),
        Place("no", "Нет", "bool"),
    ),
    people=(SystemPerson("7", "Анна Ли", email="ann@example.com"), SystemPerson("8", "Робот")),
)


def test_what_is_called_like_a_fact_takes_part_at_once() -> None:
    text = starting_mapping(FOUND, "other")

    form = yaml.safe_load(text)
    assert (form["system"], form["kind"], form["entity"]) == ("sales-crm", "deal", "case")
    assert form["fields"] == {
        "title": {"at": "title", "as": "text"},
        "deadline": {"at": "deadline", "as": "date", "direction": "in"},
    }
    assert "# Название, required, at most 255, like Крыша" in text


def test_everything_else_stands_in_comments_that_are_yaml_once_they_are_taken_away() -> None:
    text = starting_mapping(FOUND, "other").replace("…", "lead")
    begin = text.index("  # position:")
    lines = text[begin:].splitlines()[:8]
    form = yaml.safe_load("\n".join(line.replace("  # ", "  ", 1) for line in lines))

    assert form["position"]["at"] == "cf[Этап: да]"
    assert form["position"]["sets"] == ["stage", "outcome"]
    assert form["position"]["values"] == {
        "C3:NEW": {"stage": "lead", "outcome": "open"},
        "C3:WON": {"outcome": "lead"},
    }


def test_a_word_that_yaml_would_misread_is_quoted() -> None:
    assert '# FACT: {at: "no", as: bool}' in starting_mapping(FOUND, "other")


def test_a_field_of_amounts_with_their_currency_is_offered_as_it_is_read() -> None:
    found = Discovery("sales-crm", "deal", (Place("ufCrm_1", "Бюджет", "money", example="100|RUB"),))

    assert "# FACT: {at: ufCrm_1, as: money, form: pipe}" in starting_mapping(found, "other")


def test_what_is_inherited_and_not_there_is_left_out() -> None:
    form = yaml.safe_load(starting_mapping(FOUND, "bitrix24"))

    assert form["extends"] == "bitrix24/deal"
    assert form["fields"]["amount"] is None
    assert "title" not in form["fields"]


def test_companies_begin_as_clients_and_comments_as_notes(tmp_path: Path) -> None:
    company = (Place("title", "Название", "text"), Place("assignedById", "Ответственный", "person"))
    comment = tuple(Place(name, name, "text") for name in ("text", "author", "created_on"))
    (tmp_path / "hub.yaml").write_text(
        "systems: {crm: {type: bitrix24, webhook: '${W}'}}\nsyncs: {продажи: {opens: crm}}\n", encoding="utf-8"
    )
    for kind, places in (("deal", FOUND.places), ("company", company), ("comment", comment)):
        text = starting_mapping(Discovery("crm", kind, places), "bitrix24")
        (tmp_path / f"{kind}.crm.yaml").write_text(text, encoding="utf-8")

    hub = load_installation(tmp_path, {"W": "https://portal.example/rest/7/secret/"})

    assert [(spec.kind, spec.entity) for spec in hub.mappings] == [
        ("comment", "note"),
        ("company", "client"),
        ("deal", "case"),
    ]


def test_people_are_named_with_what_tells_them_apart() -> None:
    text = starting_mapping(FOUND, "other")

    assert "#   7  Анна Ли <ann@example.com>\n#   8  Робот\n" in text
