"""The methods that a portal here has, with the scope that each needs, and how a call becomes an answer."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from ..wire import nested
from . import comments, dictionaries, disk, items, timeline
from .call import Call, Result
from .errors import Refused
from .portal import Hook, Portal
from .values import stamp

Method: TypeAlias = Callable[[Call], Result]
LONGEST_BATCH = 50

METHODS: Mapping[str, tuple[str, Method]] = {
    "profile": ("", dictionaries.profile),
    "scope": ("", dictionaries.scope),
    "server.time": ("", dictionaries.server_time),
    "user.current": ("user", dictionaries.current_user),
    "user.get": ("user", dictionaries.users),
    "crm.category.list": ("crm", dictionaries.categories),
    "crm.status.list": ("crm", dictionaries.statuses),
    "userfieldconfig.list": ("userfieldconfig", dictionaries.field_configs),
    "userfieldconfig.get": ("userfieldconfig", dictionaries.field_config),
    "crm.item.fields": ("crm", items.fields),
    "crm.item.list": ("crm", items.listing),
    "crm.item.get": ("crm", items.get),
    "crm.item.add": ("crm", items.add),
    "crm.item.update": ("crm", items.update),
    "crm.item.delete": ("crm", items.delete),
    "crm.item.productrow.set": ("crm", timeline.rows_set),
    "crm.item.productrow.list": ("crm", timeline.rows_list),
    "crm.stagehistory.list": ("crm", timeline.stage_history),
    "crm.timeline.comment.add": ("crm", comments.comment_add),
    "crm.timeline.comment.list": ("crm", comments.comment_list),
    "crm.timeline.comment.get": ("crm", comments.comment_get),
    "crm.timeline.comment.update": ("crm", comments.comment_update),
    "crm.timeline.comment.delete": ("crm", comments.comment_delete),
    "crm.timeline.comment.fields": ("crm", comments.comment_fields),
    "disk.file.get": ("disk", disk.file_get),
    "disk.attachedobject.get": ("disk", disk.attached_get),
}
Tell: TypeAlias = Callable[[int | str, str, int], None]


class Desk:
    """Carries out calls for one portal: rights, working time, times in the answer, events."""

    def __init__(self, portal: Portal, tell: Tell) -> None:
        self._portal = portal
        self._tell = tell

    def one(self, hook: Hook, method: str, params: Mapping[str, Any]) -> tuple[Result, dict[str, Any]]:
        """Return the result of a call and its `time`. Raises Refused."""
        scope, made = self._method(method)
        if scope and scope not in hook.scopes:
            raise Refused("insufficient_scope", _SCOPE, status=403)
        began = self._portal.now().timestamp()
        working, who = self._portal.working, f"{hook.user.id}/{hook.secret}"
        if self._portal.settings.limited and not working.allows(who, method, began):
            raise Refused("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit", status=429)
        try:
            result = made(Call(self._portal, hook, method, params))
        finally:
            working.work(who, method, began)
        if result.event is not None:
            self._tell(*result.event)
        used = {"operating": round(working.used(who, method, began), 6)}
        return result, {**self.time(began), "operating_reset_at": working.reset_at(who, method, began), **used}

    def batch(self, hook: Hook, params: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out up to fifty calls in their order; failures stand under their names."""
        commands = params.get("cmd")
        if not isinstance(commands, Mapping | list):
            raise Refused("100", "Could not find value for parameter {cmd}")
        pairs = enumerate(commands) if isinstance(commands, list) else commands.items()
        halt = params.get("halt") in (1, "1", True, "true", "Y")
        found: dict[str, dict[str, Any]] = {name: {} for name in _GROUPS}
        for place, (name, command) in enumerate(pairs):
            try:
                if place >= LONGEST_BATCH:
                    raise Refused("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
                self._command(hook, str(name), str(command), found=found)
            except Refused as refused:
                found["result_error"][str(name)] = refused.shown()
                if halt:
                    break
        return {name: php_array(group) for name, group in found.items()}

    def _command(self, hook: Hook, name: str, command: str, *, found: dict[str, dict[str, Any]]) -> None:
        method, _, query = command.partition("?")
        method = plain_name(method)
        if method == "batch":
            raise Refused("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", status=405)
        pairs = parse_qsl(query, keep_blank_values=True)
        params = _linked(nested(pairs), found["result"])
        result, time = self.one(hook, method, params)
        found["result"][name] = result.value
        found["result_time"][name] = time
        if result.total is not None:
            found["result_total"][name] = result.total
        if result.next is not None:
            found["result_next"][name] = result.next

    def time(self, began: float) -> dict[str, Any]:
        """Return the `time` of an answer, without the working time."""
        finish = max(self._portal.now().timestamp(), began)
        text = stamp(self._portal.now(), self._portal.zone)
        spent = {"duration": finish - began, "processing": finish - began}
        return {"start": began, "finish": finish, **spent, "date_start": text, "date_finish": text}

    def _method(self, name: str) -> tuple[str, Method]:
        found = METHODS.get(name)
        if found is None:
            raise Refused("ERROR_METHOD_NOT_FOUND", "Method not found!", status=404)
        return found


_GROUPS = ("result", "result_error", "result_total", "result_next", "result_time")
_SCOPE = "The request requires higher privileges than provided by the webhook token"
_LINK = re.compile(r"\$result((?:\[[^\]]*\])+)")


def plain_name(method: str) -> str:
    """Return a method's name in small letters, without the ending that tells the format."""
    return method.strip("/").lower().removesuffix(".json")


def php_array(group: Mapping[str, Any]) -> Any:
    """Empty is a list, and so are keys that count up from 0: so PHP writes its arrays."""
    if list(group) == [str(number) for number in range(len(group))]:
        return list(group.values())
    return dict(group)


def _linked(value: Any, results: Mapping[str, Any]) -> Any:
    """Put results of earlier calls where ``$result[name][path]`` stands; what is not there is an empty text."""
    if isinstance(value, dict):
        return {key: _linked(each, results) for key, each in value.items()}
    if isinstance(value, list):
        return [_linked(each, results) for each in value]
    whole = _LINK.fullmatch(value)
    if whole:
        return _looked_up(whole[1], results)
    return _LINK.sub(lambda match: str(_looked_up(match[1], results)), value)


def _looked_up(path: str, results: Any) -> Any:
    here = results
    for key in _keys(path):
        if isinstance(here, Mapping) and key in here:
            here = here[key]
        elif isinstance(here, list) and key.isdigit() and int(key) < len(here):
            here = here[int(key)]
        else:
            return ""
    return here


def _keys(path: str) -> Iterable[str]:
    return path.removeprefix("[").removesuffix("]").split("][")
