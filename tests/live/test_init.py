"""`casehub init` on a Russian Redmine and a Tryton: most is guessed right from a file of answers, and the sync runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.live.live_hub import both

CASEHUB = str(Path(sys.executable).parent / "casehub")
ANSWERS = """
timezone: Europe/Moscow
systems:
  продажи: {type: tryton, url: "${TRYTON_URL}", database: tryton, user: hub, password: "${TRYTON_HUB_PASSWORD}"}
  пресейл: {type: redmine, url: "${REDMINE_URL}", key: "${REDMINE_KEY_HUB}", project: presale, concurrency: 1}
opens: продажи
makes: пресейл
sync: кейсы
take: {пресейл: {tracker: Кейс}}
currency: RUB
"""
RIGHT = {
    "продажи": {
        "lead": {"stage": "lead", "outcome": "open"},
        "opportunity": {"stage": ["qualified", "in_work", "estimate", "proposal", "defence"], "outcome": "open"},
        "converted": {"stage": "defence", "outcome": "open"},
        "won": {"outcome": "won"},
        "lost": {"outcome": "lost"},
        "cancelled": {"outcome": ["withdrawn", "no_decision"]},
    },
    "пресейл": {
        "Новая": {"stage": ["lead", "qualified"], "outcome": "open"},
        "В работе": {"stage": ["in_work", "estimate", "proposal"], "outcome": "open"},
        "Решена": {"stage": "defence", "outcome": "open"},
        "Отклик": {"stage": "defence", "outcome": "open"},
        "Закрыта": {"outcome": "won"},
        "Отклонена": {"outcome": ["lost", "withdrawn", "no_decision"]},
    },
}
"""What a person who knows both systems would have written."""


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A hub begun by the command, over servers with one deal and one foreign issue."""
    place = tmp_path_factory.mktemp("init")
    with both(place / "unused", "ru") as (hub, tryton, redmine):
        [party] = tryton.create_parties("ООО «Ёлка и Щука»")
        tryton.create(
            {
                "description": "Внедрение учёта",
                "party": party,
                "currency": int(tryton.env["RUB_ID"]),
                "amount": {"__class__": "Decimal", "decimal": "1250000.00"},
                "end_date": {"__class__": "date", "year": 2027, "month": 3, "day": 1},
            }
        )
        (place / "answers.yaml").write_text(ANSWERS, encoding="utf-8")
        folder = place / "хаб"

        def casehub(*words):
            command = [CASEHUB, "--hub", str(folder), *words]
            return subprocess.run(
                command, env={**os.environ, **hub.env}, capture_output=True, text=True, timeout=120, check=False
            )

        yield casehub("init", "--answers", str(place / "answers.yaml")), casehub, folder, redmine


def test_it_says_who_it_is_what_it_wrote_and_ends_in_check_and_plan(begun):
    done, _, folder, _ = begun

    assert done.returncode == 0, done.stderr
    assert "пресейл (redmine): reachable as" in done.stdout
    assert "Everything is as the files say." in done.stdout
    assert "Plan: 1 to create, 0 to change" in done.stdout
    assert sorted(path.name for path in folder.glob("*.yaml")) == [
        "hub.yaml",
        "issue.пресейл.yaml",
        "opportunity.продажи.yaml",
    ]


def test_most_stages_and_statuses_are_guessed_right_and_every_wrong_guess_is_marked(begun):
    _, _, folder, _ = begun
    right, all_, unmarked = 0, 0, []
    for file, system in (("opportunity.продажи.yaml", "продажи"), ("issue.пресейл.yaml", "пресейл")):
        text = (folder / file).read_text(encoding="utf-8")
        found = yaml.safe_load(text)["fields"]["position"]["values"]
        for name, meaning in RIGHT[system].items():
            all_ += 1
            right += found.get(name) == meaning
            line = next((one for one in text.splitlines() if one.strip().strip('"').startswith(name)), "")
            unmarked += [name] if found.get(name) != meaning and "# guess" not in line else []

    assert right / all_ >= 0.8
    assert unmarked == []


def test_without_an_edit_the_sync_runs_and_both_sides_show_the_same(begun):
    _, casehub, _, redmine = begun

    done = casehub("sync")

    assert done.returncode == 0, done.stderr
    [issue] = [one for one in redmine.issues(status_id="*") if one["subject"] == "Внедрение учёта"]
    custom = {field["name"]: field["value"] for field in issue["custom_fields"]}
    assert (custom["Клиент"], float(custom["Сумма"]), issue["due_date"]) == ("ООО «Ёлка и Щука»", 1250000, "2027-03-01")
    assert "sale.opportunity" in custom["Сделка"]


def test_a_hub_is_not_begun_twice(begun):
    _, casehub, _, _ = begun

    again = casehub("init", "--answers", "nothing.yaml")

    assert again.returncode == 2
    assert "is a hub already" in again.stderr
