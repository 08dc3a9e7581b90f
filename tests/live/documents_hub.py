"""A hub whose cases are in memory and whose documents are in a real MediaWiki and on a real WebDAV server."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from connectors.base import Connector
from connectors.trust import NOBODY
from flows.hub.documents import documents_in, documents_of
from flows.hub.documents.marking import Shown
from flows.hub.wiring import Installation, make_connector
from state import attention
from state.attention import Attention
from tests.hub_builders import CRM, HUB, TRK, AHub, a_deal, a_hub
from tests.live.plain import live

FORM = {"format": "json", "formatversion": "2"}

PAGE = """{{Кейс}}
<!-- casehub:facts -->
* Клиент: {{ client.name }}
* Сумма: {{ deal.amount }}
<!-- /casehub:facts -->

== Заметки ==
Пишите здесь.
"""

DOCUMENTS = """
documents:
  brief:
    system: wiki
    template: brief.wiki
    name: "@TOKEN@ {{ case.key }} {{ client.name }}"
    when: "case.outcome == 'open'"
    requires: [client.name, deal.amount]
"""

FOLDER = """
documents:
  offer:
    system: files
    template: "@TOKEN@ шаблоны/КП"
    name: "@TOKEN@ кейсы/{{ case.key }} {{ client.name }}"
    requires: [client.name]
    kind: offer
"""

SYSTEMS = """
  wiki: {type: mediawiki, url: "@WIKI@", user: "@WIKI_USER@", password: "${WIKI_PASSWORD}"}
  files: {type: webdav, url: "@FILES@", user: hub, password: "${FILES_PASSWORD}"}
syncs:"""


class PlainWiki:
    """A MediaWiki as a person at it sees it."""

    def __init__(self, who: str = "ANN") -> None:
        env = live("MEDIAWIKI")
        self._http = httpx.Client(trust_env=False, verify=NOBODY, timeout=60)
        self._api = env["API_URL"]
        token = self.ask(action="query", meta="tokens", type="login")["query"]["tokens"]["logintoken"]
        words = {"lgname": env[f"{who}_LOGIN"], "lgpassword": env[f"{who}_PASSWORD"], "lgtoken": token}
        assert self.ask(action="login", **words)["login"]["result"] == "Success"
        self._token = self.ask(action="query", meta="tokens")["query"]["tokens"]["csrftoken"]

    def ask(self, **form: str) -> dict[str, Any]:
        answer = self._http.post(self._api, data={**form, **FORM})
        found: dict[str, Any] = answer.json()
        return found

    def do(self, action: str, **form: str) -> dict[str, Any]:
        told = self.ask(action=action, token=self._token, **form)
        assert "error" not in told, told
        return told

    def save(self, title: str, text: str) -> None:
        self.do("edit", title=title, text=text)

    def text(self, title: str) -> str | None:
        asked = {"prop": "revisions", "rvprop": "content", "rvslots": "main"}
        page = self.ask(action="query", titles=title, **asked)["query"]["pages"][0]
        return None if page.get("missing") else page["revisions"][0]["slots"]["main"]["content"]

    def revisions(self, title: str) -> list[str]:
        asked = {"prop": "revisions", "rvprop": "user", "rvlimit": "50"}
        page = self.ask(action="query", titles=title, **asked)["query"]["pages"][0]
        return [one["user"] for one in page.get("revisions", ())]

    def titles(self, prefix: str) -> list[str]:
        told = self.ask(action="query", list="allpages", apprefix=prefix, aplimit="200")
        return [page["title"] for page in told["query"]["allpages"]]

    def close(self) -> None:
        self._http.close()


@dataclass
class DocumentHub(AHub):
    """A hub with documents; TRANSPORTS go between it and a system, where a test wants to."""

    token: str = ""
    transports: dict[str, httpx.AsyncBaseTransport] = field(default_factory=dict)

    def make(self, installation: Installation, name: str) -> Connector:
        if name in ("wiki", "files"):
            return make_connector(installation, name, self.transports.get(name))
        return super().make(installation, name)

    def again(self) -> "DocumentHub":
        """The same hub in a new process, so to say."""
        return DocumentHub(self.installation, self.systems, self.ids, token=self.token)

    def deal(self, client: str = "ООО «Ромашка»", **views: Any) -> str:
        return self.systems["crm"].create("record", a_deal(f"Сделка {client}", client=client, **views))

    def shown(self, key: str = "CASE-1") -> Shown:
        specs = documents_in(self.installation)
        return documents_of(self.installation.store, self.case(key), [(s.label, s.system) for s in specs])[0]

    def attention(self) -> list[Attention]:
        return [one for one in attention.parked_fields(self.installation.store) if one.field == "document"]

    def codes(self) -> list[str]:
        return [one.code for one in self.attention()]


def a_document_hub(
    folder: Path, documents: str, *, page: str = PAGE, crm: str = "", token: str = "", systems: str = SYSTEMS
) -> DocumentHub:
    """Make the hub, with the template of a page beside its hub.yaml; its documents have a name of this test's own."""
    wiki, files = live("MEDIAWIKI"), live("WEBDAV")
    token = token or f"Т{secrets.token_hex(4)}"
    words = {
        "@TOKEN@": token,
        "@WIKI@": wiki["URL"],
        "@WIKI_USER@": wiki["HUB_LOGIN"],
        "@FILES@": files["URL"],
    }
    text = HUB.replace("\nsyncs:", systems) + documents
    for word, value in words.items():
        text = text.replace(word, value)
    (folder / "brief.wiki").write_text(page, encoding="utf-8")
    env = {"WIKI_PASSWORD": wiki["HUB_PASSWORD"], "FILES_PASSWORD": files["HUB_PASSWORD"]}
    made = a_hub(folder, hub=text, env=env, mappings={"record.crm.yaml": crm or CRM, "record.trk.yaml": TRK})
    return DocumentHub(made.installation, made.systems, token=token)


class Dying(httpx.AsyncBaseTransport):
    """A way to a server on which the hub dies when the answer to a chosen request arrives."""

    def __init__(self, dies: Callable[[httpx.Request], bool]) -> None:
        self._inner = httpx.AsyncHTTPTransport(trust_env=False, verify=NOBODY)
        self._dies = dies
        self.seen: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        self.seen.append(request.method)
        if self._dies(request):
            await response.aread()
            raise Killed
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class Meanwhile(httpx.AsyncBaseTransport):
    """Lets a person edit between the hub's look at a page and its edit."""

    def __init__(self, edit: "list[tuple[str, str]]", ann: PlainWiki) -> None:
        self._inner = httpx.AsyncHTTPTransport(trust_env=False, verify=NOBODY)
        self._edits = edit
        self._ann = ann

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if b"action=edit" in request.content and self._edits:
            self._ann.save(*self._edits.pop(0))
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


class Killed(BaseException):
    """The process ends here: nothing of ours may catch it."""


def sync_dying(hub: DocumentHub) -> None:
    """Run a pass in which the hub dies."""
    try:
        hub.sync()
    except (Killed, BaseExceptionGroup):
        return
    raise AssertionError("the pass came to its end")


__all__ = ["DOCUMENTS", "FOLDER", "DocumentHub", "Dying", "Meanwhile", "PlainWiki", "a_document_hub", "sync_dying"]
