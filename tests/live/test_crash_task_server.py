"""The task server of the fast path is killed at its points, with a real Prefect server beside it."""

from tests.crash.killing import killed_at, played
from tests.crash.points import Tally, chosen_of, enough
from tests.crash.serving import known_prefect
from tests.crash.stories import SERVED
from tests.crash.world import a_world

SEED = 1


def test_a_task_server_may_be_killed_at_any_point() -> None:
    with known_prefect() as environment, a_world(more=environment) as world:
        one = played(world, SERVED)
        tally = Tally(len(one.points))
        for point in chosen_of(one.points, SEED):
            tally.note(point, killed_at(world, one, point))

    assert enough(SERVED.name, one.points), one.points
    assert tally.holds, tally
