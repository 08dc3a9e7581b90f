"""The web process as it is started: it can be made to end with whoever started it."""

import os
import subprocess
import sys
import threading

from web.__main__ import end_with


def test_what_is_served_for_somebody_ends_when_they_are_gone_however_that_was():
    here, there = os.pipe()
    ended = threading.Event()
    with os.fdopen(here, "rb") as stream:
        waiting = end_with(stream, ended.set)
        os.write(there, b"still there\n")
        assert not ended.is_set()
        os.close(there)
        waiting.join()

    assert ended.is_set()


def test_a_process_ends_in_peace_while_the_one_that_started_it_is_still_there():
    code = "import sys; from web.__main__ import end_with; end_with(sys.stdin.buffer, sys.exit); print('served')"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as served:
        said = served.stdout.read()

        assert (served.wait(), said) == (0, b"served\n")
