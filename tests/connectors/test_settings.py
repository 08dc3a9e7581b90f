"""Settings fail whole, hide secrets, and tell what keys they take."""

import pytest
from pydantic import Field, SecretStr, ValidationError

from connectors.redmine import RedmineSettings
from connectors.settings import Address, SystemSettings, setting_keys


class Sample(SystemSettings):
    url: Address = Field(description="where it is")
    other: Address | None = Field(None, description="where else")
    key: SecretStr = Field(description="who we are")
    spare: SecretStr | None = Field(None, description="who else we are")
    project: str | None = None
    size: int = 7
    limit: int | None = None
    deep: bool = False


def test_every_key_has_its_kind() -> None:
    kinds = {key.name: (key.kind, key.required) for key in setting_keys(Sample)}

    assert kinds == {
        "url": ("url", True),
        "other": ("url", False),
        "key": ("secret", True),
        "spare": ("secret", False),
        "project": ("text", False),
        "size": ("int", False),
        "limit": ("int", False),
        "deep": ("bool", False),
    }


def test_every_key_of_redmine_says_what_it_means() -> None:
    keys = setting_keys(RedmineSettings)

    assert [key.name for key in keys if not key.meaning] == []
    assert {key.name: key.kind for key in keys}["key"] == "secret"
    assert {key.name: key.kind for key in keys}["markup"] == "text"


@pytest.mark.parametrize("text", ["https://crm.test/", "  http://10.0.0.1:8080/redmine//", "https://crm.test"])
def test_an_address_loses_its_last_slash(text: str) -> None:
    assert Sample(url=text, key=SecretStr("k")).url == text.strip().rstrip("/")


@pytest.mark.parametrize(
    "text", ["crm.local", "ftp://crm.test", "https://", "https://user:pass@crm.test", "javascript:1"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Sample(url=text, key=SecretStr("k"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("https://cloud.test/dav/hub/Кейсы #1", "%23"),
        ("https://cloud.test/apps/files/?dir=/Кейсы", "%3F"),
        ("https://crm.test:80a80", "no port"),
        ("https://crm.test:99999", "no port"),
    ],
)
def test_an_address_that_would_lead_elsewhere_is_refused(text: str, told: str) -> None:
    """What stands behind ? or # is no part of the path: a folder below it would be the one above."""
    with pytest.raises(ValidationError, match=told):
        Sample(url=text, key=SecretStr("k"))


def test_no_complaint_shows_what_was_given() -> None:
    with pytest.raises(ValidationError) as caught:
        Sample.model_validate({"url": "https://a:s3cret@crm.test", "key": 7, "tokn": "s3cret"})

    assert "s3cret" not in str(caught.value)
    assert "tokn" in str(caught.value)


def test_settings_do_not_show_their_secrets() -> None:
    assert "s3cret" not in repr(Sample(url="https://crm.test", key=SecretStr("s3cret")))


def test_settings_cannot_be_changed() -> None:
    settings = Sample(url="https://crm.test", key=SecretStr("k"))

    with pytest.raises(ValidationError):
        settings.size = 8  # type: ignore[misc]  # that is the point


def test_a_redmine_needs_a_project_or_a_query() -> None:
    with pytest.raises(ValidationError, match="give a project or a query_id"):
        RedmineSettings(url="https://redmine.test", key=SecretStr("k"))
