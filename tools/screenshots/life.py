"""What people do in the world before its pictures are taken: notes, edits, and questions that wait."""

from flows.hub.demo import Browser

from .world import ENGINEER, SALES, World

SHOWN = 4
"""The deal whose case has a bit of everything."""
TORN, RENAMED = 5, 9
CASE = 4
"""The tracker whose issues are cases."""


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


def _copied(world: World, deal: int) -> None:
    """Have somebody copy the issue of a deal, with everything that stands in it: the copy is nobody's record."""
    tracker = world.systems.tracker
    headers = {"X-Redmine-API-Key": str(tracker.about["keys"]["admin"])}
    client = world.systems.client
    issue = client.get(f"{tracker.address}/issues/{world.issue_of(deal)}.json", headers=headers).json()["issue"]
    fields = [{"id": one["id"], "value": one["value"]} for one in issue["custom_fields"]]
    form = {"project_id": "presales", "tracker_id": CASE, "subject": issue["subject"], "custom_fields": fields}
    client.post(f"{tracker.address}/issues.json", json={"issue": form}, headers=headers).raise_for_status()


def _give_away(world: World, deal: int) -> None:
    """Have a deal belong to somebody whom the tracker does not know by the e-mail that the CRM has."""
    address = world.systems.deal_page(deal)
    Browser(world.systems.client).change(address, person="Хаб Кейсов", values={"assignedById": "Хаб Кейсов"})
