"""A small hub for tests: valid by default, a test says only what matters."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from mappings.exchange import Choice
from mappings.language import CompiledMapping, Hub, Problems, SettingKey, SystemSchema, compile_sync, load_hub
from mappings.language.compile import Vocabularies
from mappings.transforms import Vocabulary

ROOT = Path(__file__).parents[3]
CATALOG_DIR = ROOT / "mappings" / "catalog"
EXAMPLES_DIR = ROOT / "tests" / "mappings" / "examples"

ENV = {
    "BITRIX_WEBHOOK": "https://portal.example.org/rest/7/s3cret/",
    "REDMINE_KEY": "k3y",
    "WIKI_PASSWORD": "pa55",
    "DB_PASSWORD": "dbpa55",
    "EMPTY": "",
}

SCHEMAS = {
    schema.type: schema
    for schema in (
        SystemSchema.of(
            "bitrix24", [SettingKey("webhook", "secret", required=True, meaning="address of the inbound webhook")]
        ),
        SystemSchema.of(
            "redmine",
            [
                SettingKey("url", "url", required=True, meaning="address of the server"),
                SettingKey("key", "secret", required=True, meaning="API key of the hub's account"),
                SettingKey("project", "text"),
                SettingKey("subprojects", "bool", default=False),
                SettingKey("page", "int", default=100),
                SettingKey("timeout", "duration"),
            ],
        ),
        SystemSchema.of(
            "mediawiki", [SettingKey("url", "url", required=True), SettingKey("user"), SettingKey("password", "secret")]
        ),
        SystemSchema.of("memory", [SettingKey("path")]),
        SystemSchema.of("tryton", []),
    )
}


def catalog() -> dict[str, str]:
    """The shipped files, as they are."""
    return {
        path.relative_to(CATALOG_DIR).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(CATALOG_DIR.rglob("*.yaml"))
        if path.parent.name != "cases"
    }


def examples() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(EXAMPLES_DIR.glob("*.yaml"))}


def loaded(files: Mapping[str, str], *, shipped: Mapping[str, str] | None = None) -> Hub:
    return load_hub(files, ENV, schemas=SCHEMAS, catalog=catalog() if shipped is None else shipped)


SMALL_HUB = """\
systems:
  crm: {type: memory}
  трекер: {type: memory}
syncs:
  presales:
    opens: crm
    makes: {трекер: {when: "case.outcome == 'open'"}}
    stages: [lead, оценка]
"""


def small(hub: str = SMALL_HUB, **more: str) -> dict[str, str]:
    """A hub of two memory systems; MORE are mapping files, ``deal__crm`` for ``deal.crm.yaml``."""
    return {"hub.yaml": hub} | {f"{name.replace('__', '.')}.yaml": text for name, text in more.items()}


def deal_words() -> Vocabulary:
    """What a Bitrix24 portal with two pipelines says."""
    stages = [
        Choice("C3:NEW", "Новая", group="3"),
        Choice("C3:PREPARATION", "Квалификация", group="3"),
        Choice("C3:EXECUTING", "Пресейл в работе", group="3"),
        Choice("C3:WON", "Сделка выиграна", closes=True, group="3"),
        Choice("C3:LOSE", "Сделка проиграна", closes=True, group="3"),
        Choice("NEW", "Новая", group="0"),
        Choice("WON", "Сделка выиграна", closes=True, group="0"),
    ]
    places = (
        "title opportunity currencyId companyId contactId assignedById closedate comments originId stageId categoryId "
        "sourceId typeId ufCrm_1690000001 ufCrm_1690000004 ufCrm_1690000005 ufCrm_1690000009 ufCrm_1690000010"
    )
    return Vocabulary(
        choices={
            "stageId": tuple(stages),
            "categoryId": (Choice("0", "Продажи"), Choice("3", "Пресейл"), Choice("5", "Архив")),
            "ufCrm_1690000005": (Choice("1", "Москва и область"), Choice("2", "Урал")),
            "companyId": (Choice("17", "ООО «Ромашка»"),),
            "currencyId": (Choice("RUB", "Рубль"), Choice("EUR", "Евро")),
        },
        people={"7": "anna@example.org"},
        zone="Europe/Moscow",
        types=dict.fromkeys(places.split(), "text"),
    )


def issue_words() -> Vocabulary:
    """What a Redmine server says."""
    names = ("New", "In Progress", "Resolved", "Feedback", "Closed", "Rejected")
    statuses = tuple(Choice(str(number), name, closes=number > 4) for number, name in enumerate(names, 1))
    places = ("subject", "description", "assigned_to", "due_date", "status", "tracker", "priority")
    custom = ("cf[CRM deal id]", "cf[Сумма]", "cf[Deal]")
    return Vocabulary(
        choices={
            "status": statuses,
            "tracker": (Choice("1", "Case"), Choice("2", "Work")),
            "priority": (Choice("1", "Низкий"), Choice("2", "Обычный")),
        },
        people={"5": "anna@example.org"},
        types=dict.fromkeys((*places, *custom), "text"),
    )


EXAMPLES = examples()
DEAL, ISSUE = ("sales-crm", "deal"), ("presales-tracker", "issue")


def compiled(files: dict[str, str] = EXAMPLES, **words: Vocabulary) -> dict[str, CompiledMapping]:
    hub = loaded(files)
    known: Vocabularies = {DEAL: words.get("deal", deal_words()), ISSUE: words.get("issue", issue_words())}
    return {one.kind: one for one in compile_sync(hub, hub.syncs["presales"], known)}


def problems(files: dict[str, str] = EXAMPLES, **words: Vocabulary) -> str:
    with pytest.raises(Problems) as caught:
        compiled(files, **words)
    return str(caught.value)


def changed(name: str, old: str, new: str) -> dict[str, str]:
    assert old in EXAMPLES[name]
    return {**EXAMPLES, name: EXAMPLES[name].replace(old, new)}
