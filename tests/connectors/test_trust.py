"""Whose certificates are believed."""

import os
from pathlib import Path

import certifi
import pytest

from connectors import trust
from connectors.errors import RetryLater
from tests.connectors.http_builders import OK, a_way


def a_list(path: Path) -> Path:
    """A list of one's own that holds one certificate."""
    text = Path(certifi.where()).read_text(encoding="ascii")
    path.write_text(text[: text.index("-----END CERTIFICATE-----")] + "-----END CERTIFICATE-----\n", encoding="ascii")
    return path


def test_they_are_read_once_and_anew_where_they_have_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = trust.trusted("crm")
    again = trust.trusted("crm")
    own = a_list(tmp_path / "own.pem")
    monkeypatch.setenv(trust.FILE, str(own))
    other = trust.trusted("crm")
    os.utime(own, ns=(1, 1))
    later = trust.trusted("crm")

    assert usual is again
    assert len({id(usual), id(other), id(later)}) == 3
    assert (len(other.get_ca_certs()), len(usual.get_ca_certs()) > 50) == (1, True)


@pytest.mark.asyncio
@pytest.mark.parametrize(("text", "why"), [(None, "No such file or directory"), ("нет", "it holds none")])
async def test_a_list_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, why: str
) -> None:
    if text is not None:
        (tmp_path / "own.pem").write_text(text, encoding="utf-8")
    monkeypatch.setenv(trust.FILE, str(tmp_path / "own.pem"))

    with pytest.raises(RetryLater) as caught:
        await a_way(lambda _: OK).open()

    assert str(caught.value) == f"crm: the certificates that SSL_CERT_FILE names cannot be read: {why}"
