"""The history of a case on its page, in words."""

import re

from flows.hub.casework import set_value
from tests.hub_builders import HUB, opened
from tests.web_builders import Browser, a_viewer


def test_a_conflict_says_what_the_hub_says(tmp_path):
    hub, deal = opened(tmp_path, hub=HUB.replace("stage: furthest", "stage: park"))
    hub.act("CASE-1", lambda act: set_value(act, "stage", "in_work"))
    hub.systems["crm"].edit("record", deal, {"stage": "NEW"})
    hub.sync()

    told = Browser(hub.installation, a_viewer()).get("/cases/CASE-1/feed?what=questions").text

    assert re.search(r"conflict <b>Stage</b>\s*: the hub — In work; crm — Новая", told)
