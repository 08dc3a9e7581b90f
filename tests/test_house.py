"""
The rules the house has for itself: what a reviewer would have to remember, a test remembers.

The rules are functions in tools/rules.py, proved one by one in tests/tools; here the house is shown to them.
"""

import ast
import importlib
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tools import rules
from tools.sources import HOUSE, Finding, Source, python, tracked

MEASURES = ("connectors", "flows", "mappings", "state", "web", "tests", "tools")

LONG_FOR_A_REASON: Mapping[str, str] = {
    "mappings/exchange.py": "the values that travel are one vocabulary, read whole",
}
"""Files, or ``file::function``, that may be longer than the others. Each entry is a debt that says why."""

TESTS_THAT_WAIT: Mapping[str, str] = {
    "tests/live/": "a real server answers when it does",
    "tests/crash/": "a real process is killed and started again",
    "tests/bench/": "measures time",
}


def broken(rule: Callable[[Source], Iterator[Finding]], sources: tuple[Source, ...]) -> list[str]:
    """Return what breaks *rule* in *sources*, as lines to read."""
    return [str(finding) for source in sources for finding in sorted(rule(source))]


# --- code ----------------------------------------------------------------------------------------------------------


def test_mappings_asks_no_file_no_clock_no_chance_and_writes_no_output() -> None:
    assert broken(rules.impure, python("mappings")) == []


def test_nobody_waits_inside_a_transaction() -> None:
    assert broken(rules.waits_inside_a_with, python("web", "flows", "connectors", "state")) == []


def test_files_and_functions_are_short() -> None:
    found = [finding for source in python(*MEASURES) for finding in rules.too_long(source)]

    assert [str(finding) for finding in found if _name(finding) not in LONG_FOR_A_REASON] == []


def test_an_exception_that_is_no_longer_needed_is_taken_back() -> None:
    found = {_name(finding) for source in python(*MEASURES) for finding in rules.too_long(source)}

    assert [name for name in LONG_FOR_A_REASON if name not in found] == []


def _name(finding: Finding) -> str:
    """Return the name of a long file or function as it stands in the list of exceptions."""
    what, _, rest = finding.says.partition(" ")
    return f"{finding.path}::{what}" if rest.startswith("has ") else finding.path


def test_no_checker_is_silenced_without_a_rule_and_a_reason() -> None:
    assert broken(rules.silenced, python()) == []


def test_nothing_is_left_for_later() -> None:
    assert broken(rules.unfinished, tracked()) == []


def test_nothing_speaks_of_the_place_where_somebody_worked() -> None:
    assert broken(rules.workplace, tracked()) == []


def test_tests_use_fakes_and_arguments_instead_of_patches() -> None:
    assert broken(rules.patched, python("tests")) == []


def test_no_test_sleeps() -> None:
    quick = tuple(source for source in python("tests") if not source.path.startswith(tuple(TESTS_THAT_WAIT)))

    assert broken(rules.timed, quick) == []


# --- packages ------------------------------------------------------------------------------------------------------


def test_nobody_else_installs_our_names() -> None:
    owners = packages_distributions()

    assert {name: set(owners.get(name, ())) - {"casehub"} for name in HOUSE} == {name: set() for name in HOUSE}


def test_the_folders_of_the_house_are_the_packages_and_are_typed(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))

    assert sorted(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == sorted(HOUSE)
    assert [name for name in HOUSE if not (root / name / "py.typed").is_file()] == []


def test_no_module_of_flows_is_called_like_somebody_elses(root: Path) -> None:
    theirs = set(sys.stdlib_module_names) | set(packages_distributions()) - set(HOUSE)

    ours = {path.stem for path in (root / "flows").iterdir() if path.suffix == ".py" or path.is_dir()}

    assert ours & theirs - {"__init__", "__pycache__"} == set()


def test_what_is_imported_is_named_in_the_requirements(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["postgres"]]
    ours = {_canonical(re.split(r"[^\w.-]", line)[0]) for line in named}
    owners = packages_distributions()

    foreign = [
        f"{source.path}:{line}: {name} comes with another package; name it in pyproject.toml"
        for source in python(*HOUSE)
        for name, line in rules.imported(source)
        if name not in sys.stdlib_module_names
        and name not in HOUSE
        and not ours & {_canonical(owner) for owner in owners.get(name, ())}
    ]

    assert foreign == []


def _canonical(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


# --- connectors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["connectors.errors", "state.errors"])
def test_every_error_is_in_the_drawn_tree(module: str) -> None:
    errors = importlib.import_module(module)
    drawn = re.findall(r"^ *[*x] (\w+)", errors.__doc__ or "", re.MULTILINE)

    defined = [n for n, v in vars(errors).items() if isinstance(v, type) and v.__module__ == module]

    assert sorted(drawn) == sorted(name for name in defined if issubclass(getattr(errors, name), Exception))


def connectors() -> dict[str, str]:
    """Return the table of connectors: type to ``module:Class``."""
    return dict(vars(importlib.import_module("connectors")).get("CONNECTORS", {}))


def test_there_is_a_table_of_connectors_and_each_entry_loads() -> None:
    table = connectors()

    assert "memory" in table
    for entry in table.values():
        module, _, name = entry.partition(":")
        assert isinstance(getattr(importlib.import_module(module), name), type)


STORES = frozenset({"mediawiki", "webdav"})
"""They hold documents, which are made from templates: no mapping says what their records mean."""


def test_every_connector_keeps_the_contract() -> None:
    keeping = "\n".join(s.text for s in python("tests") if _inherits(s, "ConnectorContract"))

    assert [
        type_
        for type_, entry in connectors().items()
        if type_ not in STORES and not re.search(rf"\b{entry.split(':')[1]}\b", keeping)
    ] == []


def test_every_store_of_documents_keeps_what_the_contract_asks_of_a_live_server() -> None:
    keeping = "\n".join(s.text for s in python("tests") if _inherits(s, "ReadingPromises"))

    table = connectors()
    assert [store for store in STORES if not re.search(rf"\b{table[store].split(':')[1]}\b", keeping)] == []


def _inherits(source: Source, base: str) -> bool:
    if base not in source.text:
        return False
    bases = [ast.unparse(b) for n in source.nodes if isinstance(n, ast.ClassDef) for b in n.bases]
    return any(name.split(".")[-1] == base for name in bases)


def test_every_connector_has_mappings_in_the_catalogue(root: Path) -> None:
    types = [
        type_ for type_ in connectors() if type_ not in {"memory", *STORES}
    ]  # what a memory holds, its test decides

    assert [type_ for type_ in types if not list((root / "mappings" / "catalog" / type_).glob("*.yaml"))] == []


def test_every_connector_has_a_page(root: Path) -> None:
    types = [type_ for type_ in connectors() if type_ != "memory"]  # a test double is no system to connect

    assert [type_ for type_ in types if not (root / "docs" / "connectors" / f"{type_}.md").is_file()] == []


def test_connectors_do_not_know_each_other() -> None:
    systems = {entry.partition(":")[0].removeprefix("connectors.").split(".")[0] for entry in connectors().values()}

    strangers = [
        f"{source.path}: knows {other}"
        for source in python("connectors")
        for other in systems | {"sandbox"}
        if source.path.split("/")[1].removesuffix(".py") in systems - {other}
        and re.search(
            rf"^\s*from (?:\.|connectors\.){other}\b|^\s*from \. import .*\b{other}\b", source.text, re.MULTILINE
        )
    ]

    assert strangers == []
