"""A file that became internal after it was met: nothing of it leaves its system from then on."""

from connectors.errors import RetryLater
from flows.hub.wiring import install
from tests.fault_builders import Hook, failing
from tests.flows.hub.attachments.files_world import sharing


def test_a_larger_limit_does_not_take_it_out(tmp_path):
    hub, deal = sharing(tmp_path, "    files: {crm: {max_size: 10B}, trk: {}}\n")
    secret = hub.attach("trk", hub.issue(), "маржа 40 %", "маржа.xlsx")
    hub.sync()
    hub.private = frozenset({secret})
    settings = tmp_path / "hub.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("10B", "1MB"), encoding="utf-8")
    hub.installation.store.close()
    hub.installation = install(tmp_path, {}, clock=hub.systems["crm"].clock)
    hub.sync(approved=True)
    hub.sync(full=True)

    assert hub.files("crm", deal) == {}


def test_it_is_not_put_back_where_the_sync_says_restore(tmp_path):
    hub, deal = sharing(tmp_path, rest="    gone: restore\n")
    secret = hub.attach("trk", hub.issue(), "маржа 40 %", "маржа.xlsx")
    hub.sync()
    [copy] = hub.records("crm", "file")
    hub.private = frozenset({secret})
    hub.systems["crm"].delete("file", copy)
    hub.sync(full=True)
    hub.sync(full=True)

    assert hub.files("crm", deal) == {}


def test_no_line_is_left_of_it_where_a_new_limit_refuses_it(tmp_path):
    hub, _ = sharing(tmp_path, "    files: {crm: {}, trk: {}}\n", comments=True)
    secret = hub.attach("trk", hub.issue(), "маржа 40 %", "маржа.xlsx")
    hub.broken = frozenset({secret})
    hub.sync()
    hub.private = frozenset({secret})
    settings = tmp_path / "hub.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("crm: {}", "crm: {max_size: 3B}"), "utf-8")
    hub.installation.store.close()
    hub.installation = install(tmp_path, {}, clock=hub.systems["crm"].clock)
    hub.sync(approved=True)
    hub.sync(full=True)

    assert not hub.records("crm", "comment")
    assert hub.told() == []


def test_while_its_system_is_away_nothing_of_it_is_told_elsewhere(tmp_path):
    hub, _ = sharing(tmp_path, "    files: {crm: {}, trk: {}}\n", comments=True)
    hub.broken = frozenset({hub.attach("trk", hub.issue(), "маржа 40 %", "маржа.xlsx")})
    hub.sync()
    settings = tmp_path / "hub.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("crm: {}", "crm: {max_size: 3B}"), "utf-8")
    hub.installation.store.close()
    hub.installation = install(tmp_path, {}, clock=hub.systems["crm"].clock)
    hub.systems["trk"].hook = Hook("list", "before", failing(RetryLater("away", system="trk")), kind="record")
    hub.sync(approved=True)
    told = len(hub.records("crm", "comment"))
    hub.sync(full=True)

    assert (told, len(hub.records("crm", "comment"))) == (0, 1)
