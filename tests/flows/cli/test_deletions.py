"""`deletions`: what a system no longer lists, and which of it was meant to go."""


def emptied(hub):
    """CASE-1's issue is deleted; it was the only one."""
    hub.delete("trk", "1")
    stopped = hub.run("sync", "--full")
    assert stopped.code == 4
    return stopped


def test_a_stopped_pass_names_the_way_out_and_the_way_out_works(opened):
    stopped = emptied(opened)

    listed = opened.done("deletions", "list", "presales")
    as_json = opened.done("deletions", "list", "--json").json
    approved = opened.done("deletions", "approve", "case-1")
    opened.done("sync")

    assert "casehub deletions list" in stopped.err
    assert listed.out.splitlines()[1].split()[0] == "CASE-1"
    assert [(one["key"], one["system"], one["record"]) for one in as_json] == [("CASE-1", "trk", "1")]
    assert approved.out == "CASE-1 trk#1 is looked up with the next pass\n"
    assert [one["gone"] for one in opened.done("case", "show", "CASE-1", "--json").json["links"]] == [False, True]


def test_all_are_approved_at_once(opened):
    emptied(opened)

    done = opened.done("deletions", "approve", "--all", "--json").json

    assert ([one["key"] for one in done["approved"]], done["left"]) == (["CASE-1"], [])
    assert opened.done("deletions", "list", "--json").json == []


def test_wrong_words_are_told(opened):
    emptied(opened)

    neither, both = opened.run("deletions", "approve"), opened.run("deletions", "approve", "CASE-1", "--all")
    unknown = opened.run("deletions", "approve", "CASE-9", "--sync", "presales")

    assert (neither.code, both.code, unknown.code) == (2, 2, 2)
    assert "casehub deletions list" in unknown.err


def test_that_nothing_is_missing_is_said(opened):
    ended = opened.done("deletions", "list")

    assert (ended.out, ended.err) == ("", "nothing is missing\n")
