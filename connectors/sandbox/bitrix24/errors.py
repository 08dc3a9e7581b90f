"""How Bitrix24 says no."""


class Refused(Exception):
    """A call that is not carried out. CODE may be empty or a number as text: some methods give no better one."""

    def __init__(self, code: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.status = status

    def shown(self) -> dict[str, str]:
        return {"error": self.code, "error_description": self.description}


def not_found() -> Refused:
    return Refused("NOT_FOUND", "Элемент не найден")


def no_such_kind() -> Refused:
    return Refused("NOT_FOUND", "Смарт-процесс не найден")


def denied() -> Refused:
    return Refused("ACCESS_DENIED", "Доступ запрещен")


def missing(parameter: str) -> Refused:
    return Refused("100", f"Could not find value for parameter {{{parameter}}}")


def bad_value(title: str) -> Refused:
    return Refused("CRM_FIELD_ERROR_VALUE_NOT_VALID", f'Неверное значение поля "{title}"')


def bad_argument(text: str) -> Refused:
    return Refused("INVALID_ARG_VALUE", text)
