"""What a person must fill in to connect a Tryton."""

from pydantic import Field, SecretStr

from ..settings import Address, SystemSettings


class TrytonSettings(SystemSettings):
    """
    One database of a Tryton server, and the account that the hub works with.

    The account should be the hub's alone: who wrote a record last is how the hub knows its own writing.
    """

    url: Address = Field(description="address of the server, without the database")
    database: str = Field(description="name of the database")
    user: str = Field(description="login of the hub's own account")
    password: SecretStr = Field(description="its password")
    company: int | None = Field(None, description="id of the company; the account's own company unless said")
    overlap: int = Field(10, ge=1, le=3600, description="seconds that a writing transaction in Tryton may take")
    timeout: int = Field(30, ge=1, le=600, description="seconds to wait for an answer")
