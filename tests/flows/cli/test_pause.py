"""`pause` and `resume`, as people give them."""


def test_a_paused_sync_is_not_run_until_it_is_resumed(opened):
    opened.edit("crm", "1", amount="175000")
    paused = opened.done("pause", "presales", "--why", "CRM переезжает", "--by", "анна")

    refused = opened.run("sync", "presales")
    shown = opened.done("status", "--offline")
    resumed = opened.done("resume", "presales")
    opened.done("sync", "presales")

    assert "presales is paused since" in paused.out
    assert (refused.code, "by анна" in refused.err, "casehub resume presales" in refused.err) == (4, True, True)
    assert "paused since" in shown.out
    assert ["(CRM переезжает)" in text for text in (paused.out, refused.err, shown.out)] == [True, True, True]
    assert resumed.out.strip() == "presales goes on with its next pass"
    assert opened.records("trk")["1"]["amount"] == "175000"


def test_as_json_both_say_how_it_stands(opened):
    paused = opened.done("pause", "--by", "ann", "--json").json
    resumed = opened.done("resume", "--json").json
    again = opened.done("resume", "presales")

    assert (paused["sync"], paused["paused"]["by"]) == ("presales", "ann")
    assert resumed == {"sync": "presales", "paused": None}
    assert again.out.strip() == "presales was not paused"


def test_a_sync_that_is_not_there_can_be_neither_paused_nor_resumed(opened):
    paused = opened.run("pause", "sales")
    resumed = opened.run("resume", "sales")

    assert [(one.code, "presales" in one.err) for one in (paused, resumed)] == [(2, True), (2, True)]
