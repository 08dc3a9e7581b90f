"""What a person fills in to connect a MediaWiki."""

from pydantic import Field, SecretStr

from ..settings import Address, SystemSettings


class MediaWikiSettings(SystemSettings):
    """A wiki, and the bot password of the hub's own account in it."""

    url: Address = Field(description="address of the folder that api.php lies in, like https://wiki.example.org/w")
    user: str = Field(description="name of the bot password, like Hub@sync (Special:BotPasswords)")
    password: SecretStr = Field(description="the bot password")
    bot: bool = Field(default=True, description="whether the account is a bot: its edits are hidden in Recent changes")
    page_size: int = Field(50, ge=1, le=50, description="pages asked for at once")
    timeout: int = Field(30, ge=1, le=300, description="seconds to wait for an answer")
