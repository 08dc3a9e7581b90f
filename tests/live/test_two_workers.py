"""Two workers and two task servers share one PostgreSQL, and one of each is killed in the middle."""

from tests.crash.workers import run

CASES = 300
FAST = 20.0


def test_what_a_killed_worker_leaves_is_done_by_the_others_once_and_within_the_budget() -> None:
    found = run(CASES, speed=FAST)

    assert found["killed"] == ["a worker and its run", "a task server"]
    assert (found["missing"], found["doubled"], found["differing"]) == (0, 0, 0)
    assert found["limit_answers"] == 0
    assert found["crm_requests"] < CASES  # deals are read, compared and written fifty at a time
