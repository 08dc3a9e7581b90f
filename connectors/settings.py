"""What a person must fill in to connect a system, as models and as a plain table of keys."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias, get_args, get_origin
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

KeyKind: TypeAlias = Literal["secret", "url", "text", "int", "bool"]


def _address(text: str) -> str:
    """Return an http(s) address without a slash at its end. Raises ValueError, in words, on anything else."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an address; it begins with https:// and names a host")
    if parts.username or parts.password:
        raise ValueError("an address must not carry a name or a password; use the keys made for them")
    if "?" in text or "#" in text:
        raise ValueError("an address here ends before any ? or #; in the name of a folder they are written %3F and %23")
    if not _has_port(parts):
        raise ValueError("what stands behind the host's colon is no port")
    return text.strip().rstrip("/")


def _has_port(parts: SplitResult) -> bool:
    """Say whether the port of an address, or that of its scheme, is one."""
    try:
        return parts.port != 0
    except ValueError:
        return False


Address: TypeAlias = Annotated[str, AfterValidator(_address)]
"""The web address of a system."""


class SystemSettings(BaseModel):
    """The settings of one system in hub.yaml. Frozen, unknown keys refused, secrets as `SecretStr`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class SettingKey:
    """One key of a system's settings, as the mapping language knows it: ``${…}`` is allowed in secret and url only."""

    name: str
    kind: KeyKind
    required: bool
    meaning: str


def setting_keys(model: type[SystemSettings]) -> tuple[SettingKey, ...]:
    """Return the keys that *model* takes, so that hub.yaml can be checked without knowing any connector."""
    return tuple(
        SettingKey(name, _kind(field.annotation, field.metadata), field.is_required(), field.description or "")
        for name, field in model.model_fields.items()
    )


def _kind(annotation: Any, metadata: list[Any]) -> KeyKind:
    if any(isinstance(entry, AfterValidator) and entry.func is _address for entry in metadata):
        return "url"
    for option in _options(annotation):
        if option is SecretStr:
            return "secret"
        if option is bool:
            return "bool"
        if option is int:
            return "int"
        if get_origin(option) is Annotated and option == Address:
            return "url"
    return "text"


def _options(annotation: Any) -> tuple[Any, ...]:
    """The members of an optional or a union, else the annotation itself."""
    if get_origin(annotation) is Annotated:
        return (annotation,)
    members = tuple(member for member in get_args(annotation) if member is not type(None))
    return members if members and get_origin(annotation) is not Literal else (annotation,)
