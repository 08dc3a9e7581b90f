"""A scheduled pass as a plain function: its lease, its patience, its end."""

import asyncio
from dataclasses import replace

import pytest

from flows.hub.running import lease_name
from flows.scheduled.discreet import Unexpected
from flows.scheduled.passing import PAUSE, Around, Asked, scheduled_pass
from state import leases, runs
from tests.hub_builders import a_deal, a_hub


def passed(asked, **given):
    return asyncio.run(scheduled_pass(asked, **given))


class Nap:
    """A sleep that does not wait: it counts, and does something at a moment of the test's choice."""

    def __init__(self, after=None, work=lambda: None):
        self.slept = 0
        self._after = after
        self._work = work

    async def __call__(self, seconds):
        self.slept += 1
        if self.slept == self._after:
            self._work()


def around(hub, sleep=None):
    """The world of a hub of memory systems; what a run closes is opened again by whoever looks next."""
    return Around(lambda folder: hub.installation, hub.make, sleep or Nap())


def held(hub, name="presales"):
    store = hub.installation.store
    lease = leases.acquire(store, lease_name(name), worker=store.worker(), seconds=60_000)
    assert lease is not None
    return lease


def test_a_scheduled_pass_does_what_a_pass_does_and_is_listed_as_such(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal())

    end, report = passed(Asked(tmp_path, "presales"), around=around(hub))

    [run] = runs.runs(hub.installation.store)
    assert (end.name, end.text) == ("Completed", "presales: read 1, made 1, changed 1")
    assert report is not None
    assert (run.by, run.state) == ("schedule", "done")
    assert [issue["title"] for issue in hub.records("trk").values()] == ["Внедрение CRM"]


def test_it_steps_aside_for_another_one_and_does_nothing(tmp_path):
    hub, nap = a_hub(tmp_path), Nap()
    hub.systems["crm"].create("record", a_deal())
    held(hub)

    end, report = passed(Asked(tmp_path, "presales"), around=around(hub, nap))

    assert (end.name, report, nap.slept) == ("Skipped", None, 0)
    assert hub.records("trk") == {}
    assert runs.runs(hub.installation.store) == ()


def test_a_full_scan_waits_for_the_other_one_to_end(tmp_path):
    hub = a_hub(tmp_path)
    hub.sync()
    hub.systems["crm"].create("record", a_deal())
    lease = held(hub)
    nap = Nap(after=3, work=lambda: leases.release(hub.installation.store, lease))

    end, _ = passed(Asked(tmp_path, "presales", full=True, patience=600), around=around(hub, nap))

    assert (end.name, nap.slept) == ("Completed", 3)
    assert len(hub.records("trk")) == 1


def test_patience_has_an_end(tmp_path):
    hub, nap = a_hub(tmp_path), Nap()
    held(hub)

    end, _ = passed(Asked(tmp_path, "presales", patience=3 * PAUSE), around=around(hub, nap))

    assert (end.name, nap.slept) == ("Skipped", 3)


def test_the_lease_is_free_afterwards(tmp_path):
    hub = a_hub(tmp_path)

    passed(Asked(tmp_path, "presales"), around=around(hub))

    assert not leases.is_held(hub.installation.store, lease_name("presales"))


def test_a_sync_that_is_not_there_fails_with_the_names_of_those_that_are(tmp_path):
    hub = a_hub(tmp_path)

    end, report = passed(Asked(tmp_path, "sales"), around=around(hub))

    assert (end.name, report) == ("Failed", None)
    assert "presales" in end.text


def test_a_folder_without_a_hub_fails_with_the_file_that_is_missing(tmp_path):
    end, _ = passed(Asked(tmp_path / "nowhere", "presales"))

    assert end.name == "Failed"
    assert "hub.yaml" in end.text


def test_an_unexpected_error_fails_without_its_words(tmp_path):
    hub = a_hub(tmp_path)

    def broken(installation, name):
        raise ValueError("ООО «Ромашка»")

    with pytest.raises(Unexpected) as caught:
        passed(Asked(tmp_path, "presales"), around=replace(around(hub), make=broken))

    assert "Ромашка" not in str(caught.value)
    assert "ValueError" in str(caught.value)


def test_one_system_that_is_away_is_an_end_of_its_own_and_the_other_one_was_read(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    hub.systems["trk"].locked_out = True

    end, report = passed(Asked(tmp_path, "presales"), around=around(hub))

    assert end.name == "Unreachable"
    assert report is not None
    assert report.read["crm"] == 1
