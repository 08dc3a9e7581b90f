"""`check` and `discover`: the files against each other and against the systems, and a mapping to begin with."""

import pytest


def change(hub, name, old, new):
    path = hub.folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_hub_in_order_is_told_so_with_what_its_systems_cannot_do(opened):
    ended = opened.done("check")

    assert "crm (memory): reachable as hub, memory" in ended.out
    assert "no conditional writes: an edit that a person makes between our compare and our write" in ended.out
    assert "the longest so far was 0.0" in ended.out
    assert ended.out.endswith("Everything is as the files say.\n")


def test_the_json_of_a_check_has_it_all(opened):
    found = opened.done("check", "--json").json

    assert (found["ok"], found["problems"], found["syncs"]) == (True, [], {"presales": ["crm", "trk"]})
    assert found["mappings"] == ["crm record -> case", "trk record -> case"]
    assert found["systems"]["trk"]["kinds"] == {"record": "18 fields, 1 of them choices; 2 people"}


def test_cases_of_a_sync_that_was_renamed_are_told(opened):
    change(opened, "hub.yaml", "presales:", "sales:")

    told = opened.done("check").out

    assert "! no sync is called presales any more, but 1 case belongs to it: nobody reads or writes there" in told
    assert opened.done("check", "--json").json["left"] == {"presales": 1}


def test_the_status_tells_of_such_cases_in_the_same_words(opened):
    change(opened, "hub.yaml", "presales:", "sales:")

    told = opened.done("status", "--offline").out

    [checked] = [line.strip() for line in opened.done("check").out.splitlines() if "any more" in line]
    assert checked in told
    assert opened.done("status", "--offline", "--json").json["left"] == {"presales": 1}


def test_offline_only_the_files_are_read(hub):
    hub.break_file("trk")
    (hub.folder / "casehub.db").unlink()

    ended = hub.done("check", "--offline")

    assert ended.out.endswith("The files are right.\n")
    assert not (hub.folder / "casehub.db").exists()


def test_offline_tells_what_is_wrong_with_documents_and_settings(hub):
    brief = """documents:
  brief: {system: вики, template: бриф.wiki, name: "{{ case.key }}", requires: [client.nam]}
"""
    wiki = """  вики: {type: mediawiki, url: "https://wiki.example.org/w", user: hub@sync, password: "${PASSWORD}"}
"""
    settings = wiki.replace("вики:", "wiki:").replace("type:", "page_size: 500, type:")
    change(hub, "hub.yaml", "systems:\n", f"{brief}systems:\n{wiki}{settings}")

    ended = hub.run("check", "--offline", env={"PASSWORD": "geheim"})

    assert ended.code == 2
    assert "documents.brief.requires: unknown fact 'client.nam'; did you mean 'client.name'?" in ended.err
    assert "systems.wiki: page_size: Input should be less than or equal to 50" in ended.err
    assert "The files are right." not in ended.out
    assert "geheim" not in ended.out + ended.err


def test_offline_a_template_beside_the_hub_is_read(hub):
    brief = 'documents:\n  brief: {system: вики, template: бриф.wiki, name: "{{ case.key }}"}\n'
    wiki = '  вики: {type: mediawiki, url: "https://wiki.example.org/w", user: hub@sync, password: "${PASSWORD}"}\n'
    change(hub, "hub.yaml", "systems:\n", f"{brief}systems:\n{wiki}")
    (hub.folder / "бриф.wiki").write_text("= {{ client.nam }} =\n", encoding="utf-8")

    ended = hub.run("check", "--offline", env={"PASSWORD": "geheim"})

    assert ended.code == 2
    assert "бриф.wiki: 1 problem" in ended.err
    assert "unknown fact 'client.nam'; did you mean 'client.name'?" in ended.err


@pytest.mark.parametrize("words", [["check"], ["check", "--offline"]])
def test_an_address_to_which_no_notice_can_be_sent_is_told_with_its_line(hub, words):
    listed = '"mailto://hub@example.org", "gramm://12:hunter2/1", "${CHAT}"'
    change(hub, "hub.yaml", "systems:\n", f"notify:\n  attention: [{listed}]\nsystems:\n")

    ended = hub.run(*words, env={"CHAT": "tgram://hunter2"})

    assert ended.code == 2
    assert "hub.yaml: 2 problems\n   5  notify.attention[2]: nothing can be sent there: Apprise has no" in ended.err
    assert "   5  notify.attention[3]: nothing can be sent there: Apprise does not take an address" in ended.err
    assert "hunter2" not in ended.out + ended.err


def test_all_problems_of_all_files_are_told_at_once_with_file_and_line(hub):
    change(hub, "hub.yaml", "opens: crm", "opens: crn")
    change(hub, "hub.yaml", "stage: furthest", "stage: furthes")
    change(hub, "record.trk.yaml", "at: status", "att: status")

    told, form = hub.run("check"), hub.run("check", "--json")

    assert (told.code, told.out, form.code) == (2, "", 2)
    assert "hub.yaml: 2 problems\n   9  syncs.presales.opens: unknown 'crn'; did you mean 'crm'?" in told.err
    assert "unknown 'furthes'; did you mean 'furthest'?" in told.err
    assert "record.trk.yaml: " in told.err
    assert {(one["file"], one["line"]) for one in form.json["problems"]} >= {("hub.yaml", 9), ("hub.yaml", 13)}


@pytest.mark.parametrize("words", [["sync"], ["plan"], ["status"], ["case", "list"], ["db", "current"]])
def test_every_command_says_what_is_wrong_with_the_files(hub, words):
    change(hub, "hub.yaml", "opens: crm", "opens: crn")

    ended = hub.run(*words)

    assert (ended.code, ended.out) == (2, "")
    assert "syncs.presales.opens: unknown 'crn'; did you mean 'crm'?" in ended.err
    assert "casehub check --offline" in ended.err


def test_yaml_that_is_none_is_told_with_its_line(hub):
    (hub.folder / "hub.yaml").write_text("systems: {crm: [\n", encoding="utf-8")

    ended = hub.run("check")

    assert ended.code == 2
    assert ended.err.startswith("hub.yaml: 1 problem\n")


def test_a_folder_without_a_hub_is_told(hub):
    (hub.folder / "hub.yaml").unlink()

    ended = hub.run("sync")

    assert ended.code == 2
    assert f"no such file in {hub.folder}; `casehub init` makes one" in ended.err


def test_a_renamed_status_and_a_missing_field_are_told_with_file_and_line(opened):
    change(opened, "trk.json", '"id": "In Progress"', '"id": "Doing"')
    change(opened, "trk.json", '"label": "In Progress"', '"label": "Doing"')
    change(opened, "record.crm.yaml", "at: link", "at: linc")

    ended = opened.run("check")

    assert ended.code == 2
    assert "record.trk.yaml: 1 problem\n  14  fields.position.values.In Progress: not among the choices" in ended.err
    assert (
        "record.crm.yaml: 1 problem\n  18  fields.link.at: record of crm has no 'linc'; did you mean 'link'?"
        in ended.err
    )


@pytest.mark.parametrize("words", [["sync"], ["plan"]])
def test_what_only_a_system_can_deny_sends_nobody_to_a_check_of_the_files_alone(opened, words):
    change(opened, "record.crm.yaml", "at: link", "at: linc")

    ended = opened.run(*words)

    assert ended.code == 2
    assert "record of crm has no 'linc'" in ended.err
    assert "Mend the files; `casehub check` reads them again." in ended.err
    assert opened.done("check", "--offline").out.endswith("The files are right.\n")


def test_a_marker_without_its_place_is_told(opened):
    change(opened, "record.trk.yaml", "extends: memory/record\n", "extends: memory/record\nmarker: our_id\n")

    ended = opened.run("check")

    assert ended.code == 2
    assert "marker: record of trk has no 'our_id'" in ended.err


def test_a_system_that_is_down_is_told_and_the_others_are_checked(opened):
    opened.break_file("trk")

    ended, form = opened.run("check"), opened.run("check", "--json")

    assert (ended.code, form.code) == (3, 3)
    assert "trk (memory): not reachable" in ended.out
    assert "crm (memory): reachable" in ended.out
    assert form.json["systems"]["trk"]["reachable"] is False


# --- discover ---------------------------------------------------------------------------------------------------------


def test_discover_lists_fields_choices_people_and_examples(opened):
    form = opened.done("discover", "crm", "--json").json
    lines = opened.done("discover", "crm", "record").out.splitlines()

    assert [one["kind"] for one in form] == ["record"]
    assert {"name": "stage", "label": "Стадия"}.items() <= form[0]["places"][-1].items()
    assert lines[0] == "crm record"
    assert lines[1].split() == ["name", "label", "type", "example"]
    assert any(line.startswith("stage: NEW Новая · PREP Квалификация") for line in lines)
    assert "people: 7 Анна Ли <ann@example.com> · 8 Bob <bob@example.com>" in lines


def test_a_mapping_to_begin_with_is_one_that_works(opened):
    path = opened.folder / "record.crm.yaml"

    text = opened.done("discover", "crm", "record", "--yaml").out
    path.write_text(text, encoding="utf-8")

    assert "# position:  # Стадия" in text
    assert "#     PREP: {stage: …, outcome: open}  # Квалификация" in text
    assert opened.run("check").code == 0


def test_discover_works_before_there_is_any_mapping(hub):
    for name in ("crm", "trk"):
        (hub.folder / f"record.{name}.yaml").unlink()
    change(hub, "hub.yaml", "trk: {when:", "trk: {wen:")

    ended = hub.run("discover", "crm", "record", "--yaml")

    assert ended.code == 0
    assert ended.out.startswith("# record.crm.yaml: begun by `casehub discover crm record --yaml`.\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["wiki"], "there is no system 'wiki'; there is: crm, trk"),
        (["crm", "task"], "crm has no 'task'; there is: record"),
    ],
)
def test_what_cannot_be_discovered_is_told(hub, words, says):
    ended = hub.run("discover", *words)

    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err


def test_discovering_a_system_that_is_down_ends_with_its_code(hub):
    hub.break_file("trk")

    ended = hub.run("discover", "trk")

    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("trk: the file trk.json cannot be read")
