"""What a person fills in to connect a WebDAV server."""

from pydantic import Field, SecretStr

from ..settings import Address, SystemSettings


class WebDavSettings(SystemSettings):
    """A folder on a WebDAV server; everything that the hub does lies below it."""

    url: Address = Field(
        description="address of the folder, like https://cloud.example.org/remote.php/dav/files/hub/Пресейл"
    )
    user: str = Field(description="the hub's own account")
    password: SecretStr = Field(description="its password; of a Nextcloud, an app password")
    pages: Address | None = Field(
        None, description="address of the Nextcloud itself, so that links open its pages and not the bare files"
    )
    most: int = Field(2000, ge=1, le=100_000, description="files that one folder of a case may have")
    timeout: int = Field(30, ge=1, le=300, description="seconds to wait for an answer")
