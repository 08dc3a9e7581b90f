"""The pages tell the truth: links lead somewhere, commands and make targets exist, every decision is in its list."""

import re
import tomllib
from pathlib import Path

import pytest
import typer

import flows.cli
from flows.wording import STEPS
from tools import attention, coverage
from tools.sources import HOUSE, Source, pages, python, tracked

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|^\[[^\]]+\]:\s+(\S+)", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^```[^\n]*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
PARTS = ("## Context", "## Choice", "## What it costs")


def anchors(page: Source) -> set[str]:
    """Return the anchors of a page's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+ +(.+?) *$", FENCE.sub("", page.text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: Source, known: dict[str, Source], root: Path) -> list[str]:
    """Return the links of *page* that lead nowhere in the checkout."""
    dead = []
    for inline, reference in LINK.findall(FENCE.sub("", page.text)):
        address = inline or reference
        if re.match(r"[a-z]+:", address):
            continue
        path, _, anchor = address.partition("#")
        target = (root / page.path).parent / path if path else root / page.path
        name = target.resolve().relative_to(root).as_posix()
        if not target.exists() or (anchor and name in known and anchor not in anchors(known[name])):
            dead.append(f"{page.path}: {address}")
    return dead


def code_in(text: str) -> str:
    """Return the code of a page, fenced and inline."""
    return "\n".join(fenced or inline for fenced, inline in CODE.findall(text))


def test_every_link_leads_somewhere(root: Path) -> None:
    known = {page.path: page for page in pages()}

    assert [dead for page in pages() for dead in dead_links(page, known, root)] == []


def test_a_dead_link_and_a_dead_anchor_are_found(root: Path) -> None:
    text = "# One head, two\n[a](none.md) [b](#one-head-two) [c](#three) [d](https://example.org)\n"
    page = Source("README.md", text)

    assert dead_links(page, {page.path: page}, root) == ["README.md: none.md", "README.md: #three"]


def test_every_make_target_in_the_pages_exists(root: Path) -> None:
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
    said = {(page.path, name) for page in pages() for name in re.findall(r"\bmake ([a-z][\w-]*)", code_in(page.text))}

    assert sorted((path, name) for path, name in said if name not in targets) == []


def commands(app: typer.Typer) -> dict[str, set[str]]:
    """Return each command of *app* with the commands below it, if it is a group itself."""
    group = typer.main.get_command(app)
    return {name: set(getattr(command, "commands", ())) for name, command in getattr(group, "commands", {}).items()}


def unknown_commands(text: str, known: dict[str, set[str]]) -> list[str]:
    """Return the ``casehub`` commands in the code of *text* that there are not."""
    said = re.findall(r"\bcasehub ([a-z][\w-]*)(?: +([a-z][\w-]*))?", code_in(text))
    return [f"{one} {two}".strip() for one, two in said if one not in known or (known[one] and two not in known[one])]


def test_an_unknown_command_is_found() -> None:
    app, case = typer.Typer(), typer.Typer()
    app.add_typer(case, name="case")
    app.command("check")(lambda: None)
    case.command("show")(lambda: None)
    case.command("list")(lambda: None)
    text = "`casehub check crm` `casehub chekc` `casehub case show CASE-1` `casehub case shwo` and casehub prose\n"

    assert unknown_commands(text, commands(app)) == ["chekc", "case shwo"]


@pytest.mark.skipif(not hasattr(flows.cli, "main"), reason="there is no command line yet")
def test_every_command_in_the_pages_exists() -> None:
    [app] = [value for value in vars(flows.cli).values() if isinstance(value, typer.Typer)]
    known = commands(app)

    wrong = {page.path: unknown_commands(page.text, known) for page in pages()}

    assert {path: found for path, found in wrong.items() if found} == {}


def test_every_page_is_reached_from_the_first_one(root: Path) -> None:
    index = (root / "docs" / "index.md").read_text(encoding="utf-8")
    folders = {p.path.split("/")[1] for p in pages() if p.path.startswith("docs/") and p.path.count("/") > 1}
    beside = {p.path.split("/")[1] for p in pages() if p.path.startswith("docs/") and p.path.count("/") == 1}

    assert [name for name in sorted(folders | beside - {"index.md"}) if name not in index] == []


def decisions() -> list[Source]:
    """Return the decision pages, in their order."""
    return [page for page in pages() if re.match(r"docs/decisions/\d{4}-", page.path)]


@pytest.mark.parametrize("page", decisions(), ids=lambda page: Path(page.path).stem)
def test_a_decision_is_one_page_of_context_choice_and_cost(page: Source) -> None:
    assert [part for part in PARTS if part not in page.text] == []
    assert page.text.count("\n") <= 90


def test_every_decision_has_a_number_of_its_own_and_a_line_in_the_list(root: Path) -> None:
    listed = (root / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    names = [Path(page.path).name for page in decisions()]

    assert [name for name in names if f"({name})" not in listed] == []
    assert len({name[:4] for name in names}) == len(names)


def test_the_changelog_has_a_place_for_what_is_new_and_for_this_version(root: Path) -> None:
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = re.findall(r"^## \[([^\]]+)\]", changelog, re.MULTILINE)

    assert versions[0] == "Unreleased"
    assert project["version"] in [*versions, "0.1.0"]  # the first version is not out yet


def test_the_licence_is_the_whole_apache_licence(root: Path) -> None:
    text = (root / "LICENSE").read_text(encoding="utf-8")

    assert text.lstrip().startswith("Apache License\n                           Version 2.0, January 2004")
    assert "APPENDIX: How to apply the Apache License to your work." in text
    assert [s.path for s in tracked() if Path(s.path).name in {"COPYING", "LICENSE"}] == ["LICENSE"]


def test_the_page_of_the_attention_list_tells_of_every_code(root: Path) -> None:
    found, dark = attention.codes(python(*HOUSE))

    assert [str(one) for one in dark] == []
    assert attention.told((root / attention.PAGE).read_text(encoding="utf-8")) == found


def test_every_code_of_what_is_parked_has_a_next_step() -> None:
    found, _ = attention.codes(python(*HOUSE))

    assert sorted(STEPS) == sorted(found - {attention.CONFLICT})


def test_what_is_shown_on_real_servers_is_shown_by_tests_that_exist(root: Path) -> None:
    page = (root / coverage.PAGE).read_text(encoding="utf-8")

    assert coverage.missing(page, python("tests")) == []
    assert sorted(coverage.parts(page)) == list(range(1, 15))
    assert [n for n, text in coverage.parts(page).items() if not coverage.named(text) and "Not yet:" not in text] == []
