"""Passes that somebody starts: each a process of its own, one at a time."""

import io
import sys
import threading

import pytest

from flows.hub.acting.starting import AtWork, Starter, command
from flows.hub.pausing import IsPaused, pause
from flows.hub.wiring import NoSuchSync
from tests.hub_builders import a_hub


def python(text):
    return lambda folder, sync, by: [sys.executable, "-c", text]


def ended(starter):
    starter._begun["presales"].process.wait()


def test_a_pass_is_a_command_that_names_who_asked(tmp_path):
    words = command(tmp_path, "presales", "анна@example.com")

    assert words[1:] == ["-m", "flows.cli", "--hub", str(tmp_path), "sync", "presales", "--by", "анна@example.com"]


def test_one_at_a_time(tmp_path):
    starter = Starter(a_hub(tmp_path).installation, python("import time; time.sleep(60)"))
    starter.start("presales", by="ann")

    with pytest.raises(AtWork):
        starter.start("presales", by="bob")

    starter._begun["presales"].process.kill()
    ended(starter)
    assert not starter.is_running("presales")


def test_one_that_could_not_begin_is_told_with_its_last_words(tmp_path):
    starter = Starter(a_hub(tmp_path).installation, python("import sys; sys.exit('hub.yaml: нет такой системы')"))
    starter.start("presales", by="ann")
    ended(starter)

    trouble = starter.trouble("presales")

    assert trouble is not None
    assert (trouble.code, trouble.words) == (1, "hub.yaml: нет такой системы")


def test_one_that_ended_well_is_no_trouble(tmp_path):
    starter = Starter(a_hub(tmp_path).installation, python(""))
    starter.start("presales", by="ann")
    ended(starter)

    assert (starter.is_running("presales"), starter.trouble("presales")) == (False, None)


class Slow(io.BytesIO):
    """Last words at which somebody else looks too, while they are read."""

    def read(self, size=-1):
        self.other.start()
        self.other.join(0.1)
        return super().read(size)


def test_two_pages_that_meet_its_end_at_once_both_show_it(tmp_path):
    starter, seen = Starter(a_hub(tmp_path).installation, python("")), []
    starter.start("presales", by="ann")
    ended(starter)
    starter._begun["presales"].words.close()
    slow = starter._begun["presales"].words = Slow()
    slow.other = threading.Thread(target=lambda: seen.append(starter.is_running("presales")))

    seen.append(starter.is_running("presales"))
    slow.other.join()

    assert seen == [False, False]


def test_a_paused_sync_and_one_that_is_not_there_are_not_started(tmp_path):
    hub = a_hub(tmp_path)
    starter = Starter(hub.installation, python(""))
    pause(hub.installation.store, "presales", by="ann")

    with pytest.raises(IsPaused):
        starter.start("presales", by="ann")
    with pytest.raises(NoSuchSync):
        starter.start("sales", by="ann")
