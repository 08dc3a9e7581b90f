"""Updates without an answer that arrived, and whose value somebody put back before the hub looked: that counts."""

import pytest

from connectors.memory.traits import KindTraits
from flows.hub.pulling import pull_scope
from flows.hub.report import Report
from tests.fault_builders import Hook, after, at_peace, failing, titles, told
from tests.flows.hub.test_doubts_of_updates import LOST, a_world


@pytest.mark.parametrize("beside", [{}, {"next_step": "позвонить"}])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_who_puts_back_what_an_update_in_doubt_replaced_keeps_it_so(tmp_path, moment, beside):
    hub = a_world(tmp_path)
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    hub.systems["trk"].hook = Hook("update", moment, failing(LOST))
    after(hub, minutes=2)
    hub.systems["trk"].edit("record", "1", {"title": "Внедрение CRM", **beside})

    after(hub, minutes=2)
    hub.sync()

    known = "Внедрение CRM" if moment == "after" else "Новое имя"  # before: nobody has put anything back
    assert titles(hub, "crm") == titles(hub, "trk") == [known]
    wrote = [event.new for event in told(hub) if (event.what, event.system, event.field) == ("write", "trk", "title")]
    assert wrote == ["Внедрение CRM", "Новое имя"]
    assert at_peace(hub)


def test_who_puts_it_back_keeps_it_so_where_a_list_showed_that_before_the_doubt_is_looked_into(tmp_path):
    hub = a_world(tmp_path)
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    hub.systems["trk"].hook = Hook("update", "after", failing(LOST))
    after(hub, minutes=2)
    hub.systems["trk"].edit("record", "1", {"title": "Внедрение CRM"})

    async def asked(wired):  # as the fast path asks every ten seconds
        await pull_scope(wired, ("trk", "record"), Report("presales"))

    hub.wired(asked)
    after(hub, minutes=2)
    hub.sync()

    assert titles(hub, "crm") == titles(hub, "trk") == ["Внедрение CRM"]
    assert at_peace(hub)


@pytest.mark.parametrize("again", [False, True])
def test_a_list_that_showed_the_update_tells_that_it_arrived_where_there_is_no_change_log(tmp_path, again):
    """AGAIN: another list has shown what was put back before the doubt is looked into."""
    hub = a_world(tmp_path, traits={"trk": KindTraits(change_log=False)})
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    hub.systems["trk"].hook = Hook("update", "after", failing(LOST))
    after(hub, minutes=2)

    async def asked(wired):  # as the fast path asks every ten seconds
        await pull_scope(wired, ("trk", "record"), Report("presales"))

    hub.wired(asked)
    hub.systems["trk"].edit("record", "1", {"title": "Внедрение CRM"})
    if again:
        hub.wired(asked)
    after(hub, minutes=2)
    hub.sync()

    assert titles(hub, "crm") == titles(hub, "trk") == ["Внедрение CRM"]
    assert at_peace(hub)


def test_without_a_change_log_it_counts_as_never_arrived_and_is_written_again(tmp_path):
    hub = a_world(tmp_path, traits={"trk": KindTraits(change_log=False)})
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    hub.systems["trk"].hook = Hook("update", "after", failing(LOST))
    after(hub, minutes=2)
    hub.systems["trk"].edit("record", "1", {"title": "Внедрение CRM"})

    after(hub, minutes=2)

    assert titles(hub, "crm") == titles(hub, "trk") == ["Новое имя"]
    assert at_peace(hub)


@pytest.mark.parametrize("exact", [False, True])
def test_what_was_put_back_long_ago_is_no_answer_to_an_update_in_doubt(tmp_path, exact):
    hub = a_world(tmp_path, traits={"trk": KindTraits(conditional_writes=exact)})
    hub.sync()
    for system, title in (("crm", "Новое имя"), ("trk", "Внедрение CRM")):
        hub.systems[system].edit("record", "1", {"title": title})
        after(hub, minutes=2)
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    hub.systems["trk"].hook = Hook("update", "before", failing(LOST))
    after(hub, minutes=2)

    after(hub, minutes=2)

    assert titles(hub, "crm") == titles(hub, "trk") == ["Новое имя"]
    assert at_peace(hub)
