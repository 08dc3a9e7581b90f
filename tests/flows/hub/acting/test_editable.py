"""Which facts somebody may set at the hub, and what there is to choose from."""

from flows.hub.acting.editable import choosing, facts_of, only_read
from mappings.exchange import SystemPerson
from tests.hub_builders import CRM, TRK, a_hub, opened

READ = TRK + "  channel: {at: channel, direction: in}\n"


def test_what_the_hub_works_out_and_where_a_case_belongs_cannot_be_set(tmp_path):
    sync = a_hub(tmp_path).installation.sync(None)

    facts = facts_of(sync)

    assert {"title", "stage", "participants", "budget"} <= facts.keys()
    assert not {"link", "progress"} & facts.keys()


def test_a_fact_that_is_only_read_is_edited_where_it_comes_from(tmp_path):
    hub = a_hub(tmp_path, mappings={"record.crm.yaml": CRM, "record.trk.yaml": READ})
    records = [("crm", "record"), ("trk", "record")]

    assert only_read(hub.installation.hub, records) == {}
    assert only_read(hub.installation.hub, records[1:]) == {"channel": ("trk",)}


def test_stages_outcomes_and_people_are_chosen_everything_else_is_written(tmp_path):
    hub, _ = opened(tmp_path)
    sync = hub.installation.sync(None)
    facts = facts_of(sync)

    def choices(name):
        return choosing(hub.installation, sync, facts[name])

    assert [one for one, _ in choices("stage").choices] == list(sync.stages)
    assert ("won", "") in choices("outcome").choices
    assert choices("owner").choices == (("bob@example.com", "Bob"), ("ann@example.com", "Анна Ли"))
    assert (choices("participants").several, choices("owner").several) == (True, False)
    assert choices("title").choices == ()


def test_people_to_choose_from_stand_in_their_order_whatever_their_letters(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].people = tuple(
        SystemPerson(str(number), name, email=f"{number}@example.com")
        for number, name in enumerate(("Яна", "Ёлкин", "Жуков"), 7)
    )
    hub.sync()
    sync = hub.installation.sync(None)

    found = choosing(hub.installation, sync, facts_of(sync)["owner"])

    assert [name for _, name in found.choices] == ["Bob", "Анна Ли", "Ёлкин", "Жуков", "Яна"]
