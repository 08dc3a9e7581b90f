"""The invented deals of the demo: the same at every start, but for their days, which count from today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

COUNT = 40

WORKS = (
    "Внедрение CRM",
    "Пилот телефонии",
    "Миграция в облако",
    "Интеграция с 1С",
    "Портал самообслуживания",
    "Аудит безопасности",
    "Автоматизация склада",
    "Электронный документооборот",
    "Замена АСУ ТП",
    "Обучение команды",
    "CRM rollout",
    "Data centre move",
    "Security audit",
)
CLIENTS = (
    "ООО «Ромашка»",
    "АО «Василёк»",
    "ПАО «Северный ветер»",
    "ИП Щербаков",
    "Acme Ltd",
    "ООО «Ёж и К°»",
    "ЗАО «Рога & Копыта»",
    "ТОО «Қазына»",
    "НКО «Добрый дом»",
    "Globex GmbH",
)
"""As many as WORKS have no common divisor with: a work and a client meet once in 130 deals."""
CONTACTS = (("Ольга", "Ждан"), ("Сергей", "Юрьев"), ("Юлия", "Чайка"), ("Fred", "Elson"), ("Инна", "Щур"))
OWNERS = ("anna@example.com", "igor@example.com")
STAGES = (
    *("C3:NEW", "C3:PREPARATION", "C3:EXECUTING", "C3:NEW", "C3:PREPAYMENT_INVOICE"),
    *("C3:PREPARATION", "C3:NEW", "C3:FINAL_INVOICE", "C3:EXECUTING", "C3:DEFENCE"),
)
COMMENTS = (
    "",
    "[B]Важно[/B]: ответить до среды",
    "Клиент просил [I]демо[/I]\nв четверг",
    "Состав:\n[LIST]\n[*]пилот\n[*]смета\n[/LIST]",
    "Asked for a [B]demo[/B] next week",
)
SOURCES = ("CALL", "EMAIL", "WEB", "TRADE_SHOW")

BEGUN_BY_HAND = 1
"""The deal whose issue somebody in pre-sales has begun already."""
CHANGED_IN_CRM = 2
CHANGED_IN_TRACKER = 4
TORN = 5
"""The deal of which two people think otherwise at once, while the demo goes on."""
"""The deals of the changes on each side; the issue of the second stands at New."""
SHOWN = (BEGUN_BY_HAND, CHANGED_IN_CRM, CHANGED_IN_TRACKER, 10, 40)
"""The deals whose records are printed side by side: with 10 the issue has walked two steps of its workflow."""


@dataclass(frozen=True)
class Deal:
    """One deal to be made. CLIENT and CONTACT are places in CLIENTS and CONTACTS, OWNER is an e-mail."""

    number: int
    title: str
    client: int
    contact: int
    owner: str
    amount: str
    stage: str
    closes_on: date
    comments: str
    source: str


def deals(today: date) -> Iterator[Deal]:
    """Yield the deals as they are on *today*."""
    for number in range(1, COUNT + 1):
        yield Deal(
            number,
            title=WORKS[number % len(WORKS)],
            client=number % len(CLIENTS),
            contact=number % len(CONTACTS),
            owner=OWNERS[number % len(OWNERS)],
            amount=f"{150_000 + number * 37_500}" + (".5" if number % 7 == 0 else ""),
            stage=STAGES[(number - 1) % len(STAGES)],
            closes_on=today + timedelta(days=14 + number * 5 % 100),
            comments=COMMENTS[number % len(COMMENTS)],
            source=SOURCES[number % len(SOURCES)],
        )
