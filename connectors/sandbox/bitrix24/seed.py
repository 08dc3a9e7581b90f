"""Invented deals, companies and contacts; the same numbers make the same ones."""

import random
from datetime import timedelta

from ..people import a_title, clients
from .comments import add_comment
from .fields import COMPANY, CONTACT, DEAL
from .portal import Item, Portal, User
from .stages import PRESALES, STAGES
from .writing import add_item, update_item

CONTACTS = (("Ольга", "Ждан"), ("Сергей", "Юрьев"), ("Юлия", "Чайка"), ("Фёдор", "Эльзон"), ("Инна", "Щур"))
CONTACTS_EN = (("Olga", "Wade"), ("Serge", "Young"), ("Julia", "Gull"), ("Fred", "Elson"), ("Inna", "Shore"))
SAID = (
    "Клиент просил [B]демо[/B] в среду",
    "Созвонились: бюджет утверждён",
    "Ждём ТЗ от заказчика",
    "Конкурент — «Ёж-Софт», цена ниже на 10 %",
)
SAID_EN = (
    "They asked for a [B]demo[/B]",
    "Budget approved",
    "Waiting for the specification",
    "A competitor is cheaper",
)
TALKATIVE = 3
"""Every so many deals somebody said something."""
SPREAD = 21
"""Days in the past over which deals were made."""


def seed_portal(portal: Portal, count: int, *, cyrillic: bool, chance: int) -> None:
    """Add *count* deals of the pre-sale pipeline, with companies and contacts. They look some days old."""
    dice = random.Random(chance)  # noqa: S311 - invented data that must repeat, no secret
    sales = portal.user("manager")
    companies = [_company(portal, sales, name) for name in clients(cyrillic=cyrillic)]
    people = [_contact(portal, sales, name) for name in (CONTACTS if cyrillic else CONTACTS_EN)]
    open_stages = [code for code, stage in STAGES[PRESALES].items() if stage.semantics is None]
    for number in range(1, count + 1):
        stage = dice.choices(open_stages, weights=range(len(open_stages), 0, -1))[0]
        sent = {
            "title": a_title(dice, cyrillic=cyrillic, number=number),
            "categoryId": PRESALES,
            "opportunity": dice.randrange(50, 5000) * 1000 + dice.choice((0, 0, 500.5)),
            "isManualOpportunity": "Y",
            "currencyId": "RUB",
            "companyId": dice.choice(companies)["id"],
            "contactIds": [dice.choice(people)["id"]],
            "sourceId": dice.choice(("CALL", "EMAIL", "WEB", "TRADE_SHOW")),
            "comments": _comments(dice, cyrillic=cyrillic),
            "assignedById": dice.choice((portal.user("sales"), sales)).id,
            "ufCrm_1690000001": dice.choice("YNN"),
            "ufCrm_1690000003": dice.choice((45, 47, 49, 51)),
        }
        deal = add_item(portal, DEAL, sales, sent=sent)
        if stage != deal["stageId"]:
            deal = update_item(portal, DEAL, deal, user=sales, sent={"stageId": stage})
        _make_older(portal, deal, dice)
        if number % TALKATIVE == 0:
            other = random.Random(chance * 1_000_003 + number)  # noqa: S311 - as above; deals stay as they are without it
            _say(portal, deal, other, cyrillic=cyrillic)


def _company(portal: Portal, user: User, name: str) -> Item:
    found = next((row for row in portal.items[COMPANY] if row["title"] == name), None)
    return found or add_item(portal, COMPANY, user, sent={"title": name, "typeId": "CUSTOMER"})


def _contact(portal: Portal, user: User, name: tuple[str, str]) -> Item:
    first, last = name
    found = next((row for row in portal.items[CONTACT] if row["lastName"] == last), None)
    fm = [{"typeId": "EMAIL", "valueType": "WORK", "value": f"contact{len(portal.items[CONTACT]) + 1}@example.com"}]
    return found or add_item(portal, CONTACT, user, sent={"name": first, "lastName": last, "fm": fm})


def _comments(dice: random.Random, *, cyrillic: bool) -> str:
    if not cyrillic:
        return dice.choice(("", "[B]Important[/B]: answer by Wednesday", "Asked for a demo"))
    return dice.choice(("", "[B]Важно[/B]: ответить до среды", "Клиент просил [I]демо[/I]\nв четверг"))


def _say(portal: Portal, deal: Item, dice: random.Random, *, cyrillic: bool) -> None:
    """A word or two in the timeline, as old as the deal, so that nothing of the deal moves."""
    last = {name: deal[name] for name in ("lastActivityTime", "lastActivityBy")}
    for text in dice.sample(SAID if cyrillic else SAID_EN, 2):
        row = add_comment(portal, portal.user(dice.choice(("manager", "sales"))), ("deal", deal["id"]), text=text)
        row["CREATED"] = deal["updatedTime"]
    deal |= last


def _make_older(portal: Portal, deal: Item, dice: random.Random) -> None:
    """Nothing here happened just now; the stamps still rise with the numbers' order at random."""
    made = portal.stamp() - timedelta(seconds=dice.randrange(3600, SPREAD * 86400))
    moved = made + timedelta(seconds=dice.randrange(0, 3600))
    deal |= {"begindate": made.date(), "closedate": made.date() + timedelta(days=dice.randrange(14, 120))}
    deal |= {"createdTime": made, "updatedTime": moved, "movedTime": moved, "lastActivityTime": moved}
    for row, at in zip(portal.history[deal["id"]], (made, moved), strict=False):
        row["CREATED_TIME"] = at
