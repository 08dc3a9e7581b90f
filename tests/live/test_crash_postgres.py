"""Kills and outages where the hub's memory is a PostgreSQL."""

import threading
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from tests.crash.killing import Played, carried_on, hub_of, killed_at, played
from tests.crash.points import Tally, chosen_of
from tests.crash.postgres import databases
from tests.crash.stories import STORIES
from tests.crash.world import World, a_world, database_of
from tests.live.plain import live

SEED = 1
TRACKER = 1


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with databases(live("PG")["URL"]) as (found, environment), a_world(found, environment) as world:
        yield world


@pytest.fixture(scope="module")
def edits(world: World) -> Played:
    return played(world, STORIES["edits"])


@pytest.fixture
def server() -> Iterator[Callable[[str, str], None]]:
    """Say something to the server about the database of a hub, as its administrator."""
    address = sa.make_url(live("PG")["SUPER_URL"]).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def say(statement: str, address: str) -> None:
        with engine.connect() as conn:
            conn.execute(sa.text(statement.replace("THIS", str(sa.make_url(address).database))))

    yield say
    engine.dispose()


LEAVE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'THIS'"
SHUT, OPEN = (f'ALTER DATABASE "THIS" ALLOW_CONNECTIONS {allowed}' for allowed in ("false", "true"))


@pytest.mark.parametrize("name", ["first", "edits"])
def test_any_command_may_be_killed(world: World, name: str) -> None:
    one = played(world, STORIES[name])
    tally = Tally(len(one.points))

    for point in chosen_of(one.points, SEED):
        tally.note(point, killed_at(world, one, point))

    assert tally.holds, tally


def test_a_server_that_is_started_anew_in_mid_pass_loses_nothing(
    world: World, edits: Played, server: Callable[[str, str], None]
) -> None:
    with hub_of(world, edits) as folder:
        world.faults(TRACKER, {"rules": [{"method": "PUT", "delay": 1.0}]})
        threading.Timer(1.0, server, [LEAVE, database_of(folder)]).start()
        world.run(folder, *edits.words)
        world.faults(TRACKER, {})

        assert carried_on(world, edits, folder) == []


def test_a_server_that_is_away_is_told_and_carried_on_from(
    world: World, edits: Played, server: Callable[[str, str], None]
) -> None:
    with hub_of(world, edits) as folder:
        server(SHUT, database_of(folder))
        ended = world.run(folder, *edits.words)
        server(OPEN, database_of(folder))

        assert ended.code == 1
        assert "Does the address under database: in hub.yaml lead to a running one?" in ended.err
        assert carried_on(world, edits, folder) == []
