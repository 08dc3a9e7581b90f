"""Which records take part: people by name, and two mappings of one kind of record kept apart."""

from dataclasses import replace

import pytest

from mappings.exchange import Choice, SystemPerson
from mappings.language import Problems, compile_sync
from mappings.transforms import Vocabulary
from tests.mappings.language.hubs import SMALL_HUB, changed, compiled, deal_words, loaded, problems, small

TEAM = (
    SystemPerson("5", "Анна Ли", email="ann@example.org"),
    SystemPerson("6", "Иван Петров"),
    SystemPerson("7", "Иван Петров"),
)


def with_team() -> Vocabulary:
    words = deal_words()
    return replace(words, members=TEAM, types={**words.types, "assignedById": "person"})


@pytest.mark.parametrize("view", ["Анна Ли", "ann@example.org", "5"])
def test_a_person_is_taken_by_name_by_e_mail_or_by_number(view):
    files = changed("deal.sales-crm.yaml", "{categoryId: Пресейл}", f"{{categoryId: Пресейл, assignedById: {view!r}}}")

    deal = compiled(files, deal=with_team())["deal"]

    assert deal.takes({"categoryId": "3", "assignedById": "5"})
    assert not deal.takes({"categoryId": "3", "assignedById": "6"})
    assert deal.fixed == {"categoryId": "3", "assignedById": "5"}


@pytest.mark.parametrize(
    ("view", "why"),
    [
        ("Анна Лим", "'Анна Лим' is not among the choices of the place; did you mean 'Анна Ли'?"),
        ("Иван Петров", "'Иван Петров': several choices are called so; use the id: '6', '7'"),
    ],
)
def test_a_person_whom_the_system_does_not_have_or_has_twice_is_told(view, why):
    files = changed("deal.sales-crm.yaml", "{categoryId: Пресейл}", f"{{categoryId: Пресейл, assignedById: {view}}}")

    assert why in problems(files, deal=with_team())


def test_the_number_of_a_group_or_of_somebody_who_is_not_listed_is_taken_as_it_is():
    files = changed("deal.sales-crm.yaml", "{categoryId: Пресейл}", "{categoryId: Пресейл, assignedById: 99}")

    assert compiled(files, deal=with_team())["deal"].fixed["assignedById"] == "99"


def test_what_two_mappings_take_is_compared_again_by_id():
    case = "system: crm\nkind: record\nextends: memory/record\ntake: {тип: Кейс}\n"
    item = "system: crm\nkind: record\nentity: item\ntake: {тип: '1'}\nfields: {title: {at: title}}\n"
    hub = loaded(small(SMALL_HUB, record__crm=case, record__crm__item=item))
    words = Vocabulary(choices={"тип": (Choice("1", "Кейс"),)})

    with pytest.raises(Problems, match=r"take: the same records are a case by record\.crm\.yaml as well"):
        compile_sync(hub, hub.syncs["presales"], {("crm", "record"): words, ("трекер", "record"): words})


@pytest.mark.parametrize(("item", "apart"), [("работа", False), ("{not: кейс}", True)])
def test_labels_of_one_place_keep_nothing_apart_where_a_record_may_have_both(item, apart):
    case = "system: crm\nkind: record\nextends: memory/record\ntake: {метки: кейс}\n"
    item = f"system: crm\nkind: record\nentity: item\ntake: {{метки: {item}}}\nfields: {{title: {{at: title}}}}\n"
    hub = loaded(small(SMALL_HUB, record__crm=case, record__crm__item=item))
    words = Vocabulary(choices={"метки": (Choice("1", "кейс"), Choice("2", "работа"))})
    both = {("crm", "record"): words, ("трекер", "record"): words}

    assert len(compile_sync(hub, hub.syncs["presales"], both)) == 3, "where nobody knows that it shows several"
    several = {place: replace(words, types={"метки": "set", "title": "text"}) for place in both}
    with pytest.raises(Problems) as caught:
        compile_sync(hub, hub.syncs["presales"], several)

    why = "take: records that show both in метки are a case by record.crm.yaml as well; keep them apart with not:"
    assert (why in str(caught.value)) is not apart
