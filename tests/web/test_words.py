"""What the engine names by a word of its own, the page says in words of its readers."""

import ast
import re
from collections import ChainMap
from collections.abc import Iterator
from pathlib import Path

from flows.hub.attachments.looking import WORDS as FILE_STATES
from flows.hub.documents.paper import DRAFT, GONE, SENT
from flows.wording import STEPS
from mappings.canonical.facts import FACTS

ROOT = Path(__file__).parents[2]
FOLDERS = ("flows", "state", "mappings")
TEMPLATE = (ROOT / "web" / "templates" / "words.html").read_text(encoding="utf-8")


def said(table: str) -> set[str]:
    """The words that a table of the templates knows."""
    found = re.search(rf"set {table} = {{(.+?)}} -%}}", TEMPLATE, re.DOTALL)
    assert found is not None
    return set(re.findall(r'"([^"]*)": _\(', found[1]))


def texts_of(tree: ast.Module) -> dict[str, str]:
    """The texts that a file gives names to."""
    given = [node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)]
    return {to.id: str(ast.literal_eval(one.value)) for one in given for to in one.targets if isinstance(to, ast.Name)}


def events() -> Iterator[str]:
    """What happens, as the engine writes it into the history, by a text or by the name of one."""
    trees = [ast.parse(one.read_text(encoding="utf-8")) for at in FOLDERS for one in (ROOT / at).rglob("*.py")]
    everywhere = ChainMap(*map(texts_of, trees))
    for tree in trees:
        known = ChainMap(texts_of(tree), everywhere)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Event":
                for what in node.args[:1]:
                    yield from [str(what.value)] if isinstance(what, ast.Constant) else ()
                    yield from [known[what.id]] if isinstance(what, ast.Name) and what.id in known else ()


def test_every_line_of_the_history_has_a_word() -> None:
    found = set(events())

    assert {"set", "linked", "deleted", "copied", "overwritten"} <= found
    assert found - said("EVENTS") == set()


def test_every_fact_has_a_name() -> None:
    names = {info.name for infos in FACTS.values() for info in infos}

    assert names - said("FACTS") == set()


def test_every_reason_has_a_word_and_a_next_step() -> None:
    assert STEPS.keys() - said("CODES") == set()
    assert STEPS.keys() - said("STEPS") == set()


def test_every_state_of_a_file_and_of_a_document_has_a_word() -> None:
    assert set(FILE_STATES.values()) - said("FILE_STATES") == set()
    assert {DRAFT, GONE, SENT} - said("PAPER_STATES") == set()
