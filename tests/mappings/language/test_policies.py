import pytest

from mappings.canonical.facts import CASE_FACTS
from mappings.language import Problems
from mappings.language.conditions import names_of, parse
from mappings.language.policies import Level, at_home, conditions_of, resolve
from mappings.policy import Furthest, Home, Max, Merge, Min, Newest, Park, Policy, Union, When
from tests.mappings.language.hubs import SMALL_HUB, loaded, small


def policies(conflicts: str = "{}", hub: str = SMALL_HUB, **files: str) -> dict[str, Policy]:
    text = f"{hub}    conflicts: {conflicts}\n"
    return dict(loaded(small(text, **files)).syncs["presales"].policies)


def test_without_a_word_of_the_sync_the_shipped_answers_hold():
    found = policies()

    assert found["amount"] == Home("crm")
    assert found["case_manager"] == Home("трекер")
    assert (found["description"], found["labels"], found["participants"]) == (Merge(), Union(), Union())
    assert (found["stage"], found["deadline"]) == (Furthest(), Park())


def test_every_fact_that_a_system_can_say_has_an_answer():
    assert set(policies()) == {info.name for info in CASE_FACTS if not info.derived}


def test_a_default_of_the_sync_goes_before_every_shipped_answer():
    found = policies("{default: {home: трекер}, title: park}")

    assert found["title"] == Park()
    assert {found["amount"], found["description"], found["stage"]} == {Home("трекер")}


@pytest.mark.parametrize(
    ("conflicts", "fact", "policy"),
    [
        ("{amount: max}", "amount", Max()),
        ("{deadline: min}", "deadline", Min()),
        ("{title: merge}", "title", Merge()),
        ("{amount: [{default: min}]}", "amount", When((), Min())),
    ],
)
def test_a_word_names_a_policy(conflicts, fact, policy):
    assert policies(conflicts)[fact] == policy


def test_work_is_at_home_nowhere_if_two_systems_say_it():
    hub = SMALL_HUB.replace("syncs:", "  t2: {type: memory}\nsyncs:").replace("makes: {", "makes: {t2: {}, ")

    assert policies(hub=hub)["case_manager"] == Park()


def test_work_is_at_home_in_the_one_tracker_that_says_it():
    hub = SMALL_HUB.replace("syncs:", "  t2: {type: memory}\nsyncs:").replace("makes: {", "makes: {t2: {}, ")
    silent = (
        "system: t2\nkind: record\nextends: memory/record\nfields: {case_manager: {direction: out}, blocked: null}\n"
    )

    found = policies(hub=hub, record__t2=silent)

    assert (found["case_manager"], found["blocked"], found["next_step"]) == (Home("трекер"), Home("трекер"), Park())


def test_without_stages_nothing_is_further():
    assert policies(hub=SMALL_HUB.replace("    stages: [lead, оценка]\n", ""))["stage"] == Park()


def test_the_first_level_with_an_answer_decides():
    amount, labels, owner = (
        next(info for info in CASE_FACTS if info.name == name) for name in ("amount", "labels", "owner")
    )
    sync = Level(facts={"amount": Max()})
    case_type = Level(facts={"amount": Home("crm"), "owner": Home("crm")})
    shipped = Level(types={"set": Union()}, default=Park())

    found = resolve((amount, labels, owner), (sync, case_type, shipped))

    assert found == {"amount": Max(), "labels": Union(), "owner": Home("crm")}


def test_parts_are_played_by_systems_in_conditional_policies_too():
    asked = parse("client.key", names_of("case"))
    policy = When(((asked, Home("crm")), (asked, Merge())), Home("tracker"))

    assert at_home(policy, {"crm": "битрикс", "tracker": None}) == When(
        ((asked, Home("битрикс")), (asked, Merge())), Park()
    )
    assert conditions_of(policy) == (asked, asked)


def test_a_wrong_policy_leaves_no_hub():
    with pytest.raises(Problems, match="does not fit every fact"):
        policies("{default: max}")


def test_newest_fits_every_fact_and_may_be_the_default():
    read = policies("{amount: newest, default: newest, stage: furthest}")

    assert (read["amount"], read["client"], read["stage"]) == (Newest(), Newest(), Furthest())
