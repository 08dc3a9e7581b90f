"""The demo's hub on disk: good files, nobody else's folder, keys for their owner alone."""

import stat

import pytest

from connectors import connector_class
from connectors.base import setting_keys
from flows.hub.demo.folder import NotOurs, alone, hub_folder, must_be_free, shipped
from flows.hub.files import read_catalog
from mappings.language import SystemSchema, load_hub
from mappings.language.schema import SettingKey

ENV = {
    "DEMO_CRM_WEBHOOK": "http://127.0.0.1:1/rest/13/s3cret/",
    "DEMO_TRACKER_URL": "http://127.0.0.1:2",
    "DEMO_TRACKER_KEY": "k3y",
}


def a_schema(type_name):
    keys = setting_keys(connector_class(type_name).settings_model)
    listed = [SettingKey(key.name, key.kind, required=key.required, meaning=key.meaning) for key in keys]
    return SystemSchema.of(type_name, listed)


def test_the_shipped_files_are_a_hub_without_a_problem():
    schemas = {name: a_schema(name) for name in ("bitrix24", "redmine")}

    hub = load_hub(shipped(), ENV, schemas=schemas, catalog=read_catalog())

    assert sorted(hub.systems) == ["crm", "tracker"]
    assert list(hub.syncs) == ["presales"]


def test_the_folder_holds_the_files_and_the_environment(tmp_path):
    home = hub_folder(tmp_path / "демо", ENV)

    assert sorted(path.name for path in home.iterdir()) == [
        "deal.crm.yaml",
        "demo.env",
        "hub.yaml",
        "issue.tracker.yaml",
    ]
    text = (home / "demo.env").read_text(encoding="utf-8")
    assert f"export CASEHUB_HUB='{home}'\n" in text
    assert "export DEMO_TRACKER_KEY=k3y\n" in text
    assert stat.S_IMODE((home / "demo.env").stat().st_mode) == 0o600


def test_no_key_is_in_the_files_that_are_shown_to_anybody(tmp_path):
    home = hub_folder(tmp_path / "demo", ENV)

    assert not [path for path in home.glob("*.yaml") if "s3cret" in path.read_text() or "k3y" in path.read_text()]


def test_a_second_demo_keeps_what_was_changed_and_forgets_the_database(tmp_path):
    home = hub_folder(tmp_path / "demo", ENV)
    (home / "deal.crm.yaml").write_text("# мой\n", encoding="utf-8")
    for name in ("casehub.db", "casehub.db-wal"):
        (home / name).write_bytes(b"old")

    hub_folder(home, {**ENV, "DEMO_TRACKER_KEY": "another"})

    assert (home / "deal.crm.yaml").read_text(encoding="utf-8") == "# мой\n"
    assert list(home.glob("casehub.db*")) == []
    assert "another" in (home / "demo.env").read_text(encoding="utf-8")


def test_somebody_elses_folder_is_left_alone(tmp_path):
    (tmp_path / "hub.yaml").write_text("mine", encoding="utf-8")
    (tmp_path / "casehub.db").write_bytes(b"mine")

    with pytest.raises(NotOurs, match="holds something that no demo made; choose another folder with --hub"):
        hub_folder(tmp_path, ENV)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["casehub.db", "hub.yaml"]


def test_a_file_in_its_place_is_told(tmp_path):
    (tmp_path / "demo").write_text("", encoding="utf-8")

    with pytest.raises(NotOurs, match="demo is a file"):
        hub_folder(tmp_path / "demo", ENV)


def test_one_demo_at_a_time_lives_in_a_folder(tmp_path):
    home = tmp_path / "демо"
    with alone(home):
        hub_folder(home, ENV)
        with pytest.raises(NotOurs, match="демо already; end it with Ctrl-C, or choose another folder"):
            must_be_free(home)
        with pytest.raises(NotOurs, match="already"), alone(home):
            pass

    must_be_free(home)
    with alone(home):
        assert "k3y" in (home / "demo.env").read_text(encoding="utf-8")


def test_to_ask_for_a_folder_makes_none(tmp_path):
    must_be_free(tmp_path / "demo")

    assert not (tmp_path / "demo").exists()


def test_somebody_elses_folder_is_not_taken_by_asking_for_it(tmp_path):
    (tmp_path / "hub.yaml").write_text("mine", encoding="utf-8")

    with pytest.raises(NotOurs, match="holds something that no demo made"), alone(tmp_path):
        pass

    assert [path.name for path in tmp_path.iterdir()] == ["hub.yaml"]


def test_the_keys_are_for_their_owner_alone_also_in_a_file_that_anybody_could_read(tmp_path):
    (tmp_path / "demo.env").touch(mode=0o644)

    hub_folder(tmp_path, ENV)

    assert stat.S_IMODE((tmp_path / "demo.env").stat().st_mode) == 0o600
