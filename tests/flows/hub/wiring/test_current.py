"""A process that runs on follows the files of its hub, and never falls over what is wrong in them."""

import pytest

from flows.hub.wiring import Current
from mappings.language import Problems
from tests.hub_builders import CRM, HUB, TRK

FILES = {"hub.yaml": HUB, "record.crm.yaml": CRM, "record.trk.yaml": TRK}


@pytest.fixture
def hub(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    current = Current(tmp_path, {})
    yield current, tmp_path
    current.installation().store.close()


def put(folder, name, text):
    """Write a file as editors do: beside it, then in its place."""
    new = folder / f"{name}.new"
    new.write_text(text, encoding="utf-8")
    new.replace(folder / name)


def test_what_has_not_changed_is_not_read_again(hub):
    current, _ = hub

    assert current.installation() is current.installation()


def test_a_changed_file_is_read_and_the_database_stays_open(hub):
    current, folder = hub
    before = current.installation()

    put(folder, "hub.yaml", HUB.replace("timezone: Europe/Moscow", "timezone: Asia/Yekaterinburg"))
    after = current.installation()

    assert (before.hub.timezone, after.hub.timezone) == ("Europe/Moscow", "Asia/Yekaterinburg")
    assert after.store is before.store


def test_a_new_mapping_beside_it_is_seen(hub):
    current, folder = hub
    mapped = len(current.installation().hub.mappings)

    put(folder, "comment.trk.yaml", "system: trk\nkind: comment\nentity: note\nextends: memory/comment\n")

    assert len(current.installation().hub.mappings) == mapped + 1


def test_a_mistake_leaves_the_hub_as_it_was_until_it_is_mended(hub):
    current, folder = hub

    put(folder, "hub.yaml", HUB.replace("opens: crm", "opens: нигде"))
    broken, told = current.installation(), current.problems
    put(folder, "hub.yaml", HUB)
    mended = current.installation()

    assert broken.hub.syncs["presales"].opens == "crm"
    assert [problem.file for problem in told] == ["hub.yaml"]
    assert (mended.hub.syncs["presales"].opens, current.problems) == ("crm", ())


def test_another_database_needs_a_restart_and_says_so(hub):
    current, folder = hub

    put(folder, "hub.yaml", HUB.replace("casehub.db", "other.db"))

    assert current.installation().hub.database.get_secret_value() == "sqlite:///casehub.db"
    assert "restart" in current.problems[0].text


def test_a_hub_that_is_wrong_at_the_start_is_not_begun(tmp_path):
    (tmp_path / "hub.yaml").write_text("systems: {}\n", encoding="utf-8")

    with pytest.raises(Problems):
        Current(tmp_path, {})
