"""Watching over processes: small programs that end, hang, or say something before they do."""

import contextlib
import json
import os
import socket

import pytest

from flows.up import AlreadyUp, CannotStart, Child, Supervisor
from state import process

SLEEPS = "exec sleep 60"
DEAF = "trap '' TERM; echo deaf; sleep 60"


def a_child(program, name="work", **more):
    return Child(name, ("sh", "-c", program), dict(os.environ), **more)


def pid_of(supervisor, name="work"):
    return supervisor.running[name].process.pid


def test_what_was_started_ends_with_the_block_even_where_it_does_not_listen(tmp_path):
    told = []
    with Supervisor(tmp_path, told.append) as supervisor:
        supervisor.start(a_child(SLEEPS))
        supervisor.start(a_child(DEAF, "deaf", grace=0.2))
        log = tmp_path / ".casehub/deaf.log"
        supervisor.watch(lambda: "deaf" in log.read_text(encoding="utf-8"))
        pids = [pid_of(supervisor), pid_of(supervisor, "deaf")]

    assert [process.started(pid) for pid in pids] == ["", ""]
    assert told == ["deaf does not end by itself and is ended"]


def test_one_that_ends_is_started_again_later_each_time_and_the_others_go_on(tmp_path):
    told, pids = [], set()

    def enough():
        pids.add(supervisor.running["work"].process.pid)
        return len(pids) == 3

    with Supervisor(tmp_path, told.append) as supervisor:
        supervisor.start(a_child("echo нет места на диске; exit 3"))
        supervisor.start(a_child(SLEEPS, "page"))
        page = pid_of(supervisor, "page")
        supervisor.watch(enough)

        assert (pid_of(supervisor, "page"), process.started(page)) != (page, "")

    waits = [text.partition(" in ")[2].partition(";")[0] for text in told]
    assert waits == ["1 s", "2 s"]
    assert all("(3)" in text and "it said: нет места на диске" in text for text in told)


def test_a_log_that_is_cut_meanwhile_begins_anew_and_has_no_hole(tmp_path):
    log = tmp_path / ".casehub/work.log"
    with Supervisor(tmp_path, print) as supervisor:
        supervisor.start(a_child("echo начало; while [ -s .casehub/work.log ]; do :; done; echo дальше; exec sleep 60"))
        supervisor.watch(lambda: log.stat().st_size > 0)
        os.truncate(log, 0)  # as logrotate does with copytruncate
        supervisor.watch(lambda: log.stat().st_size > 0)

    assert log.read_bytes() == "дальше\n".encode()


def test_a_log_begins_anew_with_a_start_and_goes_on_where_a_process_is_started_again(tmp_path):
    log = tmp_path / ".casehub/work.log"
    for _ in range(2):
        with Supervisor(tmp_path, lambda _: None) as supervisor:
            supervisor.start(a_child("echo раз; exit 3"))
            supervisor.watch(lambda: log.read_text(encoding="utf-8").count("раз") == 2)

    assert log.read_text(encoding="utf-8") == "раз\nраз\n"


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path):
    with socket.socket() as taken, Supervisor(tmp_path, print) as supervisor:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CannotStart, match=r"port \d+ of 127\.0\.0\.1 is taken"):
            supervisor.look_for_room([a_child(SLEEPS, "first"), a_child(SLEEPS, port=taken.getsockname())])

        assert supervisor.running == {}


def test_a_port_that_cannot_be_listened_on_for_another_reason_is_not_called_taken(tmp_path):
    elsewhere = ("192.0.2.1", 8080)  # nobody's machine has this address, so nobody can have taken its port
    with pytest.raises(CannotStart, match=r"page cannot listen on port 8080 of 192\.0\.2\.1: Cannot assign"):
        Supervisor(tmp_path, print).look_for_room([a_child(SLEEPS, "page", port=elsewhere)])


def test_a_port_of_ipv6_is_looked_at_as_one(tmp_path):
    with contextlib.closing(free_of_ipv6()) as socket6:
        port = socket6.getsockname()[1]
    Supervisor(tmp_path, print).look_for_room([a_child(SLEEPS, "page", port=("::1", port))])


def free_of_ipv6():
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    found = socket.socket(socket.AF_INET6)
    try:
        found.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 here")
    return found


@pytest.mark.loopback
def test_one_that_ends_before_it_is_ready_is_told_with_its_last_words(tmp_path):
    with (
        Supervisor(tmp_path, print) as supervisor,
        pytest.raises(CannotStart, match="did not come up; it said: no licence"),
    ):
        supervisor.start(a_child("echo no licence", ready="http://127.0.0.1:9/"))


def test_a_hub_is_up_once(tmp_path):
    with Supervisor(tmp_path, print), pytest.raises(AlreadyUp, match=f"by process {os.getpid()}"):
        Supervisor(tmp_path, print).__enter__()


def test_one_that_was_killed_where_nobody_tells_of_processes_bars_no_other(tmp_path):
    (tmp_path / ".casehub").mkdir()
    form = {"by": {"pid": 2**22 + 1, "started": ""}, "children": []}  # as it is noted on a Mac
    (tmp_path / ".casehub/up.json").write_text(json.dumps(form), encoding="utf-8")

    with Supervisor(tmp_path, print) as supervisor:
        supervisor.start(a_child(SLEEPS))

        assert list(supervisor.running) == ["work"]


def test_what_a_killed_supervisor_left_behind_is_ended_by_the_next_one(tmp_path):
    with Supervisor(tmp_path, print) as supervisor:
        supervisor.start(a_child(SLEEPS))
        note = tmp_path / ".casehub/up.json"
        form = json.loads(note.read_text(encoding="utf-8"))
        form["by"] = {"pid": 2**22 + 1, "started": "1"}
        note.write_text(json.dumps(form), encoding="utf-8")

        with Supervisor(tmp_path, print):
            assert process.started(pid_of(supervisor)) == ""  # gone, and its port is free


def test_runs_under_way_are_waited_for_before_what_runs_them_ends(tmp_path):
    asked = iter([2, 1, 0])
    order = []

    def busy():
        left = next(asked)
        order.append((left, [one.process.poll() is None for one in supervisor.running.values()]))
        return left

    with Supervisor(tmp_path, print, busy) as supervisor:
        supervisor.start(a_child(SLEEPS, "worker", last=True))
        supervisor.start(a_child(SLEEPS, "inbox"))

    assert order == [(2, [True, False]), (1, [True, False]), (0, [True, False])]
