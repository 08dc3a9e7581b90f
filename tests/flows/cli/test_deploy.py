"""`deploy` as far as it needs no Prefect server; with one, see tests/live/test_prefect.py."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml

from flows.cli.deploy import has_moved, warnings
from flows.cli.terminal import Terminal
from flows.hub.wiring import install
from flows.scheduled.quiet import QUIET
from flows.up import Asked, children
from state import runs


@pytest.fixture
def quiet(monkeypatch):
    """The command tells Prefect to keep quiet through the environment; afterwards it is as before."""
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PREFECT_API_URL", raising=False)


def test_what_would_be_deployed_is_printed_without_any_server(hub):
    form = yaml.safe_load(hub.done("deploy", "--print", "--work-pool", "запас").out)

    assert [one["entrypoint"].rpartition(".")[2] for one in form["deployments"]] == [
        "sync",
        "full_scan",
        "retry_parked",
        "housekeeping",
    ]
    assert {one["work_pool"]["name"] for one in form["deployments"]} == {"запас"}
    assert {one["parameters"]["hub"] for one in form["deployments"]} == {str(hub.folder.resolve())}


def test_what_would_be_deployed_is_printed_for_programs_too(hub):
    assert hub.done("deploy", "--print", "--json").json == yaml.safe_load(hub.done("deploy", "--print").out)


def test_without_a_server_the_variable_that_names_one_is_told(hub, quiet):
    refused = hub.run("deploy")

    assert (refused.code, refused.out) == (2, "")
    assert "PREFECT_API_URL=http://127.0.0.1:4200/api" in refused.err


def test_a_period_that_the_last_run_outgrew_is_told(hub):
    installation = install(hub.folder, {})
    times = iter([datetime(2026, 11, 21, 9, tzinfo=UTC) + timedelta(seconds=s) for s in (0, 200)])
    store = installation.store.__class__(installation.store.engine, clock=lambda: next(times))
    runs.finish(store, runs.start(store, "presales", by="schedule"))

    told = warnings(installation)
    installation.store.close()

    [text] = told
    assert text.startswith("presales: every 120 s is short: the last run took 200.0 s")
    assert text.endswith("say `every: 400s` or more")


def test_before_the_first_run_nothing_is_told(hub):
    installation = install(hub.folder, {})

    told = warnings(installation)
    installation.store.close()

    assert told == []


def test_a_hub_that_was_moved_with_its_own_server_is_known_and_one_that_is_still_there_is_another(hub, tmp_path):
    where = Terminal(hub.folder)
    own = children(Asked(hub.folder.resolve()), {})[0].environment
    shared = {"PREFECT_API_URL": "http://prefect.example.org/api"}
    before, beside = str(tmp_path / "до переезда"), str(hub.folder)

    assert has_moved(where, own, before)
    assert not has_moved(where, own, beside)
    assert not has_moved(where, shared, before)
