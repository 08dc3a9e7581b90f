"""A process that stood still for longer than anybody waits for its heartbeat: what it was sending is another's now."""

from pathlib import Path

from tests.fault_builders import Clock, Hook, at_peace, elsewhere, titles
from tests.hub_builders import a_deal, a_hub


def test_what_another_has_taken_over_is_not_sent_once_more(tmp_path: Path) -> None:
    clock = Clock()
    hub = a_hub(tmp_path, clock=clock)
    for number in range(3):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number}"))

    def sleep() -> None:
        clock.ahead(minutes=1)
        elsewhere(hub.sync)()

    hub.systems["trk"].hook = Hook("create", "after", sleep)

    hub.sync()
    hub.systems["trk"].hook = Hook("create", "after", sleep, times=0)
    hub.sync()

    assert titles(hub) == titles(hub, "crm") == ["Сделка 0", "Сделка 1", "Сделка 2"]
    assert at_peace(hub)
