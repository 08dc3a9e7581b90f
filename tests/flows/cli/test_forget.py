"""`case forget`: away for good."""

import sqlite3

from tests.flows.cli.cli_builders import gone, numbers


def on_disk(hub, *words):
    """Return those of *words* that are found in the files of the hub's database, log included."""
    held = b"".join(path.read_bytes() for path in hub.folder.glob("casehub.db*"))
    return [word for word in words if word.encode() in held]


def test_a_case_whose_records_are_gone_is_forgotten_to_the_last_byte(opened):
    opened.edit("crm", "1", contact="Пётр Тайный", next_step="Тайный шаг")
    opened.done("sync")
    opened.edit("trk", "1", next_step="Другой шаг")
    opened.done("sync")
    gone(opened, "crm", "trk")
    secrets = ("Пётр Тайный", "Тайный шаг", "Другой шаг", "Ромашка", "Внедрение CRM")
    assert on_disk(opened, *secrets) == list(secrets)

    done = opened.done("case", "forget", "CASE-1", "--yes", "--by", "мария", "--json").json

    assert (done["all"], done["still_shown_by"], done["compacted"]) == (True, [], True)
    assert on_disk(opened, *secrets) == []
    lines = opened.done("case", "history", "CASE-1", "--json").json
    assert [(line["what"], line["by"]) for line in lines][-1] == ("forgotten", "мария")
    assert {line["new"] for line in lines if line["field"] == "title"} == {"[forgotten]"}
    assert [line["new"] for line in lines if line["what"] == "set" and line["field"] == "stage"] == ["qualified"]
    opened.done("sync")
    opened.done("case", "show", "CASE-1")


def test_of_a_living_case_the_past_is_forgotten_and_what_stays_is_said(opened):
    opened.edit("crm", "1", contact="Пётр Тайный")
    opened.done("sync")
    opened.edit("crm", "1", contact="Иван Явный")
    opened.done("sync")

    ended = opened.done("case", "forget", "CASE-1", "--yes")
    opened.done("sync")

    assert on_disk(opened, "Пётр Тайный", "Иван Явный") == ["Иван Явный"]
    assert "still shown by living records, and by the hub as their mirror: crm #1, trk #1" in ended.out
    assert opened.records("trk")["1"]["contact"] == "Иван Явный"
    assert opened.done("plan", "--json").json["writes"] == []


def test_a_person_is_forgotten_wherever_the_past_names_them(opened):
    opened.edit("crm", "1", next_step="Спросить Петра (petr@romashka.example)")
    opened.done("sync")
    opened.edit("crm", "1", next_step="КП")
    opened.done("sync")
    opened.done("case", "set", "CASE-1", "next_step", "Готово", "--by", "petr@romashka.example")
    opened.done("sync")

    done = opened.done("case", "forget", "PETR@romashka.example", "--yes", "--json").json

    assert on_disk(opened, "petr@romashka.example") == []
    assert done["lines"] > 0
    lines = opened.done("case", "history", "CASE-1", "--json").json
    assert "Спросить Петра ([forgotten])" in [line["new"] for line in lines]


def test_whom_living_records_still_show_is_said(opened):
    ended = opened.done("case", "forget", "Анна Ли", "--yes", "--json").json

    assert ended["forgotten"] == ["ann@example.com", "Анна Ли"]
    assert {one["system"] for one in ended["still_shown_by"]} == {"crm", "trk"}


def test_nothing_is_forgotten_without_a_word_nor_for_nobody(opened):
    unsaid = opened.run("case", "forget", "CASE-1")
    nobody = opened.run("case", "forget", "Никто", "--yes")

    assert (unsaid.code, nobody.code) == (4, 2)
    assert "cannot be taken back" in unsaid.err
    assert on_disk(opened, "Ромашка") == ["Ромашка"]


def test_a_busy_database_is_told(opened):
    other = sqlite3.connect(opened.folder / "casehub.db")
    other.execute("BEGIN")
    other.execute("SELECT * FROM event").fetchall()

    ended = opened.done("case", "forget", "CASE-1", "--yes")

    other.close()
    assert "the file still holds what was replaced" in ended.err


def test_names_of_files_on_a_record_that_is_gone_are_forgotten_too(opened):
    with sqlite3.connect(opened.folder / "casehub.db") as base:
        for number, record, is_gone in ((1, "1", False), (2, "1", True), (3, "9", True)):
            base.execute(
                "insert into attachment (sync, system, record, parent_kind, parent, name, called, url, private, looked,"
                " gone, unreadable, open) values ('presales', 'trk', ?, 'record', ?, ?, ?, '', 0, 1, ?, '', 0)",
                (str(number), record, f"Договор Тайного {number}.pdf", f"Договор Тайного {number}.pdf", is_gone),
            )

    opened.done("case", "forget", "CASE-1", "--yes")

    with sqlite3.connect(opened.folder / "casehub.db") as base:
        names = [name for (name,) in base.execute("select name from attachment order by id")]
    assert names == ["Договор Тайного 1.pdf", "[forgotten]", "Договор Тайного 3.pdf"]


def test_what_is_forgotten_is_neither_offered_nor_brought_back(opened):
    opened.edit("crm", "1", next_step="Спросить Петра (petr@romashka.example)")
    opened.done("sync")
    opened.edit("crm", "1", next_step="КП")
    run = opened.done("sync", "--json").json["run"]
    [said] = numbers(opened, what="set", new="Спросить Петра (petr@romashka.example)")
    [shown] = numbers(opened, what="read", new="Спросить Петра (petr@romashka.example)")
    lines = opened.done("case", "history", "CASE-1", "--json").json
    before = next(line["at"] for line in lines if line["number"] == said)
    opened.done("case", "forget", "petr@romashka.example", "--yes")

    [told] = opened.done("case", "explain", "CASE-1", "next_step", "--json").json
    back = [("--event", str(said)), ("--event", str(shown)), ("--at", before), ()]
    ended = [opened.run("case", "restore", "CASE-1", "next_step", *words, "--yes") for words in back]
    undone = opened.done("undo", run, "--yes")
    opened.done("sync")

    assert (told["lost"], told["former"]) == ([], [])
    assert [one.code for one in ended] == [2, 2, 2, 2]
    assert all("forgotten" in one.err for one in ended), [one.err for one in ended]
    assert "next_step is left, what it was about was forgotten" in undone.out
    assert {opened.records(one)["1"]["next_step"] for one in ("crm", "trk")} == {"КП"}
