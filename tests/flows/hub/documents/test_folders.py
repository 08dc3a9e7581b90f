"""Folders of cases, over a server of files in memory; a real one is asked in tests/live."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest

from connectors.base import Connector, Surroundings
from connectors.webdav import WebDavConnector, WebDavSettings
from flows.hub.documents import send
from flows.hub.documents.folders import Folders
from flows.hub.wiring import Installation
from mappings.documents import Flawed
from state import attention
from tests.connectors.test_webdav import FILE, FOLDER, FakeDav, multistatus
from tests.hub_builders import HUB, AHub, a_deal, a_hub

STORE = '\n  store: {type: webdav, url: "https://store.test/dav", user: hub, password: "${WORD}"}\nsyncs:'
DOCUMENTS = """
documents:
  brief: {system: store, template: Шаблоны/Бриф, name: "Кейсы/{{ case.key }} бриф"}
  offer: {system: store, template: Шаблоны/КП, name: "Кейсы/{{ case.key }} КП"}
"""


@dataclass
class SmallStore:
    """Folders by their paths; there are no files in them."""

    folders: set[str] = field(default_factory=lambda: {"", "Шаблоны", "Шаблоны/Бриф", "Шаблоны/КП"})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = unquote(request.url.path).removeprefix("/dav").strip("/")
        if request.method == "MKCOL":
            if path in self.folders:
                return httpx.Response(405)
            self.folders.add(path)
            return httpx.Response(201)
        if path not in self.folders:
            return httpx.Response(404)
        listed = [path, *(one for one in self.folders if one and one.rpartition("/")[0] == path)]
        rows = "".join(map(self._row, dict.fromkeys(listed)))
        return httpx.Response(207, content=f'<d:multistatus xmlns:d="DAV:">{rows}</d:multistatus>'.encode())

    @staticmethod
    def _row(path: str) -> str:
        kind = "<d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop>"
        good = f"<d:propstat>{kind}<d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
        return f"<d:response><d:href>{quote(f'/dav/{path}')}</d:href>{good}</d:response>"

    def rename(self, path: str, name: str) -> None:
        self.folders = {name if one == path else one for one in self.folders}


@dataclass
class StoreHub(AHub):
    store: SmallStore = field(default_factory=SmallStore)

    def make(self, installation: Installation, name: str) -> Connector:
        if name != "store":
            return super().make(installation, name)

        async def sleep(seconds: float) -> None:
            del seconds

        given: dict[str, Any] = dict(installation.hub.systems[name].settings)
        settings = WebDavSettings.model_validate({key: one for key, one in given.items() if one is not None})
        return WebDavConnector(name, settings, Surroundings(transport=httpx.MockTransport(self.store), sleep=sleep))

    def told(self) -> dict[str, str]:
        """Return document -> the code of what has to be done about it."""
        found = attention.parked_fields(self.installation.store)
        return {one.kind: one.code for one in found if one.field == "document"}


@pytest.fixture
def hub(tmp_path: Path) -> StoreHub:
    made = a_hub(tmp_path, hub=HUB.replace("\nsyncs:", STORE, 1) + DOCUMENTS, env={"WORD": "geheim"})
    hub = StoreHub(made.installation, made.systems)
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    assert {"Кейсы/CASE-1 бриф", "Кейсы/CASE-1 КП"} <= hub.store.folders
    return hub


def test_a_folder_that_is_gone_is_not_found_in_the_one_of_another_document(hub: StoreHub) -> None:
    hub.store.folders.remove("Кейсы/CASE-1 бриф")

    hub.sync(full=True)

    assert hub.told() == {"brief": "gone"}


@pytest.mark.parametrize("template", ["/Шаблоны/Бриф", "Шаблоны/Бриф/"])
def test_a_template_may_be_written_with_a_slash_at_either_end(tmp_path: Path, template: str) -> None:
    documents = DOCUMENTS.replace("template: Шаблоны/Бриф,", f"template: {template},")
    made = a_hub(tmp_path, hub=HUB.replace("\nsyncs:", STORE, 1) + documents, env={"WORD": "geheim"})
    hub = StoreHub(made.installation, made.systems)
    hub.store.folders.add("Шаблоны/Бриф/Договор")
    hub.systems["crm"].create("record", a_deal())

    hub.sync()

    assert "Кейсы/CASE-1 бриф/Договор" in hub.store.folders


def test_a_lone_slash_is_no_template(tmp_path: Path) -> None:
    documents = DOCUMENTS.replace("template: Шаблоны/Бриф,", "template: /,")
    made = a_hub(tmp_path, hub=HUB.replace("\nsyncs:", STORE, 1) + documents, env={"WORD": "geheim"})
    hub = StoreHub(made.installation, made.systems)
    hub.systems["crm"].create("record", a_deal())

    hub.sync()

    assert "Кейсы/CASE-1 бриф" not in hub.store.folders


def test_a_renamed_folder_is_found_beside_the_one_of_another_document(hub: StoreHub) -> None:
    hub.store.rename("Кейсы/CASE-1 бриф", "Кейсы/CASE-1 бриф, согласован")

    hub.sync(full=True)
    assert hub.told() == {"brief": "moved"}
    hub.sync(full=True)

    assert hub.told() == {}


def test_a_folder_is_sent_as_it_stands_and_not_as_it_was_seen_last(hub: StoreHub) -> None:
    hub.store.folders.add("Кейсы/CASE-1 КП/Приложения")

    why = asyncio.run(send(hub.installation, hub.case(), "offer", by="ann", make=hub.make))
    hub.sync(full=True)
    assert (why, hub.told()) == ("", {})

    hub.store.folders.add("Кейсы/CASE-1 КП/Правки")
    hub.sync(full=True)
    assert hub.told() == {"offer": "changed"}


def test_what_its_server_does_not_show_is_sent_as_it_was_seen_last(hub: StoreHub) -> None:
    hub.store.rename("Кейсы/CASE-1 КП", "Кейсы/CASE-1 КП, отправлено")

    why = asyncio.run(send(hub.installation, hub.case(), "offer", by="ann", make=hub.make))
    hub.sync(full=True)

    assert why == "there is nothing at 'Кейсы/CASE-1 КП'"
    assert hub.told() == {}


async def loaded(content: bytes) -> Folders:
    """Return the template `Т`, a folder with one file in it that holds CONTENT."""

    def says(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, content=content, headers={"ETag": '"e1"'})
        file = (quote("Т/Смета.csv"), FILE.replace(">7<", f">{len(content)}<"))
        rows = [(quote("Т/"), FOLDER), file] if request.url.path.endswith("/") else [file]
        return httpx.Response(207, content=multistatus(*rows))

    async with FakeDav(says).connector() as connector:
        return await Folders.load(connector, "Т", known=["client.name"], zone="UTC")


TEXT = 'Клиент;"{{ client.name }}"\r\n'


@pytest.mark.parametrize(
    "content",
    [TEXT.encode("cp1251"), TEXT.encode("utf-16"), b"\xfe\xff" + TEXT.encode("utf-16-be"), TEXT.encode() * 30_000],
    ids=["Windows", "UTF-16", "UTF-16 of others", "large"],
)
@pytest.mark.asyncio
async def test_facts_in_a_file_that_cannot_be_filled_are_a_mistake_of_the_template(content: bytes) -> None:
    with pytest.raises(Flawed, match=r"line 1: Смета.csv: .*save it in UTF-8"):
        await loaded(content)


@pytest.mark.parametrize(
    "content",
    [TEXT.encode(), "Клиент;\r\n".encode("cp1251"), "Клиент;\r\n".encode() * 90_000],
    ids=["UTF-8", "Windows", "large"],
)
@pytest.mark.asyncio
async def test_a_file_that_can_be_filled_or_need_not_be_is_no_mistake(content: bytes) -> None:
    await loaded(content)
