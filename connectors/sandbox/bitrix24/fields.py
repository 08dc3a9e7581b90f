"""The fields that deals, contacts and companies have here: those of a new portal, and some of the portal's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

DEAL, CONTACT, COMPANY = 2, 3, 4

CHOICES = ((45, "Демонстрация"), (47, "Пилот"), (49, "Ответ на RFP"), (51, "Технический вопрос"))
PRODUCTS = ((61, "Лицензии"), (63, "Внедрение"), (65, "Поддержка"))


@dataclass(frozen=True, slots=True)
class Field:
    """One field. FIXED: read-only. OWN is the number of the portal's own field, 0 for others."""

    name: str
    type: str
    title: str
    fixed: bool = False
    multiple: bool = False
    status_type: str = ""
    choices: tuple[tuple[int, str], ...] = ()
    own: int = 0

    @property
    def upper(self) -> str:
        """The name in capitals: UPDATED_TIME, UF_CRM_1690000001."""
        return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", self.name).upper()

    @property
    def empty(self) -> object:
        """What an emptied or never filled field holds."""
        if self.multiple:
            return ()
        if self.type in ("crm_company", "crm_contact"):
            return 0
        if self.type == "boolean":
            return "N"
        return 0.0 if self.type == "double" and not self.own else None

    def described(self) -> dict[str, object]:
        """Return what crm.item.fields says of it."""
        said: dict[str, object] = {
            "type": self.type,
            "isRequired": False,
            "isReadOnly": self.fixed,
            "isImmutable": False,
            "isMultiple": self.multiple,
            "isDynamic": bool(self.own),
            "title": self.title,
            "upperName": self.upper,
        }
        if self.status_type:
            said["statusType"] = self.status_type
        if self.choices:
            said["items"] = [{"ID": str(number), "VALUE": text} for number, text in self.choices]
        return said


def _table(text: str) -> dict[str, Field]:
    """Read lines of ``name type[!][*][=STATUS] title``: ``!`` is read-only, ``*`` holds several values."""
    found = {}
    for line in text.strip().splitlines():
        name, kind, title = line.split(None, 2)
        kind, _, status = kind.partition("=")
        found[name] = Field(name, kind.rstrip("!*"), title, "!" in kind, "*" in kind, status)
    return found


_SHARED_HEAD = """
id integer! ID
createdTime datetime! Дата создания
updatedTime datetime! Дата изменения
createdBy user! Кем создан
updatedBy user! Кем изменён
assignedById user Ответственный
opened boolean Доступен для всех
comments text Комментарий
sourceId crm_status=SOURCE Источник
sourceDescription text Дополнительно об источнике
originatorId string Внешний источник
originId string Идентификатор элемента во внешнем источнике
lastActivityBy user! Кем осуществлена последняя активность в таймлайне
lastActivityTime datetime! Последняя активность
utmSource string UTM Source
utmMedium string UTM Medium
utmCampaign string UTM Campaign
utmContent string UTM Content
utmTerm string UTM Term
observers user* Наблюдатели
"""
_DEAL = """
title string Название
typeId crm_status=DEAL_TYPE Тип
categoryId crm_category Воронка
stageId crm_status=DEAL_STAGE Стадия сделки
previousStageId crm_status!=DEAL_STAGE Предыдущая стадия
stageSemanticId string! Группа стадии
isNew boolean! Новая сделка
isRecurring boolean! Регулярная сделка
isReturnCustomer boolean! Повторная сделка
isManualOpportunity boolean Режим расчёта суммы
probability integer Вероятность
opportunity double Сумма
currencyId crm_currency Валюта
taxValue double Ставка налога
companyId crm_company Компания
contactId crm_contact Контакт
contactIds crm_contact* Контакты
begindate date Дата начала
closedate date Предполагаемая дата закрытия
closed boolean! Закрыта
additionalInfo text Дополнительная информация
webformId integer Создано CRM-формой
movedBy user! Кем изменена стадия
movedTime datetime! Дата изменения стадии
"""
_CONTACT = """
name string Имя
lastName string Фамилия
secondName string Отчество
post string Должность
typeId crm_status=CONTACT_TYPE Тип контакта
companyId crm_company Компания
birthdate date Дата рождения
"""
_COMPANY = """
title string Название компании
typeId crm_status=COMPANY_TYPE Тип компании
industry crm_status=INDUSTRY Сфера деятельности
revenue double Годовой оборот
currencyId crm_currency Валюта
contactIds crm_contact* Контакты
isMyCompany boolean! Моя компания
"""
_OWN = (
    (1690000001, "boolean", "Ключевой клиент", False, ()),
    (1690000002, "date", "Срок ТКП", False, ()),
    (1690000003, "enumeration", "Вид пресейла", False, CHOICES),
    (1690000004, "money", "Бюджет клиента", False, ()),
    (1690000005, "datetime", "Встреча", False, ()),
    (1690000006, "string", "Метки", True, ()),
    (1690000007, "employee", "Инженер пресейла", False, ()),
    (1690000008, "double", "Объём работ, дней", False, ()),
    (1690000009, "string", "Ход пресейла", False, ()),
    (1690000010, "url", "Ссылка на кейс", False, ()),
    (1690000011, "enumeration", "Состав", True, PRODUCTS),
    (1690000012, "integer", "Пользователей", False, ()),
)


def _own_fields() -> dict[str, Field]:
    made = (
        Field(f"ufCrm_{number}", kind, title, multiple=multiple, choices=choices, own=number)
        for number, kind, title, multiple, choices in _OWN
    )
    return {field.name: field for field in made}


FIELDS: Mapping[int, Mapping[str, Field]] = {
    DEAL: {**_table(_SHARED_HEAD), **_table(_DEAL), **_own_fields()},
    CONTACT: {**_table(_SHARED_HEAD), **_table(_CONTACT)},
    COMPANY: {**_table(_SHARED_HEAD), **_table(_COMPANY)},
}
ORIGINAL: Mapping[str, str] = {f"UF_CRM_{number}": f"ufCrm_{number}" for number, *_ in _OWN}
"""The name that an own field was made with -> its name in camel case."""
CAMEL: Mapping[str, str] = {camel: original for original, camel in ORIGINAL.items()}
