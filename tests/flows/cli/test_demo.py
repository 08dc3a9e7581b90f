"""`casehub demo` before anything runs: what it refuses, and why. That it works is shown in tests/live/test_demo.py."""

import socket
import subprocess

from typer.testing import CliRunner

from flows.cli import app
from flows.cli.demo import sourced
from flows.cli.demo_passes import Done, told
from flows.hub.demo.folder import alone, hub_folder
from flows.hub.report import Report
from mappings.reconcile.guards import Stop


def demo(*words):
    return CliRunner().invoke(app, ["demo", *words])


def test_a_port_that_is_taken_ends_the_demo_with_the_reason(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])

        result = demo("--once", "--port", port, "--hub", str(tmp_path / "demo"))

    assert result.exit_code == 1
    assert f"the demo cannot go on: port {port} of this machine cannot be had: Address already in use" in result.stderr
    assert not (tmp_path / "demo").exists()


def test_a_port_that_cannot_be_one_is_refused():
    assert demo("--port", "65535").exit_code == 2


def test_a_folder_that_holds_something_else_ends_it_before_anything_is_started(tmp_path):
    (tmp_path / "hub.yaml").write_text("mine", encoding="utf-8")

    result = demo("--hub", str(tmp_path))

    assert (result.exit_code, result.stdout) == (2, "")
    assert "holds something that no demo made; choose another folder with --hub" in result.stderr
    assert (tmp_path / "hub.yaml").read_text(encoding="utf-8") == "mine"


def test_a_folder_in_which_a_demo_runs_is_left_to_it(tmp_path):
    home = tmp_path / "demo"
    with alone(home):
        hub_folder(home, {})
        (home / "casehub.db").write_bytes(b"at work")
        before = (home / "demo.env").read_bytes()

        result = demo("--once", "--hub", str(home))

    assert (result.exit_code, result.stdout) == (2, "")
    assert "already; end it with Ctrl-C, or choose another folder with --hub" in result.stderr
    assert ((home / "casehub.db").read_bytes(), (home / "demo.env").read_bytes()) == (b"at work", before)


def test_the_line_for_another_terminal_works_in_a_folder_with_a_space_in_its_name(tmp_path):
    folder = tmp_path / "Мой хаб & проба"
    folder.mkdir()
    (folder / "demo.env").write_text("export CASEHUB_HUB=here\n", encoding="utf-8")

    told = subprocess.run(["bash", "-c", f'{sourced(folder)} && echo "$CASEHUB_HUB"'], capture_output=True, check=False)

    assert (told.returncode, told.stdout, told.stderr) == (0, b"here\n", b"")


def test_a_pass_is_told_in_one_line():
    report = Report("presales", requests={"crm": 2}, seconds=1.25)
    report.read["crm"], report.updated["crm"] = 40, 1

    assert told(report) == "1.2 s; crm: read 40, made 0, changed 1 (2 requests)"
    assert Done(report, []).well


def test_a_pass_that_did_not_end_well_says_why():
    report = Report("presales", trouble={"crm": "crm: POST /profile did not arrive"}, stops=[Stop("creates", "501 …")])

    assert told(report).endswith("crm failed: crm: POST /profile did not arrive; 501 …")
    assert not Done(report, []).well


def test_the_writing_requests_of_all_systems_are_counted():
    assert Done(Report("presales", writing={"crm": 1, "tracker": 2}), []).writing == 3
