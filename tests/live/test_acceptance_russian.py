"""The same in Russian: project, statuses, stages, fields and names in Cyrillic, an account in UTC+3, Textile."""

import pytest

from flows.hub.casework import set_value
from tests.live.live_hub import both

TEXT = "## Цель\n\nПеренести **облако** в *свой контур*:\n\n- срок до `2027`\n- [сайт](https://example.org)"
TEXTILE = ("h2. Цель", "*облако*", "_свой контур_", "* срок", '"сайт":https://example.org')


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with both(tmp_path_factory.mktemp("hub"), "ru") as (hub, tryton, redmine):
        [party] = tryton.create_parties("ООО «Ёлка и Щука»")
        deals = tryton.create(
            *(
                {
                    "description": f"Внедрение №{number}: учёт ёмкостей",
                    "party": party,
                    "currency": int(tryton.env["RUB_ID"]),
                    "amount": {"__class__": "Decimal", "decimal": "1250000.00"},
                    "end_date": {"__class__": "date", "year": 2027, "month": 3, "day": 1},
                    "comment": TEXT,
                    "lost_reason": "облако",
                }
                for number in range(3)
            )
        )
        hub.sync()
        hub.sync()
        yield hub, tryton, redmine, deals


def issue_of(hub, redmine, deal):
    whole = hub.case_of("продажи", "opportunity", deal)
    [link] = [link for link in whole.links if link.system == "пресейл"]
    return whole, redmine.issue(int(link.external_id))


def test_a_deal_becomes_an_issue_in_the_words_of_the_tracker(world):
    hub, _, redmine, deals = world
    env = redmine.env

    _, issue = issue_of(hub, redmine, deals[0])
    custom = {field["name"]: field["value"] for field in issue["custom_fields"]}

    assert issue["subject"] == "Внедрение №0: учёт ёмкостей"
    assert (issue["status"]["name"], issue["tracker"]["name"]) == ("Новая", "Кейс")
    assert (custom["Клиент"], float(custom["Сумма"]), custom["Срок ответа"]) == (
        "ООО «Ёлка и Щука»",
        1250000,
        "2027-03-01",
    )
    assert custom["Метки"] == ["облако"]
    assert issue["assigned_to"]["id"] == int(env["USER_SALES_ID"])
    assert [part for part in TEXTILE if part not in issue["description"]] == []


def test_edits_in_russian_cross_over_and_a_day_stays_a_day(world):
    hub, tryton, redmine, deals = world
    whole, issue = issue_of(hub, redmine, deals[1])
    fields = [*redmine.field("DEADLINE", "2027-04-30"), *redmine.field("LABELS", ["облако", "миграция"])]
    redmine.update(issue["id"], custom_fields=fields, description=issue["description"] + "\n\nДобавлено: *срочно*")
    tryton.write(deals[1], description="Новое имя: щётки")

    hub.sync()
    deal = tryton.opportunity(deals[1], "description", "end_date", "lost_reason", "comment")
    _, issue = issue_of(hub, redmine, deals[1])

    assert issue["subject"] == deal["description"] == "Новое имя: щётки"
    assert (deal["end_date"]["year"], deal["end_date"]["month"], deal["end_date"]["day"]) == (2027, 4, 30)
    assert set(deal["lost_reason"].split(",")) == {"облако", "миграция"}
    assert deal["comment"] == TEXT + "\n\nДобавлено: **срочно**"
    assert hub.attention(whole.entity.id) == []


def test_a_stage_in_russian_takes_the_way_of_the_workflow(world):
    hub, tryton, redmine, deals = world
    whole, _ = issue_of(hub, redmine, deals[2])

    hub.act(whole.entity.key, lambda act: set_value(act, "stage", "защита"))
    hub.sync()
    _, issue = issue_of(hub, redmine, deals[2])

    assert issue["status"]["name"] == "Решена"
    assert tryton.opportunity(deals[2], "state")["state"] == "opportunity"


def test_nothing_is_left_to_do(world):
    hub, *_ = world

    report = hub.sync()

    assert report.writing == {"продажи": 0, "пресейл": 0}
    assert hub.attention() == []
