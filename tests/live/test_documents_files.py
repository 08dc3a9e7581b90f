"""Folders on a real WebDAV server: made after a template, filled, and never a file of a person's overwritten."""

import asyncio
import secrets
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from connectors.base import SystemConnector
from connectors.webdav import WebDavConnector, WebDavSettings
from flows.hub.checking import check
from flows.hub.documents import make_again, mark_sent
from mappings.exchange import Change, Create, Receipt, Update
from tests.hub_builders import CRM
from tests.live.documents_hub import FOLDER, DocumentHub, Dying, a_document_hub, sync_dying
from tests.live.plain import live

BINARY = bytes(range(256)) * 40
LINKED = CRM.replace("of: trk", "of: files")


def root() -> Path:
    return Path(live("WEBDAV")["ROOT"])


@pytest.fixture
def hub(tmp_path: Path) -> DocumentHub:
    made = a_document_hub(tmp_path, FOLDER, crm=LINKED)
    template = root() / f"{made.token} шаблоны" / "КП"
    (template / "Приложения" / "Чертежи").mkdir(parents=True)
    (template / "Предложение.md").write_text("# {{ client.name }}\n\nСумма: {{ deal.amount }}\n", encoding="utf-8")
    (template / "Приложения" / "смета.csv").write_text("Клиент;{{ client.name }}\n", encoding="utf-8")
    (template / "Приложения" / "Чертежи" / "план #1 100%.bin").write_bytes(BINARY)
    return made


def folder(hub: DocumentHub, key: str = "CASE-1", client: str = "ООО «Ромашка»") -> Path:
    return root() / f"{hub.token} кейсы" / f"{key} {client}"


def files(path: Path) -> list[str]:
    return sorted(str(one.relative_to(path)) for one in path.rglob("*") if one.is_file())


def test_thirty_folders_are_copied_filled_and_linked(hub: DocumentHub) -> None:
    deals = [hub.deal(f'=ЗАО "Клиент {number}"/..') for number in range(30)]

    report = hub.sync()
    idle = hub.sync()

    made = folder(hub, "CASE-3", "=ЗАО Клиент 2 -")
    assert report.created["files"] == 30
    assert files(made) == ["Предложение.md", "Приложения/Чертежи/план #1 100%.bin", "Приложения/смета.csv"]
    assert (made / "Приложения" / "Чертежи" / "план #1 100%.bin").read_bytes() == BINARY
    assert (made / "Предложение.md").read_text(encoding="utf-8").startswith("# \\=ЗАО")
    assert (made / "Приложения" / "смета.csv").read_text(encoding="utf-8") == 'Клиент;"\'=ЗАО ""Клиент 2""/.."\n'
    assert "CASE-3" in str(hub.records("crm")[deals[2]]["link"])
    assert (idle.writing["files"], idle.requests["files"]) == (0, 0)


def test_a_persons_file_stays_as_it_is_whatever_happens_in_the_hub(hub: DocumentHub) -> None:
    deal = hub.deal()
    hub.sync()
    file = folder(hub) / "Предложение.md"
    file.write_text("переписано человеком", encoding="utf-8")

    hub.systems["crm"].edit("record", deal, {"amount": "1"})
    hub.sync()
    hub.sync(full=True)

    assert file.read_text(encoding="utf-8") == "переписано человеком"
    assert hub.codes() == []


@pytest.mark.parametrize("nth", range(1, 9))
def test_a_death_after_any_request_leaves_one_whole_folder(hub: DocumentHub, nth: int) -> None:
    hub.deal()
    count = 0

    def dies(request: httpx.Request) -> bool:
        nonlocal count
        count += request.method in ("MKCOL", "PUT", "COPY")
        return count == nth and request.method in ("MKCOL", "PUT", "COPY")

    hub.transports["files"] = Dying(dies)
    alive = False
    try:
        sync_dying(hub)
    except AssertionError:
        alive = True
    hub.again().sync()

    assert alive == (nth > 7)
    assert [one.name for one in folder(hub).parent.iterdir()] == [folder(hub).name]
    assert len(files(folder(hub))) == 3
    assert "Сумма: 150" in (folder(hub) / "Предложение.md").read_text(encoding="utf-8")
    assert hub.codes() == []


def test_what_a_person_wrote_into_half_a_folder_is_not_overwritten_when_it_is_finished(hub: DocumentHub) -> None:
    hub.deal()
    hub.transports["files"] = Dying(lambda request: request.method == "PUT")
    sync_dying(hub)
    (written,) = [one for one in folder(hub).rglob("*") if one.is_file()]
    written.write_text("уже моё", encoding="utf-8")

    hub.again().sync()

    assert written.read_text(encoding="utf-8") == "уже моё"
    assert len(files(folder(hub))) == 3


def test_a_folder_of_that_name_that_is_not_ours_is_left_alone(hub: DocumentHub) -> None:
    folder(hub).mkdir(parents=True)
    (folder(hub) / "чужое.txt").write_text("x", encoding="utf-8")
    hub.deal()

    hub.sync()

    assert (hub.codes(), files(folder(hub))) == (["taken"], ["чужое.txt"])
    folder(hub).rename(folder(hub).with_name("в сторону"))
    hub.sync(full=True)
    assert (hub.codes(), len(files(folder(hub)))) == ([], 3)


def test_a_renamed_folder_is_found_by_the_key_of_its_case_and_told(hub: DocumentHub) -> None:
    deal = hub.deal()
    hub.sync()
    folder(hub).rename(folder(hub).with_name("CASE-1 в архиве"))
    (folder(hub).parent / "CASE-12 другой").mkdir()

    hub.sync(full=True)

    assert hub.codes() == ["moved"]
    assert "CASE-1%20%D0%B2" in str(hub.records("crm")[deal]["link"])
    hub.sync(full=True)
    assert hub.codes() == []


def test_a_folder_that_is_gone_is_told_and_made_again_on_request(hub: DocumentHub) -> None:
    deal = hub.deal()
    hub.sync()
    folder(hub).rename(root() / f"{hub.token} прочь")

    hub.sync(full=True)

    assert (hub.codes(), hub.records("crm")[deal]["link"]) == (["gone"], None)
    make_again(hub.installation.store, hub.case(), "offer", by="ann")
    hub.sync()
    assert (hub.codes(), len(files(folder(hub)))) == ([], 3)


def test_a_change_to_what_was_sent_is_told_by_the_full_pass(hub: DocumentHub) -> None:
    hub.deal()
    hub.sync()
    mark_sent(hub.installation.store, hub.case(), "offer", by="ann")
    hub.sync(full=True)
    before = hub.codes()

    (folder(hub) / "Приложения" / "смета.csv").write_text("другая смета", encoding="utf-8")
    hub.sync(full=True)

    assert (before, hub.codes()) == ([], ["changed"])
    mark_sent(hub.installation.store, hub.case(), "offer", by="ann")
    hub.sync(full=True)
    assert hub.codes() == []


def test_a_mistake_in_a_file_of_the_template_is_told_with_file_and_line(hub: DocumentHub) -> None:
    broken = root() / f"{hub.token} шаблоны" / "КП" / "Предложение.md"
    broken.write_text("# {{ client.name }}\n{{ клиент }}\n", encoding="utf-8")
    hub.deal()

    report = hub.sync()

    assert any("Предложение.md" in one and "клиент" in one and "  2  " in one for one in report.notices)
    assert not folder(hub).exists()


def test_check_meets_the_server_reads_the_templates_and_says_what_is_wrong(hub: DocumentHub) -> None:
    good = asyncio.run(check(hub.installation, make=hub.make))
    (root() / f"{hub.token} шаблоны" / "КП" / "Предложение.md").write_text("\n\n{{ client.nam }}", encoding="utf-8")
    wrong = asyncio.run(check(hub.installation, make=hub.make))

    met = {one.name: (one.trouble, one.account.name if one.account else "") for one in good.systems}
    assert (good.problems, met["files"]) == ((), ("", "hub"))
    assert [(one.file, one.line) for one in wrong.problems] == [(f"files: {hub.token} шаблоны/КП", 3)]
    assert wrong.problems[0].text.startswith("Предложение.md: unknown fact 'client.nam'")


# --- the connector ------------------------------------------------------------------------------------------------


def a_connector(*, password: str = "") -> WebDavConnector:
    env = live("WEBDAV")
    secret = SecretStr(password or env["HUB_PASSWORD"])
    return WebDavConnector("файлы", WebDavSettings(url=env["URL"], user="hub", password=secret))


def pushed(connector: SystemConnector, write: Create | Update) -> Receipt:
    async def run() -> Receipt:
        async with connector:
            return (await connector.push([write]))[0]

    return asyncio.run(run())


def test_a_text_is_replaced_only_where_it_is_what_was_seen(tmp_path: Path) -> None:
    name = f"{tmp_path.name} {secrets.token_hex(4)}.txt"
    (root() / name).write_text("старое", encoding="utf-8")

    moved = pushed(a_connector(), Update("1", "файлы", "file", name, (Change("text", "новое", "другое"),)))
    done = pushed(a_connector(), Update("1", "файлы", "file", name, (Change("text", "новое", "старое"),)))

    assert (moved.state, done.state) == ("moved", "done")
    assert (root() / name).read_text(encoding="utf-8") == "новое"


def test_a_create_over_something_names_what_is_there(tmp_path: Path) -> None:
    name = f"{tmp_path.name} {secrets.token_hex(4)}"
    (root() / name).mkdir()

    receipt = pushed(a_connector(), Create("1", "файлы", "folder", "m", (Change("path", name),)))

    assert (receipt.state, receipt.other) == ("refused", name)


def test_no_path_leads_out_of_the_folder() -> None:
    for path in ("../прочь", "a/../../b", "", "a//b", "."):
        receipt = pushed(a_connector(), Create("1", "файлы", "folder", "m", (Change("path", path),)))
        assert receipt.state == "refused"
    assert not (root().parent / "прочь").exists()
