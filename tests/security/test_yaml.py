"""Files that an enemy wrote: small texts that stand for gigabytes, nests without end, values that cannot be."""

import pytest

from flows.hub.beginning.answers import BadAnswers, read_answers
from flows.hub.plain_yaml import DEEPEST, NotPlain, read_plain
from flows.hub.plan_file import BadPlanFile, read_plan
from mappings.language.problems import Problems
from mappings.language.reader import LONGEST_FILE, load

HEAD = "casehub: 2\nsync: presales\nfingerprint: a\nmapping: a\n"
LAUGHS = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
BOMBS = {
    "laughs": f"a0: &a0 [1]\n{LAUGHS}",
    "itself": "a: &a [*a]\n",
    "merged": "a: &a {b: 1}\nc: {<<: *a}\n",
    "tag": "a: !!python/object/apply:os.system [id]\n",
    "brackets": "a: " + "[" * (LONGEST_FILE - 10),
    "braces": "a: " + "{a: " * 100_000,
    "dashes": "- " * 200_000,
    "questions": "? " * 200_000,
    "nul": "a: \x00\n",
    "escape": "a: \x1b[2J\n",
    "no such day": "a: 2026-02-31\n",
    "digits": "a: " + "9" * 5000 + "\n",
    "surrogate": "a: \ud800\n",
    "two": "a: 1\n---\nb: 2\n",
}
SETTINGS_TAKE = {"no such day", "digits"}  # for hub.yaml they are words


@pytest.mark.parametrize("name", BOMBS)
def test_a_plan_or_answers_made_by_an_enemy_are_refused_in_words(tmp_path, name):
    path = tmp_path / "plan.yaml"
    path.write_bytes((HEAD + BOMBS[name]).encode("utf-8", "surrogatepass"))

    with pytest.raises(BadPlanFile):
        read_plan(path)
    with pytest.raises(BadAnswers):
        read_answers(BOMBS[name])


@pytest.mark.parametrize("name", sorted(BOMBS.keys() - SETTINGS_TAKE - {"merged"}))
def test_settings_made_by_an_enemy_are_refused_in_words(name):
    with pytest.raises(Problems):
        load(BOMBS[name], "hub.yaml")


def test_a_million_keys_are_too_large_to_be_settings():
    with pytest.raises(Problems, match="too large"):
        load("".join(f"k{n}: 1\n" for n in range(1_000_000)), "hub.yaml")


def test_the_answer_to_a_question_of_a_plan_cannot_be_a_bomb(tmp_path):
    path = tmp_path / "plan.yaml"
    rows = "".join(f"  - {{print: x, do: {{link: &a{n} [{f'*a{n - 1}, ' * 10}]}}}}\n" for n in range(1, 20))
    path.write_text(f"{HEAD}meetings:\n- system: crm\n  kind: deal\n  matched:\n  - {{do: {{link: &a0 [1]}}}}\n{rows}")

    with pytest.raises(BadPlanFile, match="anchors and aliases are not allowed, line 9"):
        read_plan(path)


def test_plain_files_are_read_as_deep_as_any_of_ours_goes():
    nested = "[" * DEEPEST + "]" * DEEPEST

    assert read_plain(f"a: да\nb: {nested[1:-1]}")["a"] == "да"
    with pytest.raises(NotPlain, match="nested deeper"):
        read_plain(f"[{nested}]")
