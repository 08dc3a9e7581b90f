"""The webhook is the secret: it is read with care and shown to nobody."""

import pytest
from pydantic import SecretStr, ValidationError

from connectors.bitrix24 import Bitrix24Settings
from connectors.settings import setting_keys

GOOD = "https://example.bitrix24.ru/rest/13/s3cr3t0abc/"


def settings(webhook: str, **keys: object) -> Bitrix24Settings:
    return Bitrix24Settings.model_validate({"webhook": webhook, **keys})


@pytest.mark.parametrize(
    ("webhook", "portal"),
    [
        (GOOD, "https://example.bitrix24.ru"),
        ("https://crm.example.org:8443/b24/rest/13/s3cr3t0abc", "https://crm.example.org:8443/b24"),
        ("http://127.0.0.1:8001/rest/13/s3cr3t0abc/", "http://127.0.0.1:8001"),
    ],
)
def test_a_webhook_says_where_the_portal_is_and_whose_it_is(webhook: str, portal: str):
    made = settings(webhook)

    assert (made.portal, made.user, made.secret) == (portal, "13", "s3cr3t0abc")


@pytest.mark.parametrize(
    "webhook",
    [
        "",
        "s3cr3t0abc",
        "ftp://example.bitrix24.ru/rest/13/s3cr3t0abc/",
        "https://example.bitrix24.ru/rest/s3cr3t0abc/",
        "https://example.bitrix24.ru/rest/13/s3cr3t0abc/profile",
        "https://example.bitrix24.ru/rest/13/s3cr3t0abc/?auth=s3cr3t0abc",
        "https://me:s3cr3t0abc@example.bitrix24.ru/rest/13/s3cr3t0abc/",
        "https://[example/rest/13/s3cr3t0abc/",
    ],
)
def test_anything_else_is_refused_without_showing_it(webhook: str):
    with pytest.raises(ValidationError) as refusal:
        settings(webhook)

    assert "looks like https://PORTAL/rest/USER/SECRET/" in str(refusal.value)
    assert "s3cr3t0abc" not in str(refusal.value)


def test_settings_do_not_show_the_secret():
    assert "s3cr3t0abc" not in repr(settings(GOOD, application_token="t0k3n"))
    assert "t0k3n" not in repr(settings(GOOD, application_token="t0k3n"))


def test_an_empty_token_would_believe_everybody_and_is_refused():
    with pytest.raises(ValidationError, match="application_token is empty"):
        Bitrix24Settings(webhook=SecretStr(GOOD), application_token=SecretStr(""))


def test_webhook_and_token_are_secrets_of_hub_yaml():
    kinds = {key.name: key.kind for key in setting_keys(Bitrix24Settings)}

    assert (kinds["webhook"], kinds["application_token"], kinds["category"]) == ("secret", "secret", "int")
