"""The changes that `demo --once` makes in the place of a newcomer: one on each side, at the systems' own pages."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .browser import Browser
from .compare import Comparison
from .deals import CHANGED_IN_CRM, CHANGED_IN_TRACKER, TORN
from .systems import Systems

SALES, ENGINEER = "Анна Ковалёва", "Пётр Щукин"
MORE = Decimal(62_500)
LATER = timedelta(days=9)
NOTE = "* Стенд готов, показываем в пятницу"


@dataclass(frozen=True)
class Edit:
    """What WHO did at a record: WHAT is told to the reader."""

    who: str
    address: str
    what: str


def edit_both_sides(systems: Systems, found: Comparison) -> list[Edit]:
    """Change one deal and the issue of another one. Raises PageRefused."""
    browser = Browser(systems.client)
    by_deal = {pair.deal: pair for pair in found.pairs}
    return [_in_crm(systems, browser, CHANGED_IN_CRM), _in_tracker(systems, browser, by_deal[CHANGED_IN_TRACKER].issue)]


def disagree(systems: Systems, found: Comparison) -> list[Edit]:
    """Give one case a title on each side: nobody is right by rule. Raises PageRefused."""
    browser = Browser(systems.client)
    issue = {pair.deal: pair for pair in found.pairs}[TORN].issue
    told = []
    for who, address, place, words in (
        (SALES, systems.deal_page(TORN), "title", "(срочно)"),
        (ENGINEER, systems.issue_page(issue), "subject", "— второй этап"),
    ):
        title = f"{browser.text(address, place)} {words}"
        browser.change(address, person=who, values={place: title})
        told.append(Edit(who, address, f"calls it «{title}»"))
    return told


def _in_crm(systems: Systems, browser: Browser, number: int) -> Edit:
    address = systems.deal_page(number)
    amount = Decimal(browser.text(address, "opportunity")) + MORE
    closes = date.fromisoformat(browser.text(address, "closedate")) + LATER
    values = {"opportunity": f"{amount}", "closedate": closes.isoformat()}
    browser.change(address, person=SALES, values=values)
    return Edit(SALES, address, f"sets the amount to {amount} and the closing date to {closes}")


def _in_tracker(systems: Systems, browser: Browser, number: int) -> Edit:
    address = systems.issue_page(number)
    text = browser.text(address, "description")
    written = f"{text}\n\n{NOTE}" if text else NOTE
    browser.change(address, person=ENGINEER, values={"status_id": "In Progress", "description": written})
    return Edit(ENGINEER, address, f"begins work (New → In Progress) and writes «{NOTE}»")
