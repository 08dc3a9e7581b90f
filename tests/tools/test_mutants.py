"""The tool that breaks the code: each kind of change, the breakages made by hand, and that they are carried out."""

import importlib
from pathlib import Path

import pytest

from tools.mutants import by_hand
from tools.mutants.campaign import Campaign, Verdict, broken
from tools.mutants.make import Edit, Mutant, drawn, mutants
from tools.mutants.pool import Task, done
from tools.mutants.reach import Probes, Reach
from tools.mutants.swap import NotSwappable, changed_codes

PATH = "toys/some_module.py"

CHANGES = [
    ("return a == b", "a == b -> a != b"),
    ("return a < b", "a < b -> a <= b"),
    ("return a >= b", "a >= b -> a > b"),
    ("return a in b", "a in b -> a not in b"),
    ("return a is b", "a is b -> a is not b"),
    ("return a and b", "a and b -> a or b"),
    ("return not a", "not a -> a"),
    ("return True", "True -> False"),
    ("return 3", "3 -> 4"),
    ("return a + b", "a + b -> a - b"),
    ("return a.b", "return a.b -> return None"),
    ("a.save(b)", "a.save(b) -> pass"),
    ("a.b = c", "a.b = c -> pass"),
    ("a += b", "a += b -> pass"),
    ("if a.b: return", "if a.b: return -> if not a.b: return"),
    ("return a if b else c", "a if b else c -> a if not b else c"),
    ("return any(a)", "any(a) -> all(a)"),
    ("return q.where(a, b)", "q.where(a, b) -> q.where(b)"),
    ("return sa.or_(a, b)", "sa.or_(a, b) -> sa.or_(a)"),
]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a package of our own that can be imported."""
    (tmp_path / "toys_of_a_test").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    return "toys_of_a_test/some_module.py"


@pytest.mark.parametrize(("statement", "change"), CHANGES, ids=[change for _, change in CHANGES])
def test_each_change_is_made_and_says_what_it_is(statement: str, change: str) -> None:
    made = mutants(PATH, f"def f(a, b, c, q, sa):\n    {statement}\n")

    assert f"{PATH} f: {change}" in [one.name for one in made]
    assert all(one.edits[0].changed != one.edits[0].source for one in made)


def test_docstrings_types_and_defaults_are_left_alone() -> None:
    source = 'def f(a: "bool | None" = True) -> bool:\n    """Say 1 and 2."""\n    b: list[int] = a\n'

    assert mutants(PATH, source) == []


def test_two_alike_are_told_apart() -> None:
    made = mutants(PATH, "def f(a):\n    a.save(1)\n    a.save(1)\n")

    names = [one.name for one in made if one.name.startswith(f"{PATH} f: a.save(1) -> pass")]
    assert names == [f"{PATH} f: a.save(1) -> pass", f"{PATH} f: a.save(1) -> pass #2"]


def test_an_edit_elsewhere_draws_no_others() -> None:
    before = "def f(a, b):\n    return a == b and a < b + 1\n"
    after = "def e():\n    pass\n\n\n" + before

    first, second = (drawn(mutants(PATH, text), number=2, seed="s") for text in (before, after))
    assert [one.name for one in first] == [one.name for one in second]


def test_a_function_is_given_its_other_code_wherever_it_is_held(module: str, tmp_path: Path) -> None:
    source = (
        "from functools import cache\n\n\nclass C:\n    @property\n    def p(self):\n        return 1\n\n\n"
        "@cache\ndef f():\n    return 10\n"
    )
    (tmp_path / module).write_text(source, encoding="utf-8")
    found = importlib.import_module("toys_of_a_test.some_module")
    held, one = found.f, found.C()

    for mutant in mutants(module, source):
        if mutant.name.endswith(("1 -> 2", "10 -> 11")):
            assert broken(mutant) == ""

    assert (held(), one.p) == (11, 2)


def test_statements_tell_that_they_are_run(module: str, tmp_path: Path) -> None:
    lines = ["def f(a):", "    try:", "        if a:", "            return int(", "                a)"]
    lines += [
        "        elif a == 0:",
        "            return 7",
        "    except ValueError:",
        "        return 8",
        "    return 9",
    ]
    (tmp_path / module).write_text("\n".join(lines), encoding="utf-8")
    found = importlib.import_module("toys_of_a_test.some_module")
    probes = Probes(tmp_path, [module])
    said = {}

    for given in ("1", 0, "x"):
        with probes.noting() as ran:
            found.f(given)
        said[given] = sorted(ran[module])

    assert said == {"1": [2, 3, 4, 5, 8], 0: [2, 3, 6, 7, 8], "x": [2, 3, 4, 5, 8, 9]}


def test_what_runs_at_import_cannot_be_swapped() -> None:
    with pytest.raises(NotSwappable, match="more than the bodies of functions"):
        changed_codes(PATH, "LIMIT = 1\n", "LIMIT = 2\n")


# --- made by hand -----------------------------------------------------------------------------------------------------


def test_every_breakage_made_by_hand_still_applies(root: Path) -> None:
    made = by_hand.rules(lambda path: (root / path).read_text(encoding="utf-8"))

    assert len(made) >= 20
    assert [one.name for one in made if not one.rule] == []
    stories = {path.stem for path in (root / "tests/scenarios").glob("*.yaml")}
    assert [story for one in made for story in one.ends if story not in stories] == []


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("return 2", "return 3", "r: f.py says 0 times, not once"),
        ("1", "2", "r: f.py says 2 times, not once"),
        ("return 1", "return 1 ", "r: f.py: nothing would change"),
        ("def f()", "def g()", "r: f.py: more than the bodies of functions"),
    ],
)
def test_one_that_the_code_has_left_behind_is_an_error(old: str, new: str, why: str) -> None:
    text = f"r: {{rule: so it is, edits: [{{file: f.py, old: {old!r}, new: {new!r}}}]}}"

    with pytest.raises(by_hand.DoesNotApply, match=why):
        by_hand.rules(lambda _: "def f():\n    return 1\nX = 1\n", text=text)


def test_every_survivor_has_a_reason_and_is_one_that_is_made(root: Path) -> None:
    known = by_hand.survivors()
    files = {name.partition(" ")[0] for name in known}
    made = {one.name for path in files for one in mutants(path, (root / path).read_text(encoding="utf-8"))}

    assert [name for name, because in known.items() if len(because) < 20 or name not in made] == []


# --- carried out ------------------------------------------------------------------------------------------------------


def test_the_tests_that_run_a_line_are_asked_its_own_files_first() -> None:
    reach = Reach(
        {
            "tests/state/test_other.py::a": (0.1, {"state/inbox.py": {3}}),
            "tests/state/test_inbox.py::slow": (5.0, {"state/inbox.py": {3, 4}}),
            "tests/state/test_inbox.py::quick": (1.0, {"state/inbox.py": {4}}),
            "tests/state/test_else.py::b": (0.1, {"state/outbox.py": {3}}),
        }
    )

    assert reach.of({"state/inbox.py": [3, 4]}) == [
        "tests/state/test_inbox.py::quick",
        "tests/state/test_inbox.py::slow",
        "tests/state/test_other.py::a",
    ]
    assert Reach.from_form(reach.form()) == reach


def test_what_is_known_is_not_asked_again_while_its_files_are_as_they_were(tmp_path: Path) -> None:
    killer = tmp_path / "tests" / "test_it.py"
    killer.parent.mkdir()
    killer.write_text("1\n", encoding="utf-8")
    one = Mutant("m", (Edit("f.py", "a", "b", (1,)),))

    def campaign() -> Campaign:
        return Campaign(tmp_path, tmp_path / "var", [one], ["f.py"], 1)

    (tmp_path / "var").mkdir()
    campaign().keep(one, Verdict("tests/test_it.py::that", 3))
    assert campaign().verdicts == {"m": Verdict("tests/test_it.py::that", 3)}

    killer.write_text("2\n", encoding="utf-8")
    assert campaign().verdicts == {}


def test_children_answer_and_one_that_dies_answers_nothing(tmp_path: Path) -> None:
    tasks = [Task("good", lambda: {"a": 1}, 60), Task("bad", lambda: int("x"), 60)]

    assert dict(done(tasks, jobs=2, folder=tmp_path)) == {"good": {"a": 1}, "bad": None}
