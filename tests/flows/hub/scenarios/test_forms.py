"""What a story says in a form that nothing looks at: it would pass whatever happens."""

import pytest

from tests.flows.hub.scenarios.test_playing import BEGIN, TALK, problems, told

MISWRITTEN = {
    "facts: none": "facts: write {fact: value}",
    "facts: [in_work]": "facts: write {fact: value}",
    "cases: [один]": "cases: write how many, or none",
    "told: 7": "told: write {words: how many lines}",
    "told: {opened: раз}": "told: write {words: how many lines}",
    "history: ": "history: write words that stand in one line, or a list of such words",
    "history: {opened: 1}": "history: write words that stand in one line, or a list of such words",
    "writes: 5": "writes: write {system: how many requests}, or none",
    "writes: [crm]": "writes: write {system: how many requests}, or none",
    "writes: {trk: много}": "writes: write {system: how many requests}, or none",
    "writes: {trl: 1}": "no system 'trl'; did you mean 'trk'?",
    "stopped: {mapping: 3}": "stopped: write none, or a list of guards",
    "trouble: {}": "trouble: write none, or a list of systems",
    '"trk #1": [{title: Другое}]': "trk #1: write {place: view}, or none",
    '"trk #1": ': "trk #1: write {place: view}, or none",
    "trk: да": "trk: write {place: view}, a list of all, how many, or none",
}


def test_what_nothing_would_look_at_is_told_before_it_is_played(tmp_path):
    steps = "".join(f"  - see: {{{one}}}\n" for one in MISWRITTEN)

    assert problems(tmp_path, BEGIN + steps) == [f"0.yaml:{5 + n}: {one}" for n, one in enumerate(MISWRITTEN.values())]


def test_comments_have_the_forms_of_records(tmp_path):
    assert problems(tmp_path, BEGIN + "  - see: {comments crm: С чего начнём?}\n", TALK) == [
        "0.yaml:5: comments crm: write {place: view}, a list of all, how many, or none"
    ]


NAMED = "story: Проба\nrest: false\nsteps:\n  - create crm as Ромашка: {title: Внедрение CRM, stage: NEW}\n  - sync\n"


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        (["see: {trk Ромашка: none}"], []),
        (["see: {crm Ромашка: none}"], [(6, "crm Ромашка", "none", "Внедрение CRM")]),
        (["delete crm Ромашка", "see: {crm Ромашка: none}"], []),
        (
            ["delete crm Ромашка", "see: {crm Ромашка: {title: а}}"],
            [(7, "crm Ромашка", "title: 'а'", "it is not there")],
        ),
        (["see: {trk Лютик: none}"], [(6, "trk Лютик", "'none'", "nothing is called 'Лютик'; there is Ромашка")]),
    ],
)
def test_a_record_with_a_name_may_be_none(tmp_path, steps, found):
    assert told(tmp_path, NAMED + "".join(f"  - {one}\n" for one in steps)) == [found]
