"""Several acts made at once, of which one cannot be made."""

import pytest

from flows.hub.access import Access
from state import attention, audit
from tests.web.test_attention import ANNA, shown_acts, waiting
from tests.web_builders import Browser, a_viewer


@pytest.mark.parametrize(("headers", "status"), [({}, 404), ({"hx-request": "true"}, 200)], ids=["page", "sheet"])
def test_where_an_act_among_several_fails_what_was_done_before_is_told_too(tmp_path, headers, status):
    hub = waiting(tmp_path)
    browser = Browser(hub.installation, a_viewer("participant", person=ANNA, access=Access(frozenset({ANNA}), ANNA)))
    browser.get("/attention")
    picks = ["conflict:CASE-1:deadline", "conflict:CASE-2:deadline"]
    seen = browser.post("/acts/look", {"pick": picks, "do": "take:trk", "back": "/attention"})
    hub.systems["crm"].edit("record", "2", {"owner": "8"})
    hub.sync()

    answer = browser.post("/acts", {**shown_acts(seen.text), "back": "/attention"}, headers=headers)

    assert seen.text.count("card act") == 2
    assert answer.status_code == status
    assert "1 was done before that; the rest was not." in answer.text
    assert "There is nothing here, or you may not see it." in answer.text
    assert ('class="sheet"' in answer.text) is bool(headers)
    assert {one.entity for one in attention.conflicts(hub.installation.store)} == {
        hub.case(key).entity.id for key in ("CASE-2", "CASE-3")
    }
    assert [one.about for one in audit.audited(hub.installation.store, limit=2)] == ["404", "200"]
