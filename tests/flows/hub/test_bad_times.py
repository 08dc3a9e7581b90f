"""Times that no calendar has: a record that shows one is taken without it, and stops nobody."""

from dataclasses import replace

import pytest

from connectors.memory import MemoryConnector
from flows.hub.times import stamp_time
from mappings.exchange import Page
from tests.fault_builders import at_peace, opened, titles
from tests.hub_builders import AHub, a_deal

DIGITS = ["20261123094500", "1e20", "inf", "nan"]
"""They are no seconds since 1970."""
NEVER = ["0001-01-01T00:00:00", "0001-01-01T00:00:00+03:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-05:00"]
BEYOND = [*DIGITS, *NEVER]


@pytest.mark.parametrize("stamp", BEYOND)
def test_what_no_calendar_has_is_no_time(stamp):
    assert stamp_time(stamp) is None


@pytest.mark.parametrize("stamp", BEYOND)
def test_a_record_made_at_no_time_is_synced_like_any_other(tmp_path, stamp):
    hub = opened(tmp_path)
    second = hub.systems["crm"].create("record", a_deal("Вторая", created_on=stamp))
    hub.sync()
    hub.systems["crm"].edit("record", second, {"title": "Вторая, дороже"})
    hub.systems["crm"].edit("record", "1", {"title": "Первая, дороже"})
    hub.sync()

    assert titles(hub, "trk") == ["Вторая, дороже", "Первая, дороже"]
    assert at_peace(hub)


class Timeless(MemoryConnector):
    """A system that tells of its records when nobody can have changed them."""

    stamp = ""

    async def pull(self, kind, cursor, *, full=False):
        page = await super().pull(kind, cursor, full=full)
        records = tuple(replace(record, stamp=self.stamp) for record in page.records)
        return Page(page.system, page.kind, records, page.began, page.cursor, more=page.more)


class Other(AHub):
    """A hub whose CRM tells STAMP of every deal."""

    def __init__(self, hub, stamp):
        super().__init__(hub.installation, hub.systems)
        self.stamp = stamp

    def make(self, installation, name):
        made = super().make(installation, name)
        if name == "crm":
            made.__class__, made.stamp = Timeless, self.stamp
        return made


@pytest.mark.parametrize("stamp", BEYOND)
def test_a_record_changed_at_no_time_is_synced_like_any_other(tmp_path, stamp):
    hub = Other(opened(tmp_path), stamp)
    hub.systems["crm"].edit("record", "1", {"title": "Дороже"})
    hub.sync()

    assert titles(hub, "trk") == ["Дороже"]
