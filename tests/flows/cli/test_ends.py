"""How commands end that cannot do their work: the code, a sentence on stderr, and nothing on stdout."""

import socket

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.scheduled.quiet import QUIET
from tests.flows.cli.cli_builders import HUB, given

NOBODY = HUB + "notify: {attention: ['json://127.0.0.1:1/x']}\n"
ANSWERS = "systems: {crm: {type: tryton}}\nopens: crm\nmakes: tracker\n"


@pytest.fixture
def quiet(monkeypatch):
    """Commands tell Prefect to keep quiet through the environment; afterwards it is as before."""
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PREFECT_API_URL", raising=False)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("case", "item", "list", "CASE-9"), 2, "CASE-9"),
        (("case", "files", "CASE-9"), 2, "casehub case list"),
        (("parked", "retry", "99"), 2, "casehub parked list"),
        (("parked", "retry", "99", "title"), 2, "a number says it all"),
        (("parked", "drop", "99"), 2, "casehub parked list"),
        (("parked", "drop", "CASE-9"), 2, "casehub case list"),
        (("documents", "sent", "CASE-1", "brief"), 2, "brief"),
        (("documents", "draft", "CASE-9", "brief"), 2, "CASE-9"),
        (("deletions", "list", "nothing"), 2, "there is no sync 'nothing'"),
        (("notify",), 2, "hub.yaml names nobody"),
        (("serve", "page", "--port", "0"), 2, "--port"),
        (("serve", "inbox", "--poll", "0"), 2, "--poll"),
        (("up", "--prefect-port", "70000"), 2, "--prefect-port"),
        (("demo", "--json"), 2, "--once"),
        (("test", "no-such-folder"), 2, "no such folder"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(opened, words, code, told):
    ended = opened.run(*words)

    assert (ended.code, ended.out) == (code, "")
    assert told in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("words", [("up",), ("serve", "page"), ("serve", "inbox")])
def test_a_hub_that_is_none_is_told_before_anything_starts(tmp_path, quiet, words):
    ended = given("--hub", str(tmp_path), *words, env={"PREFECT_API_URL": "http://127.0.0.1:1/api"})

    assert (ended.code, ended.out) == (2, "")
    assert "casehub init" in ended.err


def test_a_task_server_needs_to_be_told_where_prefect_is(opened, quiet):
    ended = opened.run("serve", "inbox")

    assert (ended.code, ended.out) == (2, "")
    assert "PREFECT_API_URL=http://127.0.0.1:4200/api" in ended.err


@pytest.mark.loopback
def test_a_port_that_is_taken_is_told_before_anything_starts(opened, quiet):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = str(other.getsockname()[1])

        ended = opened.run("up", "--port", port, "--prefect-port", port)

    assert (ended.code, ended.out) == (1, "")
    assert f"port {port} of 127.0.0.1 is taken" in ended.err


@pytest.mark.loopback
def test_an_address_that_takes_no_notice_is_told_by_its_number(make_hub):
    hub = make_hub(hub=NOBODY)

    ended = hub.run("notify", "--test", "--json")

    assert (ended.code, ended.json) == (1, {"addresses": 1, "refused": [1]})
    assert "no. 1" in ended.err


# --- init -------------------------------------------------------------------------------------------------------------


def test_a_hub_is_not_begun_over_another(hub):
    ended = hub.run("init", "--answers", "nothing.yaml")

    assert (ended.code, ended.out) == (2, "")
    assert "is a hub already" in ended.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("just words", "expected a mapping with the keys"),
        ("systems: [", "not YAML"),
        ("opens: crm\n", "systems: missing"),
        (ANSWERS, "tracker"),
    ],
)
def test_answers_that_cannot_be_used_are_told_and_nothing_is_written(tmp_path, text, told):
    answers = tmp_path / "answers.yaml"
    answers.write_text(text, encoding="utf-8")

    ended = given("--hub", str(tmp_path / "hub"), "init", "--answers", str(answers))

    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert not (tmp_path / "hub" / "hub.yaml").exists()


def test_a_file_of_answers_that_is_not_there_is_told(tmp_path):
    ended = given("--hub", str(tmp_path / "hub"), "init", "--answers", str(tmp_path / "ответы.yaml"))

    assert (ended.code, ended.out) == (2, "")
    assert "ответы.yaml cannot be read" in ended.err


def test_at_a_terminal_what_is_not_understood_is_asked_again(tmp_path):
    words = ["memory", "crm", "memory", "crm", "трекер", "UTC", "RUB", "", "Case", "tracker=Case"]

    ended = CliRunner().invoke(app, ["--hub", str(tmp_path / "hub"), "init"], input="\n".join([*words, ""]))

    assert "'crm' is the name of the first one" in ended.stderr
    assert "'Case' is no PLACE=VALUE" in ended.stderr
    assert ended.stdout.count("Which records of трекер take part") == 2
