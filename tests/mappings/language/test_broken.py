"""Every file in tests/mappings/broken gives exactly the message that messages.yaml has for it."""

from pathlib import Path

import pytest
import yaml

from mappings.language import Problems
from tests.mappings.language.hubs import catalog, loaded

FOLDER = Path(__file__).parents[1] / "broken"
MESSAGES: dict[str, str] = yaml.safe_load((FOLDER / "messages.yaml").read_text(encoding="utf-8"))
CASES = sorted(f"{path.parent.name}/{path.stem}" for path in FOLDER.glob("*/*.yaml"))

HUB = """\
systems: {crm: {type: memory}, трекер: {type: memory}}
syncs:
  presales:
    opens: crm
    makes: {трекер: {}}
    stages: [lead, оценка]
    facts: {регион: {type: choice, choices: [Москва, Урал]}}
"""


def message(case: str) -> str:
    """Put the broken file in its place in a hub that is right without it, and load."""
    text = (FOLDER / f"{case}.yaml").read_text(encoding="utf-8")
    files, shipped = {"hub.yaml": HUB}, catalog()
    match case.partition("/")[0]:
        case "hub":
            files["hub.yaml"] = text
        case "mapping":
            files["record.crm.yaml"] = text
        case "catalog":
            shipped["memory/record.yaml"] = text
        case "policies":
            shipped["policies.yaml"] = text
    with pytest.raises(Problems) as caught:
        loaded(files, shipped=shipped)
    return str(caught.value)


def test_the_hub_around_a_broken_file_is_right():
    assert set(loaded({"hub.yaml": HUB}).systems) == {"crm", "трекер"}


def test_there_is_a_message_for_each_broken_file_and_none_too_many():
    assert sorted(MESSAGES) == CASES


@pytest.mark.parametrize("case", CASES)
def test_a_broken_file_says_all_that_is_wrong_with_it(case):
    assert message(case) == MESSAGES[case].rstrip("\n")
