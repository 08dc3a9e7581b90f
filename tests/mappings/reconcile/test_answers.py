"""Ping-pong: three answers in a row on one field are a quarrel between systems, and a person's."""

from dataclasses import replace
from datetime import timedelta

from mappings.reconcile import chosen, reconcile, set_fact
from tests.reconcile_builders import HUB, NOW, a_case, a_cell, a_side, after, rules, settled, value, writes

SECONDS = timedelta(seconds=30)


class Game:
    """Two systems: each time one is written, its server makes another text of it (and nobody can prove that)."""

    def __init__(self) -> None:
        self.now = NOW
        self.case = a_case({"title": "t"})
        self.sides = [a_side("crm", 1, values={"title": "t"}), a_side("trk", 2, values={"title": "t"})]
        self.written = 0

    def shows(self, system: str, view: str, *, later: timedelta = SECONDS):
        """*system* shows *view* some time LATER; what follows is written everywhere."""
        self.now += later
        sides = [replace(s, fresh={"title": view}) if s.link.system == system else s for s in self.sides]
        outcome = reconcile(self.case, sides, rules(now=self.now))
        self.case = outcome.entity
        self.written += len(writes(outcome, sides))
        planned = {change.link: change.write for change in outcome.links}
        self.sides = [settled(side, planned[side.link.id], now=self.now) for side in after(sides, outcome)]
        return outcome

    def quarrel(self):
        """An edit, and three answers to what we made of it."""
        self.shows("crm", "правка")
        for number, system in enumerate(("trk", "crm", "trk"), 1):
            last = self.shows(system, f"ответ {number}")
        return last


def test_three_answers_in_a_row_are_parked_with_both_systems_named():  # H35
    game = Game()

    last = game.quarrel()

    conflict = last.entity.conflicts["title"]
    assert game.written == 3
    assert conflict.why == "crm and trk have answered each other 3 times in a row"
    assert (value(last), writes(last, game.sides)) == ("ответ 2", {})


def test_a_quarrel_is_told_once_and_stays_until_somebody_speaks():  # H35
    game = Game()
    last = game.quarrel()

    again = reconcile(game.case, game.sides, rules(now=game.now))

    assert (again.events, again.entity) == ((), last.entity)


def test_a_move_outside_the_window_starts_the_row_anew():  # H35
    game = Game()
    game.shows("crm", "правка")
    game.shows("trk", "ответ 1")
    game.shows("crm", "другой день", later=timedelta(minutes=6))
    game.shows("trk", "ответ 2")
    last = game.shows("crm", "ответ 3")

    assert (last.entity.conflicts, value(last)) == ({}, "ответ 3")


def test_who_goes_on_editing_a_field_has_answered_once():  # H35
    game = Game()
    game.shows("crm", "правка")
    for number in range(1, 6):
        alone = game.shows("trk", f"мысль {number}")

    game.shows("crm", "ответ 2")
    last = game.shows("trk", "ответ 3")

    assert (value(alone), alone.entity.conflicts) == ("мысль 5", {})
    assert last.entity.conflicts["title"].why == "crm and trk have answered each other 3 times in a row"


def test_an_edit_at_the_hub_starts_the_row_anew():  # H35
    game = Game()
    last = game.quarrel()
    taken = chosen(last.entity.conflicts["title"], "hub")

    game.case, game.sides, _ = set_fact(game.case, game.sides, "title", value=taken.value, origin=HUB)
    game.shows("crm", "ответ 2")
    more = game.shows("trk", "ответ 4")

    assert (more.entity.conflicts, value(more)) == ({}, "ответ 4")


def test_an_answer_that_agrees_with_everybody_is_no_quarrel():
    game = Game()
    game.shows("crm", "правка")
    game.shows("trk", "ответ 1")
    game.shows("crm", "ответ 2")

    sides = [replace(side, fresh={"title": "мир"}) for side in game.sides]
    outcome = reconcile(game.case, sides, rules(now=game.now + SECONDS))

    assert (value(outcome), outcome.entity.conflicts) == ("мир", {})


def test_a_parked_view_is_not_counted_again_with_every_look():
    sides = [
        a_side("crm", 1, values={"title": "t"}, fresh={"title": "А"}, answers={"title": (NOW,)}),
        a_side("trk", 2, values={"title": "t"}, fresh={"title": "Б"}),
    ]
    parked = reconcile(a_case({"title": "t"}), sides, rules())

    again = reconcile(parked.entity, after(sides, parked), rules())

    assert [change.answers for change in again.links] == [change.answers for change in parked.links]


def test_a_cell_that_moves_in_both_its_facts_has_answered_once():
    cell = a_cell({"НОВАЯ": {"stage": "lead", "outcome": "open"}, "УСПЕХ": {"stage": "defence", "outcome": "won"}})
    said = {"stage": "lead", "outcome": "open"}
    side = a_side("trk", 2, fields=[cell], values=said, views={"position": "НОВАЯ"}, fresh={"position": "УСПЕХ"})
    earlier = (NOW - SECONDS, NOW - SECONDS, NOW - SECONDS)

    third = reconcile(a_case(said), [with_answers(side, *earlier)], rules())
    second = reconcile(a_case(said), [with_answers(side, *earlier[:2])], rules())

    assert {conflict.why for conflict in third.entity.conflicts.values()} == {
        "trk has answered what we wrote there 3 times in a row"
    }
    assert (second.entity.conflicts, len(second.links[0].answers["position"])) == ({}, 3)


def with_answers(side, *times):
    return replace(side, link=replace(side.link, answers={"position": times}))
