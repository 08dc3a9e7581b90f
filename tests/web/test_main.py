"""The web process as it is started: it can be made to end with whoever started it."""

import os
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
