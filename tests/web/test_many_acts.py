"""Several acts at once where they are acts at one case: what was shown is done, and nothing else."""

import re

from state import attention
from tests.hub_builders import opened
from tests.web.test_attention import shown_acts
from tests.web_builders import Browser, a_viewer


def two_at_one(tmp_path):
    """A hub whose systems differ over two facts of one case, and the page of a look at both."""
    hub, deal = opened(tmp_path)
    hub.systems["crm"].edit("record", deal, {"deadline": "2026-12-01", "title": "Склад"})
    hub.systems["trk"].edit("record", "1", {"deadline": "2026-12-05", "title": "Склады"})
    hub.sync()
    browser = Browser(hub.installation, a_viewer())
    picks = re.findall(r'name="pick" value="(conflict:[^"]*)"', browser.get("/attention").text)
    return hub, browser, browser.post("/acts/look", {"pick": picks, "do": "take:crm", "back": "/attention"}).text


def test_two_conflicts_of_one_case_are_settled_at_once(tmp_path):
    hub, browser, seen = two_at_one(tmp_path)

    done = browser.post("/acts", {**shown_acts(seen), "back": "/attention"})
    hub.sync()

    assert (seen.count("card act"), done.status_code) == (2, 303)
    assert (hub.records("trk")["1"]["deadline"], hub.records("trk")["1"]["title"]) == ("2026-12-01", "Склад")


def test_of_two_conflicts_of_one_case_what_somebody_has_moved_is_not_settled(tmp_path):
    hub, browser, seen = two_at_one(tmp_path)
    hub.systems["trk"].edit("record", "1", {"deadline": "2026-12-09"})
    hub.sync()

    done = browser.post("/acts", {**shown_acts(seen), "back": "/attention"})

    assert (done.status_code, "1 was done" in done.text) == (409, False)
    assert {one.field for one in attention.conflicts(hub.installation.store)} == {"deadline", "title"}
