"""What an entity holds is the same, decoded fact by fact or all at once."""

from mappings.reconcile.judge import held_of
from mappings.reconcile.model import Entity
from state import codec
from state.columns import stored
from state.held import Held
from state.kept import Lazy, kept, spliced
from tests.state_builders import a_fact


def test_facts_that_are_decoded_when_asked_for_hold_what_all_of_them_do() -> None:
    facts = {"title": a_fact("Внедрение"), "stage": a_fact("lead")}
    held = {"stage": ("qualified", None), "channel": ("site",)}
    forms = codec.each(facts, codec.fact_form), codec.each(held, codec.held_form)
    at_once = Entity("1", "case", "CASE-1", "presales", facts=facts, held=held)
    lazy = Lazy(stored(forms[0]), codec.fact_of), Lazy(stored(forms[1]), codec.held_of)
    one_by_one = Entity("1", "case", "CASE-1", "presales", facts=lazy[0], held=lazy[1])

    assert Held(one_by_one) == held_of(at_once) == Held(at_once)
    assert one_by_one == at_once
    assert (Held(one_by_one).get("nobody", ()), len(Held(one_by_one))) == ((), 3)


def test_values_that_did_not_change_keep_their_form() -> None:
    forms = codec.each({"title": a_fact("а"), "stage": a_fact("lead")}, codec.fact_form)
    before = kept(forms, codec.fact_of)
    after = {**before, "title": a_fact("б"), "amount": a_fact("1")}

    found = spliced(after, codec.fact_form, before)

    assert found == codec.each(after, codec.fact_form)
    assert found["stage"] is forms["stage"]


def test_without_what_was_before_everything_is_encoded() -> None:
    facts = {"title": a_fact("а")}

    assert spliced(facts, codec.fact_form, dict(facts)) == codec.each(facts, codec.fact_form)
