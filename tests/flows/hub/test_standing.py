"""How systems stand, as `casehub status` and the page tell it."""

import asyncio
from datetime import timedelta

from flows.hub.access import EVERYTHING
from flows.hub.browsing import systems
from flows.hub.standing import status
from state import runs
from tests.hub_builders import opened


def test_a_kind_that_no_mapping_names_any_more_makes_no_system_look_unheard_of(tmp_path):
    hub, _ = opened(tmp_path)
    store = hub.installation.store
    long_ago = store.clock() - timedelta(days=90)
    runs.finish(store, runs.start(store, "presales"), pulled={("crm", "company"): long_ago})
    hub.sync()

    [crm] = [one for one in systems(hub.installation, EVERYTHING, now=store.clock()).systems if one.name == "crm"]
    told = asyncio.run(status(hub.installation, ask=False)).systems

    assert (crm.stale, crm.healthy) == (False, True)
    assert crm.last_pull is not None
    assert crm.last_pull > long_ago
    assert [one.last_pull for one in told if one.name == "crm"] == [crm.last_pull]
