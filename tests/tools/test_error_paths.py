"""Which commands have a test of how they fail."""

from tools.error_paths import without
from tools.sources import Source

COMMANDS = [("sync",), ("case", "show"), ("demo",)]


def found(text: str) -> list[str]:
    return without(COMMANDS, [Source("tests/flows/cli/test_some.py", text)])


def test_words_that_are_given_and_a_code_that_is_looked_for_count() -> None:
    assert found("def test_a(hub):\n    assert hub.run('case', 'show', 'X').code == 2\n") == ["sync", "demo"]


def test_words_behind_the_options_of_every_command_count() -> None:
    assert "sync" not in found("def test_a():\n    assert given('--hub', 'x', 'sync').code == 1\n")


def test_words_and_codes_may_stand_in_a_table_of_cases() -> None:
    text = "@parametrize('w', [(('sync', 'x'), 3)])\ndef test_a(w, code):\n    assert hub.run(*w).code == code\n"

    assert "sync" not in found(text)


def test_a_test_that_looks_for_success_does_not_count() -> None:
    assert "sync" in found("def test_a(hub):\n    assert hub.run('sync').code == 0\n")


def test_a_test_that_looks_for_no_code_does_not_count() -> None:
    assert "sync" in found("def test_a(hub):\n    assert hub.run('sync').count == 2\n")


def test_a_function_of_the_module_that_is_called_like_the_command_gives_it() -> None:
    text = "def demo(*words):\n    return run(words)\ndef test_a():\n    assert demo('--port', '0').exit_code == 2\n"

    assert "demo" not in found(text)
