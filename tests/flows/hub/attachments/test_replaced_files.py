"""A file whose content somebody replaced where it hangs: the one of before is not put back beside it."""

import hashlib

import pytest

from tests.flows.hub.attachments.files_world import sharing


def replace_content(hub, system, number, content):
    """As Tryton lets people do: the attachment stays the same, and holds something else."""
    body = content.encode()
    digest = hashlib.sha256(body).hexdigest()
    hub.systems[system].contents[digest] = body
    hub.systems[system].edit("file", number, {"content": f"sha256:{digest}"})


@pytest.mark.parametrize("rule", ["detach", "restore", "close"])
@pytest.mark.parametrize("where", ["crm", "trk"])
def test_the_content_of_before_is_not_put_back(tmp_path, where, rule):
    hub, deal = sharing(tmp_path, rest=f"    gone: {rule}\n")
    hub.attach("crm", deal, "Итого: 100")
    hub.sync()
    hub.sync(full=True)  # what lists show of the copy is known
    [number] = hub.records(where, "file")
    records = {"crm": deal, "trk": hub.issue()}
    [other] = {"crm", "trk"} - {where}

    replace_content(hub, where, number, "Итого: 120 000")
    for full in (False, True, False):
        hub.sync(full=full)

    assert list(hub.files(where, records[where]).values()) == ["Итого: 120 000"]
    assert sorted(hub.files(other, records[other]).values()) == ["Итого: 100", "Итого: 120 000"]


def test_nor_where_the_new_one_cannot_be_read_at_once_or_is_deleted_then(tmp_path):
    hub, deal = sharing(tmp_path)
    number = hub.attach("crm", deal, "Итого: 100")
    hub.sync()
    replace_content(hub, "crm", number, "Итого: 120 000")
    hub.broken = frozenset({number})
    hub.sync()
    assert list(hub.files("crm", deal).values()) == ["Итого: 120 000"]
    hub.broken = frozenset()
    hub.sync()
    hub.systems["crm"].delete("file", number)
    hub.sync(full=True)
    hub.sync()

    assert hub.files("crm", deal) == {}
    assert sorted(hub.files("trk", hub.issue()).values()) == ["Итого: 100", "Итого: 120 000"]


def test_a_content_that_is_given_back_is_one_file(tmp_path):
    hub, deal = sharing(tmp_path)
    number = hub.attach("crm", deal, "Итого: 100")
    hub.sync()
    for content in ("Итого: 120 000", "Итого: 100"):
        replace_content(hub, "crm", number, content)
        hub.sync()
        hub.sync(full=True)

    assert len(hub.files("crm", deal)) == 1
    assert len(hub.files("trk", hub.issue())) == 2
