"""The hub's process is killed (-9) as the answer to a request arrives; the next one finds out what was done."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.live.documents_hub import DOCUMENTS, FOLDER, DocumentHub, Dying, PlainWiki, a_document_hub
from tests.live.plain import live


def kill_at(hub: DocumentHub, system: str, last: Callable[[httpx.Request], bool]) -> None:
    """Run a pass in a process of its own, which is killed when LAST is answered."""

    def dies(request: httpx.Request) -> bool:
        if last(request):
            os.kill(os.getpid(), signal.SIGKILL)
        return False

    hub.installation.store.engine.dispose()
    child = os.fork()
    if child == 0:
        hub.transports[system] = Dying(dies)
        hub.sync()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the process came to its end"
    assert os.WTERMSIG(status) == signal.SIGKILL


def waiting(hub: DocumentHub) -> None:
    """A case that everybody knows, whose document waits for one fact only, which arrives now."""
    deal = hub.deal(amount=None, currency=None)
    hub.sync()
    assert hub.codes() == ["missing"]
    hub.systems["crm"].edit("record", deal, {"amount": "150000", "currency": "RUB"})


def test_a_page_is_there_once_after_a_kill(tmp_path: Path) -> None:
    hub, ann = a_document_hub(tmp_path, DOCUMENTS), PlainWiki("ANN")
    waiting(hub)

    kill_at(hub, "wiki", lambda request: b"action=edit" in request.content)
    between = ann.titles(hub.token)
    hub.again().sync()

    title = f"{hub.token} CASE-1 ООО «Ромашка»"
    assert between == ann.titles(hub.token) == [title]
    assert ann.revisions(title) == ["Hub"]
    assert (hub.codes(), hub.shown().state) == ([], "draft")
    ann.close()


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_a_folder_is_whole_and_there_once_after_a_kill(tmp_path: Path, nth: int) -> None:
    hub = a_document_hub(tmp_path, FOLDER.replace("[client.name]", "[deal.amount]"))
    root = Path(live("WEBDAV")["ROOT"])
    template = root / f"{hub.token} шаблоны" / "КП"
    template.mkdir(parents=True)
    (template / "Предложение.md").write_text("# {{ client.name }}\n", encoding="utf-8")
    (template / "план.bin").write_bytes(bytes(range(256)))
    waiting(hub)
    count = 0

    def last(request: httpx.Request) -> bool:
        nonlocal count
        count += request.method in ("MKCOL", "PUT", "COPY")
        return count == nth

    kill_at(hub, "files", last)
    hub.again().sync()

    (made,) = (root / f"{hub.token} кейсы").iterdir()
    assert made.name == "CASE-1 ООО «Ромашка»"
    assert sorted(one.name for one in made.iterdir()) == ["Предложение.md", "план.bin"]
    assert (made / "Предложение.md").read_text(encoding="utf-8") == "# ООО «Ромашка»\n"
    assert (hub.codes(), hub.shown().state) == ([], "draft")
