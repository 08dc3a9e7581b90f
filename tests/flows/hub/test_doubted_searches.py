"""A create in doubt is looked for: when it is believed that it is not there."""

from connectors.errors import RetryLater
from state import attention
from tests.fault_builders import Clock, Hook, after, at_peace, failing, titles
from tests.hub_builders import a_deal, a_hub
from tests.kinds_builders import a_case

LOST = RetryLater("POST /records was not answered within 30 s; it may have been carried out", system="trk", sent=True)


def a_world(tmp_path):
    hub = a_hub(tmp_path, clock=Clock())
    hub.systems["crm"].create("record", a_deal())
    return hub


def test_a_search_that_hides_what_is_known_to_be_there_is_not_believed(tmp_path):
    hub = a_world(tmp_path)
    hub.sync()
    trk = hub.systems["trk"]
    trk.hook = Hook("create", "after", failing(LOST))
    hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    for record in ("1", "2"):
        trk.move_away("record", record)  # rights were taken away: lists are empty and say nothing of it
    after(hub, minutes=2)
    [told] = [one.text for one in attention.parked_fields(hub.installation.store) if one.code == "in doubt"]
    for record in ("1", "2"):
        trk.move_away("record", record, away=False)
    for _ in range(3):
        after(hub, minutes=6)

    assert "the search does not find #1 either" in told
    assert titles(hub) == ["Внедрение CRM", "Второй"]
    assert at_peace(hub)


def test_among_comments_that_are_hidden_an_empty_search_is_not_believed(tmp_path):
    hub, deal, _ = a_case(tmp_path, clock=Clock())
    trk = hub.systems["trk"]
    hub.systems["crm"].create("comment", {"text": "С чего начнём?", "parent": deal})
    hub.sync()
    trk.hook = Hook("create", "after", failing(LOST), kind="comment")
    hub.systems["crm"].create("comment", {"text": "Со сметы", "parent": deal})
    hub.sync()
    both = list(hub.records("trk", "comment"))
    for comment in both:
        trk.move_away("comment", comment)  # comments carry no marker: they are looked for below their record
    for _ in range(3):
        after(hub, minutes=6)
    [told] = [one.text for one in attention.parked_fields(hub.installation.store) if one.code == "in doubt"]
    for comment in both:
        trk.move_away("comment", comment, away=False)
    for _ in range(3):
        after(hub, minutes=6)

    assert f"the search does not find #{both[0]} either" in told
    assert sorted(views["text"] for views in hub.records("trk", "comment").values()) == ["С чего начнём?", "Со сметы"]
    assert at_peace(hub)


def test_where_nothing_is_known_yet_an_empty_search_is_believed_the_second_time(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["trk"].hook = Hook("create", "before", failing(LOST))
    hub.sync()

    after(hub, minutes=2)
    once = (titles(hub), [one.text for one in attention.parked_fields(hub.installation.store)])
    after(hub, minutes=2)

    assert once[0] == []
    assert ["looked for once more" in text for text in once[1]] == [True]
    assert titles(hub) == ["Внедрение CRM"]
    assert at_peace(hub)


def test_what_one_search_of_a_pass_finds_vouches_for_the_others(tmp_path):
    hub, met = a_world(tmp_path), []
    for title in ("Pilot", "Склад"):
        hub.systems["crm"].create("record", a_deal(title))

    def only_the_first_arrives(request, moment):
        if request.verb == "create":
            met.append(moment)
            if len(met) != 1:
                raise LOST

    hub.systems["trk"].hook = only_the_first_arrives
    hub.sync()
    hub.systems["trk"].hook = lambda request, moment: None
    once = titles(hub)
    after(hub, minutes=2)

    assert len(once) == 1
    assert titles(hub) == ["Pilot", "Внедрение CRM", "Склад"]
    assert at_peace(hub)
