"""
What the seeded Redmines call things: the same tracker in English and in Russian.

`redmine.rb` in ``seeds/`` gets this as JSON. Statuses and roles are in the order of Redmine's own default data.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """One account. ROLE is the number of a default role: 0 manager, 1 developer, 2 reporter."""

    key: str
    login: str
    first: str
    last: str
    role: int
    zone: str = ""


@dataclass(frozen=True, slots=True)
class CustomField:
    """One custom field of issues; KEY names its id in the environment (``REDMINE_CF_AMOUNT``)."""

    key: str
    name: str
    format: str
    values: tuple[str, ...] = ()
    multiple: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words of one Redmine."""

    language: str
    markup: str
    project: tuple[str, str]
    other_project: tuple[str, str]
    tracker: str
    statuses: tuple[str, ...]
    users: tuple[User, ...]
    fields: tuple[CustomField, ...]


STATUS_KEYS = ("NEW", "IN_PROGRESS", "RESOLVED", "FEEDBACK", "CLOSED", "REJECTED")

# Role -> status -> where it may go, by number: narrow on purpose, so that a way of several hops is the rule.
FLOW = {
    0: {0: [1, 5], 1: [2, 3, 5], 2: [1, 4], 3: [1]},
    1: {0: [1], 1: [2, 3], 3: [1]},
    2: {3: [1]},
}

ENGLISH = Vocabulary(
    language="en",
    markup="common_mark",
    project=("presales", "Presales"),
    other_project=("archive", "Archive"),
    tracker="Case",
    statuses=("New", "In Progress", "Resolved", "Feedback", "Closed", "Rejected"),
    users=(
        User("HUB", "hub", "Case", "Hub", 0),
        User("MANAGER", "manager", "Mia", "Manager", 0),
        User("ENGINEER", "engineer", "Erik", "Engineer", 1),
        User("SALES", "sales", "Sofia", "Sales", 2),
    ),
    fields=(
        CustomField("DEAL_ID", "CRM deal id", "string"),
        CustomField("CASE_TYPE", "Case type", "list", ("Demo", "Pilot", "Tender", "Question")),
        CustomField("AMOUNT", "Amount", "float"),
        CustomField("DEAL", "Deal", "link"),
        CustomField("CLIENT", "Client", "string"),
        CustomField("KEY_CLIENT", "Key client", "bool"),
        CustomField("DEADLINE", "Deadline", "date"),
        CustomField("LABELS", "Labels", "list", ("cloud", "on-premises", "migration"), multiple=True),
        CustomField("PARTICIPANTS", "Participants", "user", multiple=True),
        CustomField("SUMMARY", "Summary", "text"),
    ),
)

RUSSIAN = Vocabulary(
    language="ru",
    markup="textile",
    project=("presale", "Пресейл"),
    other_project=("archive", "Архив"),
    tracker="Кейс",
    statuses=("Новая", "В работе", "Решена", "Отклик", "Закрыта", "Отклонена"),
    users=(
        User("HUB", "hub", "Хаб", "Кейсов", 0, zone="Moscow"),  # UTC+3
        User("MANAGER", "kovaleva", "Анна", "Ковалёва", 0),
        User("ENGINEER", "shchukin", "Егор", "Щукин", 1),
        User("SALES", "yudina", "Светлана", "Юдина", 2),
    ),
    fields=(
        CustomField("DEAL_ID", "ID сделки CRM", "string"),
        CustomField("CASE_TYPE", "Тип кейса", "list", ("Демонстрация", "Пилот", "Тендер", "Вопрос")),
        CustomField("AMOUNT", "Сумма", "float"),
        CustomField("DEAL", "Сделка", "link"),
        CustomField("CLIENT", "Клиент", "string"),
        CustomField("KEY_CLIENT", "Ключевой клиент", "bool"),
        CustomField("DEADLINE", "Срок ответа", "date"),
        CustomField("LABELS", "Метки", "list", ("облако", "свой контур", "миграция"), multiple=True),
        CustomField("PARTICIPANTS", "Участники", "user", multiple=True),
        CustomField("SUMMARY", "Итог", "text"),
    ),
)
