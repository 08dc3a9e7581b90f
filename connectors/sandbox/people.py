"""The invented people and companies of both sandboxes: the same, so that a demo's two systems speak of one world."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account in both systems; the e-mail address is who they are."""

    login: str
    first: str
    last: str
    email: str
    role: str
    """admin, manager, engineer, sales or hub."""


CYRILLIC = (
    Person("admin", "Мария", "Соколова", "admin@example.com", "admin"),
    Person("casemanager", "Анна", "Ковалёва", "anna@example.com", "manager"),
    Person("engineer", "Пётр", "Щукин", "petr@example.com", "engineer"),
    Person("sales", "Игорь", "Ёлкин", "igor@example.com", "sales"),
    Person("hub", "Хаб", "Кейсов", "hub@example.com", "hub"),
)
LATIN_NAMES = (("Mary", "Falcon"), ("Anna", "Smith"), ("Peter", "Pike"), ("Igor", "Elkin"), ("Case", "Hub"))
LATIN = tuple(
    Person(each.login, first, last, each.email, each.role)
    for each, (first, last) in zip(CYRILLIC, LATIN_NAMES, strict=True)
)

_WORK = (
    "Внедрение CRM",
    "Пилот телефонии",
    "Миграция в облако",
    "Интеграция с 1С",
    "Портал самообслуживания",
    "Аудит безопасности",
    "Автоматизация склада",
    "Электронный документооборот",
    "Замена АСУ",
    "Обучение команды",
)
_CLIENTS = (
    "ООО «Ромашка»",
    "АО «Василёк»",
    "ПАО «Северный ветер»",
    "ИП Щербаков",
    "ГУП «Ключевая вода»",
    "ООО «Ёж и К°»",
    "ЗАО «Рога & Копыта»",
    "ООО «Заря»",
    "НКО «Добрый дом»",
    "АО «Примаш-Сервис»",
)
_WORK_EN = ("CRM rollout", "Telephony pilot", "Cloud migration", "ERP integration", "Security audit", "Team training")
_CLIENTS_EN = ("Acme Ltd", "Globex", "Initech", "Umbrella Co", "Stark & Sons", "Wonka", "Hooli", "Tyrell")


def people(*, cyrillic: bool) -> tuple[Person, ...]:
    return CYRILLIC if cyrillic else LATIN


def clients(*, cyrillic: bool) -> tuple[str, ...]:
    return _CLIENTS if cyrillic else _CLIENTS_EN


def a_title(chance: Random, *, cyrillic: bool, number: int) -> str:
    """Return what a deal or case may be called; NUMBER keeps titles apart."""
    work = _WORK if cyrillic else _WORK_EN
    return f"{chance.choice(work)} · {chance.choice(clients(cyrillic=cyrillic))} №{number}"
