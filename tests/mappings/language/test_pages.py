"""The reference pages of the language say what the code does: keys, facts, settings, and examples that load."""

import re

import pytest

from mappings.canonical.facts import CASE_FACTS
from mappings.language import load_hub
from mappings.language.extend import OWN_KEYS
from mappings.language.policies import NAMED
from mappings.language.read_field import COMMON_KEYS
from mappings.language.read_hub import HUB_KEYS
from mappings.language.read_sync import SYNC_KEYS
from mappings.language.reader import load
from mappings.reconcile.guards import Limits
from mappings.transforms import SETTINGS
from tests.mappings.language.hubs import ENV, ROOT, SCHEMAS, catalog

LANGUAGE = (ROOT / "docs" / "reference" / "mapping-language.md").read_text(encoding="utf-8")
HUB = (ROOT / "docs" / "reference" / "hub-yaml.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", LANGUAGE + HUB, re.MULTILINE | re.DOTALL)


def section(page: str, title: str) -> str:
    """The text below a heading, up to the next one."""
    return re.split(r"^#+ ", page.split(f"# {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in *text*, their heads left out."""
    lines = [line.strip("|\n ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip(" `|") for cell in line] for line in lines if not set("".join(line)) <= set("-|: ")][1:]


def first_cells(page: str, title: str) -> set[str]:
    return {name.strip("` ") for row in rows(section(page, title)) for name in row[0].split(",")}


@pytest.mark.parametrize(
    ("page", "title", "keys"),
    [
        (LANGUAGE, "Keys of a mapping", OWN_KEYS),
        (LANGUAGE, "Fields", COMMON_KEYS),
        (LANGUAGE, "Transforms", SETTINGS),
        (HUB, "Keys", HUB_KEYS),
        (HUB, "syncs", SYNC_KEYS),
        (HUB, "guards", Limits.__dataclass_fields__),
    ],
    ids=lambda part: part if isinstance(part, str) and len(part) < 40 else "",
)
def test_a_table_has_every_key_and_no_other(page, title, keys):
    assert first_cells(page, title) == set(keys)


def test_every_policy_is_told():
    told = section(HUB, "conflicts")

    assert [name for name in NAMED if f"`{name}`" not in told] == []


def test_the_table_of_facts_is_the_published_one():
    told = [tuple(row) for row in rows(section(LANGUAGE, "Facts"))]

    assert told == [(info.name, info.dotted, info.type) for info in CASE_FACTS]


def test_every_setting_stands_beside_its_transform():
    told = {row[0]: " ".join(row[1:]) for row in rows(section(LANGUAGE, "Transforms"))}

    missing = [
        f"{name}: {setting.name}"
        for name, declared in SETTINGS.items()
        for setting in declared
        if setting.name != "sets" and setting.name not in re.findall(r"\w+", told[name])
    ]
    assert missing == []


def test_what_a_shipped_mapping_holds_is_told():
    told = {row[0]: row[1].partition(";")[0] for row in rows(section(LANGUAGE, "Extends"))}
    shipped = {name.removesuffix(".yaml"): text for name, text in catalog().items() if "/" in name}

    assert set(told) == set(shipped)
    for name, facts in told.items():
        fields = re.findall(r"^  (\w+):", shipped[name], re.MULTILINE)
        assert name == "memory/record" or facts.split(", ") == fields


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.split("\n")[0][:30])
def test_every_example_is_yaml_of_ours(text):
    assert load(text, "example").nodes > 5


def test_the_example_of_a_mapping_loads_in_the_example_of_a_hub():
    hub = next(text for text in EXAMPLES if text.startswith("database:"))
    deal = next(text for text in EXAMPLES if "system: sales-crm" in text)
    issue = "system: presales-tracker\nkind: issue\nextends: redmine/issue\nmarker: cf[Deal]\n"
    files = {"hub.yaml": hub, "deal.sales-crm.yaml": deal, "issue.presales-tracker.yaml": issue}

    loaded = load_hub(files, ENV, schemas=SCHEMAS, catalog=catalog())

    assert set(loaded.syncs) == {"presales"}
