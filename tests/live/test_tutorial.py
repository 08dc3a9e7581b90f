"""The tutorial, word for word: its files are written, its commands run, and they print what it shows."""

import pytest

from tests.live.pages import ROOT, Shell, blocks, commands, pattern
from tests.live.plain import PlainRedmine, live
from tests.live.plain_tryton import PlainTryton

PAGE = ROOT / "docs" / "tutorial.md"


@pytest.fixture
def empty_servers():
    """Both servers as somebody finds them who begins."""
    redmine, tryton = PlainRedmine(live("REDMINE")), PlainTryton(live("TRYTON"))
    redmine.wipe()
    tryton.wipe()
    yield redmine, tryton
    redmine.close()
    tryton.close()


def test_the_tutorial_works_as_it_stands(empty_servers, tmp_path):
    redmine, tryton = empty_servers
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    shell = Shell(tmp_path)
    for language, name, text in blocks(PAGE.read_text(encoding="utf-8")):
        if language == "yaml":
            (tmp_path / name).write_text(text, encoding="utf-8")
        elif language == "bash" and "servers up" not in text:
            code, printed = shell.run(text)
            assert code == 0, (text, printed)
        elif language == "console":
            for command, shown in commands(text):
                code, printed = shell.run(command)
                assert code == 0, (command, printed)
                assert pattern(shown).fullmatch(printed), (command, printed, pattern(shown).pattern)
    shell.close()

    [issue] = [one for one in redmine.issues() if one["subject"] != "Made by hand"]
    assert issue["subject"] == "Пилот CRM"
    deals = tryton.rpc("sale.opportunity.search_read", [], 0, None, None, ["description", "state", "amount"])
    assert [(deal["description"], deal["state"]) for deal in deals] == [("Пилот CRM", "opportunity")]
