"""A hub to begin with: what is asked, what is tried, what is written."""

import asyncio
from decimal import Decimal

import pytest
import yaml

from connectors.base import Surroundings
from connectors.memory import MemoryConnector, MemorySystem
from connectors.memory.traits import KindTraits
from flows.hub.beginning import AlreadyThere, Answers, BadAnswers, NotMet, meet, propose, read_answers, write
from flows.hub.files import read_catalog
from flows.hub.wiring import load_installation
from mappings.canonical.values import Money
from mappings.exchange import Choice, Place, SystemPerson
from mappings.guess import read_synonyms
from mappings.transforms import Spot, make
from tests.hub_builders import some_traits

ANSWERS = """
timezone: Europe/Moscow
systems:
  crm: {type: memory}
  трекер: {type: memory}
opens: crm
makes: трекер
sync: продажи
currency: RUB
"""


class Hub:
    """Two memory systems that may refuse us."""

    def __init__(self):
        self.systems = {
            "crm": MemorySystem(
                kinds={"record": some_traits("crm")}, people=(SystemPerson("1", "Анна Ли", email="ann@example.com"),)
            ),
            "трекер": MemorySystem(
                kinds={"record": some_traits("trk")}, people=(SystemPerson("8", "Бо Ли"), SystemPerson("7", "Анна Ли"))
            ),
        }  # fmt: skip

    def make(self, installation, name):
        return MemoryConnector(name, None, Surroundings(markers={"record": "marker"}), system=self.systems[name])


def proposal(hub=None, text=ANSWERS):
    answers = read_answers(text)
    met = asyncio.run(meet(answers, {"P": "1"}, (hub or Hub()).make))
    return propose(answers, met, read_synonyms(read_catalog()["synonyms.yaml"]))


def test_the_files_that_are_written_load_as_they_stand(tmp_path):
    write(tmp_path / "хаб", proposal().files)

    hub = load_installation(tmp_path / "хаб", {})

    assert list(hub.syncs) == ["продажи"]
    assert {spec.system for spec in hub.mappings} == {"crm", "трекер"}


def test_where_the_other_system_does_not_know_the_client_the_files_load_too(tmp_path):
    hub = Hub()
    known = tuple(place for place in hub.systems["трекер"].kinds["record"].places if place.name != "client")
    hub.systems["трекер"].kinds["record"] = KindTraits(places=known)
    made = proposal(hub)

    write(tmp_path / "хаб", made.files)

    assert load_installation(tmp_path / "хаб", {}).mapping("трекер", "record", entity="case").match == ()
    assert "# match: [{same: [title, FACT], within: 90d}]" in made.files["record.трекер.yaml"]


def test_a_guessed_field_is_read_as_its_system_shows_it(tmp_path):
    hub = Hub()
    places = (Place("ufCrm_1", "Срок ответа", "datetime"), Place("ufCrm_2", "Бюджет клиента", "money"))
    known = tuple(place for place in hub.systems["crm"].kinds["record"].places if place.name != "deadline")
    hub.systems["crm"].kinds["record"] = KindTraits(places=(*known, *places))

    write(tmp_path / "хаб", proposal(hub).files)

    fields = load_installation(tmp_path / "хаб", {}).mapping("crm", "record", entity="case").fields
    assert (fields["deadline"].transform, fields["deadline"].at) == ("date", ("ufCrm_1",))
    budget = make("money", fields["budget"].settings, spot=Spot(("budget",), ("ufCrm_2",)))
    assert budget.read("100.5|EUR", {}) == {"budget": Money(Decimal("100.5"), "EUR")}


def test_every_line_that_was_guessed_says_so():
    made = proposal()

    values = [line for line in made.files["record.трекер.yaml"].splitlines() if "outcome: " in line]
    assert values
    assert all(
        line.endswith("# guess") for line in values if line.startswith("      ") and not line.strip().startswith("#")
    )
    assert made.guesses == sum(line.count("# guess") for text in made.files.values() for line in text.splitlines()[2:])


def test_people_of_whom_one_system_hides_the_e_mail_are_guessed_by_their_name():
    text = proposal().files["hub.yaml"]

    people = yaml.safe_load(text)["people"]
    assert people == {"ann@example.com": {"name": "Анна Ли", "трекер": "Анна Ли"}}


def test_of_namesakes_nobody_is_guessed(tmp_path):
    hub = Hub()
    mails = ("li@example.com", "ann@example.com", "ann@example.com")
    hub.systems["crm"].people = tuple(SystemPerson(str(n), "Анна Ли", email=mail) for n, mail in enumerate(mails))

    write(tmp_path / "хаб", proposal(hub).files)

    assert load_installation(tmp_path / "хаб", {}).people == ()


def test_nothing_is_written_over(tmp_path):
    files = proposal().files
    (tmp_path / "record.crm.yaml").write_text("mine", encoding="utf-8")

    with pytest.raises(AlreadyThere, match=r"record\.crm\.yaml already"):
        write(tmp_path, files)

    assert [path.name for path in tmp_path.iterdir()] == ["record.crm.yaml"]


def test_a_system_that_does_not_let_us_in_is_told():
    hub = Hub()
    hub.systems["трекер"].locked_out = True

    with pytest.raises(NotMet, match="трекер"):
        proposal(hub)


def test_a_store_of_documents_has_no_cases():
    text = ANSWERS.replace(
        "crm: {type: memory}", "crm: {type: webdav, url: 'https://dav.example.org', user: hub, password: '${P}'}"
    )

    with pytest.raises(NotMet, match="a webdav has no records that are cases"):
        proposal(text=text)


def test_settings_that_do_not_fit_are_told_by_their_key():
    text = ANSWERS.replace("crm: {type: memory}", "crm: {type: redmine, url: nowhere}")

    with pytest.raises(BadAnswers, match=r"systems\.crm\.key: missing"):
        proposal(text=text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "not YAML"),
        ("- a", "expected a mapping"),
        ("opens: crm", "systems: missing\nmakes: missing"),
        (ANSWERS + "color: red", "color: there is no such key"),
        (ANSWERS.replace("opens: crm", "opens: срм"), "opens: there is no system 'срм'; there are: crm, трекер"),
        (ANSWERS.replace("makes: трекер", "makes: crm"), "makes: cases are born there"),
        (ANSWERS + "take: [Case]", "take: must say per system"),
        (ANSWERS + "take: {другой: {tracker: Case}}", "take: there is no system 'другой'"),
        (ANSWERS.replace("timezone: Europe/Moscow", "timezone: 3"), "timezone: must be a word"),
    ],
)
def test_answers_that_cannot_be_used_are_told_all_at_once(text, told):
    with pytest.raises(BadAnswers) as error:
        read_answers(text)

    assert told in str(error.value)


def test_stages_of_other_pipelines_are_left_out():
    hub = Hub()
    stages = (
        Choice("C1:NEW", "Новая", group="1"), Choice("C1:WON", "Успех", closes=True, group="1"),
        Choice("C2:NEW", "Чужая", group="2"), Choice("C2:WON", "Успех", closes=True, group="2"),
    )  # fmt: skip
    places = (
        Place("category", "Воронка", "choice", choices=(Choice("1", "Пресейл"), Choice("2", "Сервис"))),
        Place("stage", "Стадия", "choice", choices=stages),
        Place("marker", "Marker", "text"),
    )
    hub.systems["crm"].kinds["record"] = KindTraits(places=places)
    text = ANSWERS + "take: {crm: {category: Пресейл}}"

    made = proposal(hub, text).files["record.crm.yaml"]

    assert "Новая: {stage: [lead" in made
    assert "Чужая" not in made


def test_which_records_take_part_may_be_said_in_any_way_that_a_mapping_has(tmp_path):
    text = ANSWERS + "take: {crm: {title: [Кейс, Пресейл], blocked: false, client: {not: 3}}}"

    write(tmp_path / "хаб", proposal(text=text).files)

    take = load_installation(tmp_path / "хаб", {}).mapping("crm", "record", entity="case").take
    assert [(one.place, one.views, one.negated) for one in take] == [
        ("title", ("Кейс", "Пресейл"), False),
        ("blocked", (False,), False),
        ("client", ("3",), True),
    ]


def test_answers_have_what_they_need_and_nothing_by_force():
    assert read_answers("{systems: {a: {}, b: {}}, opens: a, makes: b}") == Answers({"a": {}, "b": {}}, "a", "b")
