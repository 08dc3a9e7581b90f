"""What people do in the world before its pictures are taken: notes, work items, edits, and questions that wait."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flows.hub.demo import Browser

from .world import ENGINEER, SALES, World

SHOWN = 4
"""The deal whose case has a bit of everything."""
TORN, RENAMED = 5, 9
ITEM = """system: tracker
kind: issue
entity: item
extends: redmine/item
take: {tracker: Task}
"""
FILES: Mapping[str, str] = {"issue.tracker.item.yaml": ITEM}
"""What a hub needs beside the demo's own mappings for it."""
TASKS = (("Собрать стенд для демонстрации", 2), ("Оценить трудозатраты", 1), ("Ответы на вопросник по безопасности", 3))
STRANGER = "Задача, начатая руками: расширение лицензий"


def lived(world: World) -> None:
    """Let some days' work happen, with passes between."""
    browser, systems = Browser(world.systems.client), world.systems
    deal, issue = systems.deal_page(SHOWN), systems.issue_page(world.issue_of(SHOWN))
    timeline = f"{deal}timeline/"
    browser.change(
        timeline,
        person=SALES,
        values={"text": "Созвонились: бюджет утверждён.\nПросят [B]демо[/B] на следующей неделе."},
    )
    _with_tasks(world)
    browser.change(
        issue, person=ENGINEER, values={"status_id": "In Progress", "notes": "Беру в работу, стенд к среде."}
    )
    world.sync()
    browser.change(deal, person=SALES, values={"opportunity": "1250000", "title": "Интеграция с 1С: склад и закупки"})
    private = {"notes": "Скидка больше 10 % — только через руководителя.", "private_notes": "1"}
    browser.change(issue, person=SALES, values=private)
    browser.change(systems.deal_page(12), person=SALES, values={"stageId": "Выиграна"})
    browser.change(systems.deal_page(13), person=SALES, values={"stageId": "Проиграна"})
    _asks(world, subject=STRANGER, tracker=4)
    world.sync()
    world.rename(TORN, crm="Внедрение CRM (срочно)", tracker="Внедрение CRM — второй этап")
    world.rename(RENAMED, crm="Пилот телефонии, 200 мест", tracker="Пилот телефонии: только офис в Казани")
    _give_away(world, SHOWN + 2)
    world.sync()


def _with_tasks(world: World) -> None:
    """Put work items below the issue of the case that is shown."""
    parent = world.issue_of(SHOWN)
    for subject, status in TASKS:
        due = (date.today() + timedelta(days=20 + status)).isoformat()  # noqa: DTZ011  # a day of whoever looks on
        _asks(world, subject=subject, tracker=1, parent_issue_id=parent, status_id=status, due_date=due)


def _asks(world: World, *, subject: str, tracker: int, **more: Any) -> None:
    tracker_page = world.systems.tracker
    headers = {"X-Redmine-API-Key": str(tracker_page.about["keys"]["admin"])}
    form = {"issue": {"project_id": "presales", "tracker_id": tracker, "subject": subject, **more}}
    answer = world.systems.client.post(f"{tracker_page.address}/issues.json", json=form, headers=headers)
    answer.raise_for_status()


def _give_away(world: World, deal: int) -> None:
    """Have a deal belong to somebody whom the tracker does not know by the e-mail that the CRM has."""
    address = world.systems.deal_page(deal)
    Browser(world.systems.client).change(address, person="Хаб Кейсов", values={"assignedById": "Хаб Кейсов"})
