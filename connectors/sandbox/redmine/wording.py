"""What Redmine says to whoever sent something wrong, in the language of the sender's profile."""

from collections.abc import Mapping

_NAMES: Mapping[str, tuple[str, str]] = {
    "project": ("Project", "Проект"),
    "tracker": ("Tracker", "Трекер"),
    "status": ("Status", "Статус"),
    "priority": ("Priority", "Приоритет"),
    "subject": ("Subject", "Тема"),
    "assigned_to": ("Assignee", "Назначена"),
    "category": ("Category", "Категория"),
    "fixed_version": ("Target version", "Версия"),
    "start_date": ("Start date", "Дата начала"),
    "due_date": ("Due date", "Срок завершения"),
    "done_ratio": ("% Done", "Готовность"),
    "estimated_hours": ("Estimated time", "Оценка трудозатрат"),
    "parent": ("Parent task", "Родительская задача"),
    "issue_to": ("Related issue", "Связанная задача"),
    "relation_type": ("Relation type", "Тип связи"),
    "updated_on": ("Updated", "Обновлено"),
    "created_on": ("Created", "Создано"),
    "closed_on": ("Closed", "Закрыта"),
    "issue_id": ("Issue", "Задача"),
    "login": ("Login", "Пользователь"),
    "firstname": ("First name", "Имя"),
    "lastname": ("Last name", "Фамилия"),
    "mail": ("Email", "Email"),
    "name": ("Name", "Имя"),
    "identifier": ("Identifier", "Уникальный идентификатор"),
    "role": ("Role", "Роль"),
    "user": ("User", "Пользователь"),
    "filename": ("File", "Файл"),
}
_SAID: Mapping[str, tuple[str, str]] = {
    "blank": ("cannot be blank", "не может быть пустым"),
    "invalid": ("is invalid", "имеет неверное значение"),
    "listed": ("is not included in the list", "нет в списке"),
    "date": ("is not a valid date", "не является верной датой"),
    "number": ("is not a number", "не является числом"),
    "long": ("is too long (maximum is 255 characters)", "слишком длинное значение (максимум 255 символов)"),
    "order": ("must be greater than start date", "должна быть позднее даты начала"),
    "taken": ("has already been taken", "уже существует"),
    "elsewhere": ("doesn't belong to the same project", "не относится к одному проекту"),
}
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "too_big": (
        "This file cannot be uploaded because it exceeds the maximum allowed file size ({largest})",
        "Этот файл нельзя загрузить из-за превышения максимального размера файла ({largest})",
    ),
    "not_saved": ("{count} file(s) could not be saved.", "{count} файл(ов) невозможно сохранить."),
    "circle": ("This relation would create a circular dependency", "Такая связь приведёт к циклической зависимости"),
    "descendant": (
        "An issue cannot be linked to one of its subtasks",
        "Задача не может быть связана со своей подзадачей",
    ),
}


def fault(name: str, what: str, language: str) -> str:
    """Return one sentence: NAME is a field of Redmine's own or the name of a custom field, WHAT is wrong with it."""
    russian = language == "ru"
    names, said = _NAMES.get(name, (name, name)), _SAID[what]
    return f"{names[russian]} {said[russian]}"


def sentence(what: str, language: str, **facts: str) -> str:
    """Return what is said of a request as a whole, with FACTS in it."""
    return _SENTENCES[what][language == "ru"].format(**facts)
