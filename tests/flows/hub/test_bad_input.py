"""Bad input, whole passes: systems that fail, lists that lead nowhere, broken files."""

from dataclasses import replace

import pytest

from connectors.base import Connector
from connectors.errors import RetryLater
from connectors.memory import MemoryConnector
from connectors.memory.traits import KindTraits
from flows import wording
from flows.hub.wiring import install
from mappings.exchange import Cursor
from mappings.language import Problems
from tests.fault_builders import (
    Hook,
    a_world,
    at_peace,
    failing,
    opened,
    titles,
)
from tests.hub_builders import CRM, HUB, TRK, AHub, a_hub

# --- systems ---------------------------------------------------------------------------------------------------------


def test_a_wrong_key_is_told_with_what_to_renew_and_the_rest_goes_on(tmp_path):
    hub = opened(tmp_path, deals=2)
    hub.systems["crm"].edit("record", "1", {"amount": "7"})
    hub.systems["trk"].locked_out = True

    report = hub.sync()
    hub.systems["trk"].locked_out = False
    hub.sync()

    assert report.refused_us == {"trk"}
    assert "renew the credentials" in wording.unreachable(report.trouble)
    assert "casehub check" in wording.unreachable(report.trouble)
    assert report.read["crm"] > 0
    assert hub.records("trk")["1"]["amount"] == "7"
    assert at_peace(hub)


def test_a_system_that_was_never_reached_gets_its_records_when_it_is(tmp_path):
    hub = a_world(tmp_path, deals=2)
    hub.systems["trk"].hook = Hook("identify", "before", failing(DOWN), kind="")

    report = hub.sync()
    hub.sync()

    assert report.trouble == {"trk": str(DOWN)}
    assert titles(hub) == ["Сделка 1", "Сделка 2"]
    assert at_peace(hub)


DOWN = RetryLater("GET /records did not reach the server (ConnectError); try again later", system="trk")


BROKEN = RetryLater("GET /records answered 500; send it again later", system="crm")


def test_a_failure_in_the_middle_of_a_list_keeps_what_was_read_and_goes_on_from_there(tmp_path):
    hub = a_world(tmp_path, deals=5, traits={"crm": KindTraits(page_size=2)})
    hook = hub.systems["crm"].hook = Hook("list", "before", failing(BROKEN), skip=1)

    broken = hub.sync()
    half = titles(hub)
    hub.sync()

    assert broken.trouble == {"crm": str(BROKEN)}
    assert half == ["Сделка 1", "Сделка 2"]
    assert titles(hub) == [f"Сделка {number + 1}" for number in range(5)]
    assert hook.met == 4, "two pages are not read again"
    assert at_peace(hub)


def test_a_failure_in_the_middle_of_a_full_read_takes_nothing_for_deleted(tmp_path):
    hub = opened(tmp_path, deals=5, traits={"trk": KindTraits(page_size=2)})
    hub.systems["trk"].hook = Hook("list", "before", failing(DOWN), skip=1)

    broken = hub.sync(full=True)
    hub.sync(full=True)

    assert broken.trouble == {"trk": str(DOWN)}
    assert not any(link.tombstone for number in range(5) for link in hub.case(f"CASE-{number + 1}").links)
    assert at_peace(hub)


class Circling(MemoryConnector):
    """A system that shows its first page again, whatever page is asked for."""

    async def pull(self, kind, cursor, *, full=False):
        page = await super().pull(kind, None, full=full)
        return replace(page, more=True, cursor=Cursor(resume='{"after": "0", "at": null}'))


class OtherConnector(AHub):
    """A hub whose system NAME has the connector that the test gives."""

    given: dict[str, Connector]

    def make(self, installation, name):
        made = super().make(installation, name)
        return self.given[name](made) if name in self.given else made


def with_connectors(hub, **given):
    other = OtherConnector(hub.installation, hub.systems)
    other.given = given
    return other


def circling(made):
    made.__class__ = Circling
    return made


def test_a_page_that_repeats_itself_ends_with_a_clear_error_and_the_other_system_goes_on(tmp_path):
    hub = opened(tmp_path, deals=2)
    hub.systems["crm"].edit("record", "1", {"amount": "7"})

    report = with_connectors(hub, trk=circling).sync()
    hub.sync()

    assert list(report.trouble) == ["trk"]
    assert "the same page again" in report.trouble["trk"]
    assert report.read["crm"] > 0
    assert hub.records("trk")["1"]["amount"] == "7"
    assert at_peace(hub)


def test_a_full_read_that_runs_in_a_circle_ends_too_and_takes_nothing_for_deleted(tmp_path):
    hub = opened(tmp_path, deals=2)

    report = with_connectors(hub, trk=circling).sync(full=True)

    assert "the same page again" in report.trouble["trk"]
    assert at_peace(hub)


# --- files -----------------------------------------------------------------------------------------------------------


def test_every_problem_of_the_files_is_told_at_once_with_its_line(tmp_path):
    broken = HUB.replace("default: {home: crm}", "default: {home: crn}").replace("type: memory}", "type: memori}", 1)
    trk = TRK.replace("stage: defence", "stage: defense", 1)

    with pytest.raises(Problems) as told:
        a_hub(tmp_path, hub=broken, mappings={"record.crm.yaml": CRM, "record.trk.yaml": trk})

    text = wording.advice(told.value).text
    assert "did you mean" in text
    assert "hub.yaml" in text
    assert "casehub check" in text


def test_an_installation_with_broken_files_leaves_the_database_alone(tmp_path):
    hub = opened(tmp_path, deals=2)
    (tmp_path / "record.trk.yaml").write_text("system: trk\nkind: record\nentity: кейс\n", encoding="utf-8")

    with pytest.raises(Problems):
        install(tmp_path, {}, clock=hub.installation.store.clock)

    (tmp_path / "record.trk.yaml").write_text(TRK, encoding="utf-8")
    assert at_peace(replace(hub, installation=install(tmp_path, {}, clock=hub.installation.store.clock)))
