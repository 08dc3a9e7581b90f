"""Stories that do not end as they are told, and stories that are told wrong."""

import re
import shutil
from pathlib import Path

import pytest

from flows.hub.scenarios import Hubs, play_all, stories_in
from mappings.language import Problems

ROOT = Path(__file__).parents[4]
PAIR = ROOT / "tests/scenarios/hubs/pair"
TALK = ROOT / "tests/scenarios/hubs/talk"
BEGIN = "story: Проба\nsteps:\n  - create crm: {title: Внедрение CRM, stage: PREP}\n  - sync\n"


def told(folder, *texts, hub=PAIR):
    """Return the differences of stories with these texts."""
    for number, text in enumerate(texts):
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
    played = list(play_all(stories_in(folder), Hubs(folder, hub)))
    return [[(one.line, one.where, one.expected, one.was) for one in each.differences] for each in played]


def problems(folder, text, hub=PAIR):
    with pytest.raises(Problems) as caught:
        told(folder, text, hub=hub)
    return [str(one) for one in caught.value.problems]


def test_a_difference_names_its_line_what_was_expected_and_what_was(tmp_path):
    assert told(tmp_path, BEGIN + "  - see: {trk: {status: Closed, title: Внедрение CRM}}\n") == [
        [(5, "trk status", "'Closed'", "'New'")]
    ]


@pytest.mark.parametrize(
    ("seen", "where"),
    [
        ("trk: none", "trk"),
        ("trk: [{title: Внедрение CRM}, {title: Другая}]", "trk"),
        ("facts: {stage: in_work}", "fact stage"),
        ("cases: 2", "cases"),
        ("conflicts: [title]", "conflicts"),
        ("parked: [trk title dropped]", "parked"),
        ("parked: {dropped: 1}", "parked"),
        ("history: такого не было", "history"),
        ("told: {opened: 7}", "told opened"),
        ("writes: none", "writes in trk"),
        ("stopped: [mapping]", "stopped"),
        ("trouble: [trk]", "trouble"),
        ("refused: нельзя", "refused"),
    ],
)
def test_everything_that_can_be_seen_can_be_missed(tmp_path, seen, where):
    [found] = told(tmp_path, BEGIN + f"  - see: {{{seen}}}\n")

    assert where in [one[1] for one in found]


def test_a_pass_that_still_has_something_to_write_at_the_end_is_told(tmp_path):
    unrest = BEGIN + "  - edit crm: {title: Новое}\n"

    first, second = told(tmp_path, unrest, unrest.replace("steps:", "rest: false\nsteps:", 1))

    assert [one[1] for one in first] == ["at rest", "at rest trk"]
    assert second == []


def test_a_request_that_never_came_is_told(tmp_path):
    [[found]] = told(tmp_path, BEGIN + "  - at trk create before: time-out\n")

    assert found == (5, "at", "create is asked of trk", "never")


def test_a_step_that_cannot_be_done_ends_the_story(tmp_path):
    [[found]] = told(tmp_path, BEGIN + "  - edit crm Лютик: {title: Новое}\n  - see: {cases: 9}\n")

    assert found == (5, "edit", "it can be done", "nothing is called 'Лютик'; there is no name")


def test_people_may_speak_in_facts(tmp_path):
    assert told(tmp_path, BEGIN + "  - say trk: {stage: in_work}\n  - sync\n  - see: {crm: {stage: EXEC}}\n") == [[]]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("stori: а\nsteps: [sync]\n", "0.yaml:1: stori: unknown; did you mean 'story'?"),
        (BEGIN + "  - sinc\n", "0.yaml:5: 'sinc': no step; did you mean 'sync'?"),
        (BEGIN + "  - create\n", "0.yaml:5: 'create': it is written 'create SYSTEM' or 'create SYSTEM as NAME'"),
        (BEGIN + "  - edit crn: {title: а}\n", "0.yaml:5: no system 'crn'; did you mean 'crm'?"),
        (
            BEGIN + "  - edit crm: {titel: а}\n",
            "0.yaml:5: no place of crm is called 'titel'; did you mean 'title'?",
        ),
        (BEGIN + "  - set titel: а\n", "0.yaml:5: no fact 'titel'; did you mean 'title'?"),
        (BEGIN + "  - see: {fact: {title: а}}\n", "0.yaml:5: nothing to see is called 'fact'; did you mean 'facts'?"),
        (BEGIN + "  - wait: долго\n", '0.yaml:5: wait: a time is wanted, like "10 minutes"'),
        (BEGIN + "  - at trk creat before: busy\n", "0.yaml:5: no request 'creat'; did you mean 'create'?"),
        (
            BEGIN + "systems: {trk: {drop: [title]}}\n",
            "0.yaml:5: drop: no such habit; did you mean 'drops'?",
        ),
        (
            BEGIN + "rewrite: {hub.yaml: {нет такого: и такого}}\n",
            "0.yaml:5: hub.yaml does not say 'нет такого'",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_the_nearest_right_word(tmp_path, text, problem):
    assert problem in problems(tmp_path, text)


SAY = BEGIN + "  - comment crm as Вопрос: С чего начнём?\n  - sync\n"
MISSED = {
    "see: {comments crm: none}": ("comments crm", "none records", "1 records"),
    "see: {comments crm: [Когда?]}": ("comments crm text", "'Когда?'", "'С чего начнём?'"),
    "see: {comments crm: [С чего начнём?, +1]}": ("comments crm", "2 records", "1 records; С чего начнём?"),
    "see: {comments crm: [{author: 8}]}": ("comments crm author", "'8'", "'7'"),
    'see: {"comments trk #1": 2}': ("comments trk #1", "2 records", "1 records"),
    "see: {trk Вопрос: {text: С чего?}}": ("trk Вопрос text", "'С чего?'", "'Анна Ли (crm):\\n\\nС чего начнём?'"),
    "comment trk Вопрос: С НДС": ("comment", "it can be done", "Вопрос is no record of a case, and has no comments"),
}


def test_comments_can_be_missed(tmp_path):
    found = told(tmp_path, *(f"{SAY}  - {step}\n" for step in MISSED), hub=TALK)

    assert found == [[(7, *one)] for one in MISSED.values()]


def test_a_comment_that_a_pass_at_the_end_would_still_write_is_told(tmp_path):
    [found] = told(tmp_path, SAY + "  - edit crm Вопрос: {text: Когда?}\n", hub=TALK)

    assert [one[1] for one in found] == ["at rest", "at rest trk"]


def test_a_habit_is_that_of_the_records_that_have_its_place(tmp_path):
    posted = "systems: {trk: {requires: [title], marker: true}}\n" + SAY + "  - see: {comments trk: 1, parked: none}\n"
    refused = posted.replace("requires", "refuses: [text], requires").replace("trk: 1, parked: none", "trk: none")

    assert told(tmp_path, posted, refused, hub=TALK) == [[], []]


WRONG = {
    "comment crm:": "comment: what is said? a text, or {place: view}",
    "comment crm: {texx: а}": "no place of a comment in crm is called 'texx'; did you mean 'text'?",
    "edit crm: а": "edit: it is written {place: view}",
    "see: {comments: none}": "comments: of which system? crm, trk",
    "see: {comments crn: none}": "no system 'crn'; did you mean 'crm'?",
    "see: {comments crm: [{private: true}]}": (
        "no place of a comment in crm is called 'private'; there is 'author', 'created_on', 'text'"
    ),
    "see: {comment crm: none}": "nothing to see is called 'comment'; did you mean 'comments'?",
}


def test_what_is_wrong_with_comments_is_told_like_anything_else(tmp_path):
    steps = "".join(f"  - {step}\n" for step in WRONG)

    assert problems(tmp_path, BEGIN + steps, TALK) == [f"0.yaml:{5 + n}: {one}" for n, one in enumerate(WRONG.values())]


def test_where_the_hub_knows_of_no_comments_there_is_none_to_write_or_to_see(tmp_path):
    none = "crm has no comments: no mapping of it is of notes"

    assert problems(tmp_path, BEGIN + "  - comment crm: а\n  - see: {comments crm: none}\n") == [
        f"0.yaml:5: {none}",
        f"0.yaml:6: {none}",
    ]


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    (tmp_path / "1.yaml").write_text(BEGIN + "  - sinc\n", encoding="utf-8")

    with pytest.raises(Problems) as caught:
        told(tmp_path, BEGIN + "  - finc\n  - gync\n")

    assert [(one.file, one.line) for one in caught.value.problems] == [("0.yaml", 5), ("0.yaml", 6), ("1.yaml", 5)]


def test_the_stories_of_the_page_end_as_they_are_told(tmp_path):
    page = (ROOT / "docs/how-to/scenarios.md").read_text(encoding="utf-8")
    *texts, talk = re.findall(r"```yaml\n(story: .*?)```", page, re.DOTALL)

    assert len(texts) == 5
    assert told(tmp_path, *texts) == [[]] * 5
    (tmp_path / "talk").mkdir()
    assert told(tmp_path / "talk", talk, hub=TALK) == [[]]


DEMO = """
story: Своё соответствие на месте настоящих систем
people: {"1": anna@example.com}
steps:
  - create crm: {title: Внедрение CRM, stageId: Квалификация, opportunity: "100", currencyId: RUB}
  - sync
  - see: {tracker: {subject: Внедрение CRM, status: New}, facts: {amount: 100 RUB, stage: qualified}}
  - edit tracker: {status: Resolved}
  - sync
  - see: {crm: {stageId: Защита}}
"""


def test_a_users_own_mappings_are_played_without_their_systems_and_secrets(tmp_path):
    assert told(tmp_path, DEMO, hub=ROOT / "flows/hub/demo/files") == [[]]


ITEMS = {
    "hub.yaml": "systems:\n  crm: {type: memory}\n  trk: {type: memory}\nsyncs:\n  пресейл:\n    opens: crm\n"
    "    makes: {trk: {}}\n    items: {trk: {with: {вид: Задача, срочность: Высокая}}}\n    stages: [lead]\n",
    "record.crm.yaml": "system: crm\nkind: record\nentity: case\nextends: memory/record\n",
    "record.trk.дело.yaml": "system: trk\nkind: record\nentity: case\ntake: {вид: Дело}\nmarker: marker\n"
    "fields: {title: {at: title}, outcome: {at: статус, values: {Новая: open}}}\n",
    "record.trk.вид.yaml": "system: trk\nkind: record\nentity: item\ntake: {вид: Задача}\nmarker: marker\n"
    "under: {at: relates, holds: record}\n"
    "fields: {title: {at: title}, category: {at: статус, values: {Новая: todo, В работе: doing}}}\n",
}
WORK = """
story: Дело и задача в записях одного вида
rest: false
steps:
  - create crm as сделка: {title: Внедрение CRM}
  - sync
  - see: {trk: {title: Внедрение CRM, вид: Дело}}
  - create trk as дело: {title: Другое}
  - see: {trk дело: {вид: Дело}}
"""


def test_one_kind_of_record_may_be_cases_and_items_in_a_story_too(tmp_path):
    (tmp_path / "hub").mkdir()
    for name, text in ITEMS.items():
        (tmp_path / "hub" / name).write_text(text, encoding="utf-8")

    assert told(tmp_path, WORK, hub=tmp_path / "hub") == [[]]


def test_a_yes_that_is_called_otherwise_tells_records_apart_by_that_name(tmp_path):
    hub = tmp_path / "hub"
    shutil.copytree(TALK, hub)
    comment = hub / "comment.trk.yaml"
    text = comment.read_text(encoding="utf-8").replace("as: bool", "as: bool, true_is: Y, false_is: N")
    comment.write_text(text + "take: {private: N}\n", encoding="utf-8")

    assert told(tmp_path, BEGIN, hub=hub) == [[]]
