"""What people do in the world before its pictures are taken: notes, edits, and questions that wait."""

from typing import Any
from urllib.parse import quote

from flows.hub.demo import Browser
from flows.hub.demo.systems import CONTACT, DEAL

from .world import ENGINEER, SALES, World

SHOWN = 4
"""The deal whose case has a bit of everything."""
TORN, RENAMED = 5, 9
TASK, CASE = 1, 4
"""The trackers whose issues are items and cases."""
PERSON = {"PHONE": "+7 495 123-45-67", "EMAIL": "inna.schur@example.com"}


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
    browser.change(
        issue, person=ENGINEER, values={"status_id": "In Progress", "notes": "Беру в работу, стенд к среде."}
    )
    _planned(world, SHOWN)
    _attached(world, SHOWN, {"Смета на внедрение.xlsx": b"1" * 34_567, "Демонстрация.exe": b"2" * 2_300_000})
    _met(world, SHOWN)
    world.sync()
    browser.change(deal, person=SALES, values={"opportunity": "1250000", "title": "Интеграция с 1С: склад и закупки"})
    private = {"notes": "Скидка больше 10 % — только через руководителя.", "private_notes": "1"}
    browser.change(issue, person=SALES, values=private)
    browser.change(systems.deal_page(12), person=SALES, values={"stageId": "Выиграна"})
    browser.change(systems.deal_page(13), person=SALES, values={"stageId": "Проиграна"})
    _copied(world, SHOWN + 3)
    world.sync()
    world.rename(TORN, crm="Внедрение CRM (срочно)", tracker="Внедрение CRM — второй этап")
    world.rename(RENAMED, crm="Пилот телефонии, 200 мест", tracker="Пилот телефонии: только офис в Казани")
    _give_away(world, SHOWN + 2)
    world.sync()


def _ask(world: World, method: str, path: str, **given: Any) -> Any:
    """Ask the tracker as its administrator."""
    tracker = world.systems.tracker
    headers = {"X-Redmine-API-Key": str(tracker.about["keys"]["admin"]), **given.pop("headers", {})}
    answer = world.systems.client.request(method, f"{tracker.address}{path}", headers=headers, **given)
    answer.raise_for_status()
    return answer.json() if answer.content else {}


def _planned(world: World, deal: int) -> None:
    """Have pre-sales split the work on a deal: a task with a part of its own."""
    above = world.issue_of(deal)
    for subject, due in (("Собрать стенд", "2027-01-20"), ("Перенести остатки со склада", "2027-01-15")):
        form = {"project_id": "presales", "tracker_id": TASK, "subject": subject, "due_date": due}
        above = _ask(world, "POST", "/issues.json", json={"issue": {**form, "parent_issue_id": above}})["issue"]["id"]


def _attached(world: World, deal: int, files: dict[str, bytes]) -> None:
    """Have pre-sales attach files to the issue of a deal."""
    for name, content in files.items():
        as_octets = {"content-type": "application/octet-stream"}
        made = _ask(world, "POST", f"/uploads.json?filename={quote(name)}", content=content, headers=as_octets)
        uploads = [{"token": made["upload"]["token"], "filename": name}]
        _ask(world, "PUT", f"/issues/{world.issue_of(deal)}.json", json={"issue": {"uploads": uploads}})


def _met(world: World, deal: int) -> None:
    """Have sales learn how to reach the contact of a deal."""
    hook, client = world.systems.crm.about["webhooks"]["manager"], world.systems.client
    shown = client.post(f"{hook}crm.item.get", json={"entityTypeId": DEAL, "id": deal}).raise_for_status().json()
    said = [{"typeId": name, "valueType": "WORK", "value": value} for name, value in PERSON.items()]
    form = {"entityTypeId": CONTACT, "id": shown["result"]["item"]["contactId"], "fields": {"fm": said}}
    client.post(f"{hook}crm.item.update", json=form).raise_for_status()


def _copied(world: World, deal: int) -> None:
    """Have somebody copy the issue of a deal, with everything that stands in it: the copy is nobody's record."""
    issue = _ask(world, "GET", f"/issues/{world.issue_of(deal)}.json")["issue"]
    fields = [{"id": one["id"], "value": one["value"]} for one in issue["custom_fields"]]
    form = {"project_id": "presales", "tracker_id": CASE, "subject": issue["subject"], "custom_fields": fields}
    _ask(world, "POST", "/issues.json", json={"issue": form})


def _give_away(world: World, deal: int) -> None:
    """Have a deal belong to somebody whom the tracker does not know by the e-mail that the CRM has."""
    address = world.systems.deal_page(deal)
    Browser(world.systems.client).change(address, person="Хаб Кейсов", values={"assignedById": "Хаб Кейсов"})
