"""Plans on a real Tryton and a real Redmine: a changed mapping, a stale plan, a first meeting of thirty."""

import json

import pytest
import yaml
from typer.testing import CliRunner

from flows.cli import app
from tests.live.live_hub import both


class Hub:
    """The hub's folder and its command, as a person gives it."""

    def __init__(self, hub, tryton, redmine):
        self.hub, self.tryton, self.redmine = hub, tryton, redmine
        self.path = hub.folder / "plan.yaml"

    def run(self, *words):
        result = CliRunner().invoke(app, ["--hub", str(self.hub.folder), *words], env=dict(self.hub.env))
        return result.exit_code, result.stdout, result.stderr

    def done(self, *words):
        code, out, err = self.run(*words)
        assert code == 0, (words, code, out, err)
        return out

    def edited(self, change):
        """Change the plan file as a person does."""
        form = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        change(form)
        self.path.write_text(yaml.safe_dump(form, allow_unicode=True), encoding="utf-8")

    def mapping(self, name, old, new):
        path = self.hub.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def subjects(self):
        return {
            issue["id"]: issue["subject"] for issue in self.redmine.issues() if issue["subject"] != "Заведено руками"
        }

    def cell(self, name):
        """Subject of an issue -> what a custom field shows."""
        found = {}
        for issue in self.redmine.issues():
            fields = {one["name"]: one["value"] for one in issue.get("custom_fields", [])}
            found[issue["subject"]] = fields.get(name)
        return found


@pytest.fixture
def world(tmp_path):
    with both(tmp_path / "hub") as (hub, tryton, redmine):
        yield Hub(hub, tryton, redmine)


def a_few(world, *names):
    [party] = world.tryton.create_parties("ООО «Ромашка»")
    return world.tryton.create(*({"description": name, "party": party, "amount": "1000"} for name in names))


def test_a_changed_mapping_asks_shows_all_cases_and_repairs_just_those_that_were_approved(world):
    a_few(world, "Первый", "Второй", "Третий")
    world.hub.sync()
    world.hub.sync()
    world.mapping("issue.tracker.yaml", '{at: "cf[Client]", as: text}', '{at: "cf[Summary]", as: text}')

    code, _, err = world.run("sync")
    out = world.done("plan", "-o", str(world.path))
    untouched = world.cell("Summary")
    world.edited(lambda form: form["cases"].pop(0))
    world.done("apply", str(world.path))
    some = world.cell("Summary")
    again, _, _ = world.run("sync")
    world.done("plan", "-o", str(world.path))
    world.done("apply", str(world.path))

    assert (code, "the mapping of presales has changed" in err, again) == (4, True, 4)
    assert out.count("its mapping has changed") == 3
    assert [untouched[name] for name in ("Первый", "Второй", "Третий")] in ([""] * 3, [None] * 3, [[]] * 3)
    assert sorted(bool(some[name]) for name in ("Первый", "Второй", "Третий")) == [False, True, True]
    assert all("ООО «Ромашка»" in str(world.cell("Summary")[name]) for name in ("Первый", "Второй", "Третий"))
    assert world.run("sync")[0] == 0


def test_a_plan_with_a_stale_line_writes_nothing_and_names_it_and_the_rest_goes_on_request(world):
    first, second = a_few(world, "Первый", "Второй")
    world.hub.sync()
    world.hub.sync()
    world.tryton.write(first, description="Первый, срочно")
    world.tryton.write(second, description="Второй, срочно")
    world.done("plan", "-o", str(world.path))
    world.tryton.write(second, description="Второй, отменён")

    code, _, err = world.run("apply", str(world.path))
    untouched = sorted(world.subjects().values())
    world.done("apply", str(world.path), "--still-valid")
    some = sorted(world.subjects().values())
    world.hub.sync()

    assert code == 4
    assert "title: the plan says Второй → Второй, срочно, by now it is Второй → Второй, отменён" in err
    assert untouched == ["Второй", "Первый"]
    assert some == ["Второй", "Первый, срочно"]
    assert sorted(world.subjects().values()) == ["Второй, отменён", "Первый, срочно"]


def test_a_first_meeting_of_thirty_with_doubles_is_decided_in_the_file(world):
    names = [f"Сделка {number:02d}" for number in range(1, 31)]
    deals = a_few(world, *names)
    client = world.redmine.field("CLIENT", "ООО «Ромашка»")
    issues = {name: world.redmine.create(name, custom_fields=client) for name in names[:20]}
    twins = {name: world.redmine.create(name, custom_fields=client) for name in names[:3]}

    out = world.done("plan", "--first", "-o", str(world.path))
    found = json.loads(world.done("plan", "--first", "--json"))["meetings"][0]
    by_title = {row["title"].split(" · ")[0]: row["case"] for row in found["unclear"]}

    def decide(form):
        [met] = form["meetings"]
        said = {
            by_title[names[0]]: f"link {twins[names[0]]}",
            by_title[names[1]]: "create",
            by_title[names[2]]: "leave",
        }
        for row in met["unclear"]:
            row["do"] = said[row["case"]]

    world.edited(decide)
    world.done("apply", str(world.path))
    left = json.loads(world.done("plan", "--first", "--json"))["meetings"][0]
    linked = {}
    for deal, name in zip(deals, names, strict=True):
        links = {one.system: one.external_id for one in world.hub.case_of("crm", "opportunity", deal).links}
        linked[name] = links.get("tracker")

    assert "issue: 17 matched, 3 unclear, 10 only here" in out
    assert len(found["doubles"]) == 3
    assert {name: linked[name] for name in names[3:20]} == {name: str(issues[name]) for name in names[3:20]}
    assert linked[names[0]] == str(twins[names[0]])
    assert linked[names[1]] not in (None, str(issues[names[1]]), str(twins[names[1]]))
    assert linked[names[2]] is None
    assert sum(1 for name in names[20:] if linked[name]) == 10
    assert (left["matched"], left["unclear"], left["only_here"]) == ([], [], [])
