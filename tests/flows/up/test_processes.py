"""Which processes `casehub up` is made of."""

from pathlib import Path

from flows.up import Asked, children, own_prefect

HUB = Path("/srv/хаб")


def by_name(environment):
    return {child.name: child for child in children(Asked(HUB, port=9000, prefect_port=4300), environment, "py")}


def test_a_hub_by_itself_has_a_prefect_server_of_its_own_that_keeps_its_things_in_the_hubs_folder():
    found = by_name({"KEY": "1"})

    assert list(found) == ["prefect", "worker", "inbox", "page"]
    assert found["prefect"].environment["PREFECT_HOME"] == "/srv/хаб/.casehub/prefect"
    assert found["prefect"].environment["PREFECT_SERVER_API_PORT"] == "4300"
    assert {child.environment["PREFECT_API_URL"] for child in found.values()} == {"http://127.0.0.1:4300/api"}


def test_a_server_that_is_named_is_used():
    given = {"PREFECT_API_URL": "http://prefect.example.org/api", "PREFECT_HOME": "/home"}
    found = by_name(given)

    assert (own_prefect(given), list(found)) == (False, ["worker", "inbox", "page"])
    assert {child.environment["PREFECT_API_URL"] for child in found.values()} == {"http://prefect.example.org/api"}
    assert found["worker"].environment["PREFECT_HOME"] == "/home"


def test_everybody_inherits_the_secrets_knows_the_hub_and_calls_nobody_home():
    for child in by_name({"REDMINE_KEY": "k"}).values():
        assert child.environment["REDMINE_KEY"] == "k"
        assert child.environment["CASEHUB_HUB"] == "/srv/хаб"
        assert child.environment["DO_NOT_TRACK"] == "1"


def test_the_page_is_ready_when_its_door_says_so_and_what_runs_passes_ends_last():
    found = by_name({})

    assert (found["page"].ready, found["page"].port) == ("http://127.0.0.1:9000/healthz", ("127.0.0.1", 9000))
    assert [name for name, child in found.items() if child.last] == ["prefect", "worker"]


def test_the_page_on_ipv6_is_asked_under_an_address_that_can_be_asked():
    found = {one.name: one for one in children(Asked(HUB, host="::1", port=9000), {}, "py")}

    assert (found["page"].ready, found["page"].port) == ("http://[::1]:9000/healthz", ("::1", 9000))
