"""Pipelines, their stages, and the other dictionaries of a portal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

PRESALES = 3
SEMANTICS = {None: "process", "S": "success", "F": "failure"}


@dataclass(frozen=True, slots=True)
class Pipeline:
    id: int
    name: str
    sort: int

    def shown(self) -> dict[str, Any]:
        shown = {"id": self.id, "name": self.name, "sort": self.sort, "entityTypeId": 2}
        return {**shown, "isDefault": "N" if self.id else "Y", "originId": "", "originatorId": ""}


@dataclass(frozen=True, slots=True)
class Status:
    """One word of a dictionary; a stage, if the dictionary is one of stages. SEMANTICS: None, S or F."""

    id: int
    entity: str
    code: str
    name: str
    sort: int
    semantics: str | None = None
    system: bool = False

    @property
    def group(self) -> str:
        """P in work, S won, F lost."""
        return self.semantics or "P"

    def shown(self) -> dict[str, Any]:
        colour = {None: "#39A8EF", "S": "#7BD500", "F": "#FF5752"}[self.semantics]
        return {
            "ID": str(self.id),
            "ENTITY_ID": self.entity,
            "STATUS_ID": self.code,
            "NAME": self.name,
            "NAME_INIT": self.name if self.system else "",
            "SORT": str(self.sort),
            "SYSTEM": "Y" if self.system else "N",
            "CATEGORY_ID": self.entity.rpartition("_")[2] if self.code.startswith("C") and ":" in self.code else None,
            "COLOR": colour,
            "SEMANTICS": self.semantics,
            "EXTRA": {"SEMANTICS": SEMANTICS[self.semantics], "COLOR": colour},
        }


PIPELINES = (Pipeline(0, "Общая", 300), Pipeline(PRESALES, "Пресейл", 200))

_COMMON: tuple[tuple[str, str, str | None], ...] = (
    ("NEW", "Новая", None),
    ("PREPARATION", "Подготовка документов", None),
    ("EXECUTING", "В работе", None),
    ("FINAL_INVOICE", "Финальный счёт", None),
    ("WON", "Сделка успешна", "S"),
    ("LOSE", "Сделка провалена", "F"),
    ("APOLOGY", "Анализ причины провала", "F"),
)
_PRESALES: tuple[tuple[str, str, str | None], ...] = (
    ("NEW", "Новая", None),
    ("PREPARATION", "Квалификация", None),
    ("EXECUTING", "Пресейл в работе", None),
    ("PREPAYMENT_INVOICE", "Оценка", None),
    ("FINAL_INVOICE", "Предложение", None),
    ("DEFENCE", "Защита", None),
    ("WON", "Выиграна", "S"),
    ("LOSE", "Проиграна", "F"),
    ("APOLOGY", "Отозвана", "F"),
)
_WORDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "SOURCE": (("CALL", "Звонок"), ("EMAIL", "Электронная почта"), ("WEB", "Веб-сайт"), ("TRADE_SHOW", "Выставка")),
    "DEAL_TYPE": (("SALE", "Продажа"), ("SERVICES", "Услуги"), ("COMPLEX", "Комплексная продажа")),
    "CONTACT_TYPE": (("CLIENT", "Клиенты"), ("PARTNER", "Партнёры")),
    "COMPANY_TYPE": (("CUSTOMER", "Клиент"), ("PARTNER", "Партнёр")),
    "INDUSTRY": (("IT", "Информационные технологии"), ("MANUFACTURING", "Производство")),
}


def stage_code(pipeline: int, code: str) -> str:
    return f"C{pipeline}:{code}" if pipeline else code


def stage_dictionary(pipeline: int) -> str:
    return f"DEAL_STAGE_{pipeline}" if pipeline else "DEAL_STAGE"


def _statuses() -> Iterator[Status]:
    number = 101
    for pipeline, stages in ((0, _COMMON), (PRESALES, _PRESALES)):
        for place, (code, name, semantics) in enumerate(stages, 1):
            entity, system = stage_dictionary(pipeline), code in ("NEW", "WON", "LOSE")
            yield Status(number, entity, stage_code(pipeline, code), name, place * 10, semantics, system)
            number += 2
    for entity, words in _WORDS.items():
        for place, (code, name) in enumerate(words, 1):
            yield Status(number, entity, code, name, place * 10)
            number += 2


STATUSES: tuple[Status, ...] = tuple(_statuses())
STAGES: Mapping[int, Mapping[str, Status]] = {
    pipeline.id: {each.code: each for each in STATUSES if each.entity == stage_dictionary(pipeline.id)}
    for pipeline in PIPELINES
}
"""Pipeline -> stages by their ids, in their order."""
WORDS: Mapping[str, frozenset[str]] = {
    entity: frozenset(each.code for each in STATUSES if each.entity == entity)
    for entity in {s.entity for s in STATUSES}
}
"""Dictionary -> the ids in it."""
