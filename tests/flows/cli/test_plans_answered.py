"""`plan --first`, and plan files that a person has edited, on the command line."""


def plain(text: str) -> list[str]:
    """The lines with single blanks."""
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_first_meeting_says_who_is_who_and_its_answers_are_carried_out(hub):
    path = hub.folder / "first.yaml"
    hub.deal()
    hub.deal("Обучение")
    with hub.at("trk") as trk:
        for title in ("Внедрение CRM", "Обучение", "Обучение"):
            trk.create("record", {"title": title, "client": "ООО «Ромашка»", "status": "New"})

    shown = plain(hub.done("plan", "--first", "-o", str(path)).out)
    form = hub.done("plan", "--first", "--json").json
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('do: "ask"', 'do: "link 2"'), encoding="utf-8")
    hub.done("apply", str(path))

    assert shown[0] == "trk record: 1 matched, 1 unclear, 0 only here, 0 only there, 1 doubles"
    assert shown[1].startswith("? new case for #2 Обучение · ООО «Ромашка»: 2, 3; several have the same title, client")
    assert form["meetings"][0]["matched"][0]["do"] == "link 1"
    links = {case["title"]: case["links"].get("trk") for case in hub.done("case", "list", "--json").json}
    assert links == {"Внедрение CRM": "1", "Обучение": "2"}


def test_an_answer_that_is_none_is_told(hub):
    path = hub.folder / "first.yaml"
    hub.deal()
    hub.done("plan", "--first", "-o", str(path))
    path.write_text(path.read_text(encoding="utf-8").replace('do: "create"', 'do: "maybe"'), encoding="utf-8")

    ended = hub.run("apply", str(path))

    assert ended.code == 2
    assert "'maybe' is no answer" in ended.err


def test_what_is_still_valid_is_carried_out_on_request_and_the_rest_told(opened):
    path = opened.folder / "plan.yaml"
    opened.deal("Второй")
    opened.done("sync")
    opened.edit("crm", "1", amount="175000")
    opened.edit("crm", "2", amount="5")
    opened.done("plan", "-o", str(path))
    opened.edit("crm", "1", amount="190000")

    ended = opened.done("apply", str(path), "--still-valid")

    assert opened.records("trk")["1"]["amount"] == "150000"
    assert opened.records("trk")["2"]["amount"] == "5"
    assert "not carried out, different: CASE-1: trk #1 amount" in ended.err
