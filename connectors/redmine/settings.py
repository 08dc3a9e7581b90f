"""What a person fills in to connect a Redmine."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from ..settings import Address, SystemSettings


class RedmineSettings(SystemSettings):
    """The issues of one project, or those that a saved query shows."""

    url: Address = Field(description="address of the Redmine, with its path if it has one")
    key: SecretStr = Field(description="API key of the hub's own account (My account > API access key)")
    project: str | None = Field(None, description="identifier of the project whose issues take part; new ones go there")
    subprojects: bool = Field(default=False, description="whether issues of subprojects take part too")
    query_id: int | None = Field(None, description="number of a saved query that says which issues take part")
    tracker: str | None = Field(None, description="name or number of the only tracker that takes part")
    markup: Literal["textile", "markdown", "common_mark"] = Field(
        "textile", description="the text formatting of the installation, which its interface does not tell"
    )
    page_size: int = Field(100, ge=1, le=100, description="issues asked for at once")
    concurrency: int = Field(4, ge=1, le=16, description="requests under way at once")
    per_second: int | None = Field(None, ge=1, description="requests per second, where a proxy before it has a limit")
    timeout: int = Field(30, ge=1, le=300, description="seconds to wait for an answer")
    webhook_secret: SecretStr | None = Field(None, description="secret of the webhook (Redmine 7.0 and newer)")

    @model_validator(mode="after")
    def _has_a_scope(self) -> Self:
        if self.project is None and self.query_id is None:
            raise ValueError("give a project or a query_id")
        return self
