"""What a person fills in to connect a Bitrix24 portal."""

import re
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from ..settings import SystemSettings

_PATH = re.compile(r"(?P<before>/.*)?/rest/(?P<user>[0-9]+)/(?P<secret>[^/]+)")


class Bitrix24Settings(SystemSettings):
    """The deals of one portal, or of one of its pipelines, as one user's inbound webhook shows them."""

    webhook: SecretStr = Field(description="address of an inbound webhook of the hub's own user; it is the secret")
    category: int | None = Field(None, ge=0, description="number of the only pipeline that takes part")
    application_token: SecretStr | None = Field(None, description="token of the outgoing webhook that sends events")
    burst: int = Field(50, ge=3, le=1000, description="requests that the tariff lets through at once")
    per_second: int = Field(2, ge=0, le=100, description="requests a second that it drains; 0 where it has no limit")
    overlap: int = Field(10, ge=1, le=3600, description="seconds before the newest stamp at which each pull begins")
    timeout: int = Field(60, ge=1, le=300, description="seconds to wait for an answer")

    @field_validator("webhook")
    @classmethod
    def _is_a_webhook(cls, given: SecretStr) -> SecretStr:
        address = given.get_secret_value().strip().rstrip("/")
        try:
            parts = urlsplit(address)
            fits = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        except ValueError:
            fits = False
        if not fits or parts.query or parts.fragment or not _PATH.fullmatch(parts.path):
            raise ValueError("not the address of an inbound webhook; it looks like https://PORTAL/rest/USER/SECRET/")
        return SecretStr(address)

    @model_validator(mode="after")
    def _keeps_its_secret(self) -> Self:
        if self.application_token is not None and not self.application_token.get_secret_value():
            raise ValueError("application_token is empty; leave it out where there is no outgoing webhook")
        return self

    @property
    def portal(self) -> str:
        """The portal's address, without anything secret."""
        parts = urlsplit(self.webhook.get_secret_value())
        before = _PATH.fullmatch(parts.path)
        return f"{parts.scheme}://{parts.netloc}{(before and before['before']) or ''}"

    @property
    def user(self) -> str:
        """The id of the user whose webhook it is: what it writes is written by them."""
        found = _PATH.fullmatch(urlsplit(self.webhook.get_secret_value()).path)
        return found["user"] if found else ""

    @property
    def secret(self) -> str:
        """The part of the address that must never be shown."""
        found = _PATH.fullmatch(urlsplit(self.webhook.get_secret_value()).path)
        return found["secret"] if found else ""
