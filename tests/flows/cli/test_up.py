"""`up`: the schedules follow the files of the hub; with real processes, see tests/live/test_up.py."""

from pathlib import Path

from flows.cli.up import AGAIN_AFTER, Deployed, Follower

LATER = AGAIN_AFTER + 1.0


class Deploying:
    """Ends as it was told to, and counts how often it was asked."""

    def __init__(self, *ends: Deployed) -> None:
        self.ends = list(ends)
        self.now = 0.0

    def __call__(self) -> Deployed:
        return self.ends.pop(0)


def follower(folder: Path, deploying: Deploying) -> Follower:
    (folder / "hub.yaml").write_text("", encoding="utf-8")
    found = Follower(folder, deploying, lambda: deploying.now)
    (folder / "hub.yaml").write_text("syncs: {}", encoding="utf-8")
    return found


def test_schedules_that_could_not_be_made_for_a_moment_are_tried_again_until_they_are(tmp_path, capsys):
    away = Deployed("no answer from Prefect", passing=True)
    deploying = Deploying(away, away, Deployed())
    found = follower(tmp_path, deploying)

    left = []
    for _ in range(4):
        found.look()
        found.look()  # at once: nothing yet
        left.append(len(deploying.ends))
        deploying.now += LATER

    told = capsys.readouterr().err
    assert left == [2, 1, 0, 0]
    assert told.count("no answer from Prefect") == 1
    assert told.count("the schedules follow") == 1


def test_schedules_that_the_files_themselves_forbid_wait_for_the_next_change(tmp_path, capsys):
    deploying = Deploying(Deployed("hub.yaml:1: unknown", passing=False), Deployed())
    found = follower(tmp_path, deploying)

    found.look()
    deploying.now += LATER
    found.look()
    waiting = len(deploying.ends)
    (tmp_path / "hub.yaml").write_text("syncs: {b: {}}", encoding="utf-8")
    found.look()

    assert (waiting, len(deploying.ends)) == (1, 0)
    assert "hub.yaml:1: unknown" in capsys.readouterr().err
