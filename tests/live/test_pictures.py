"""Pictures inside texts of a real Redmine: attached on one side, shown on the other by their names."""

import re

import httpx
import pytest

from connectors.trust import NOBODY
from tests.live.live_hub import both
from tests.live.test_files import FILES, GUARDS

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c626001000000ffff03000006000557"
    "bfabd40000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with both(tmp_path_factory.mktemp("hub")) as (hub, tryton, redmine):
        settings = hub.folder / "hub.yaml"
        text = settings.read_text(encoding="utf-8")
        assert GUARDS in text
        settings.write_text(text.replace(GUARDS, GUARDS + FILES), encoding="utf-8")
        [party] = tryton.create_parties("ООО «Картинки»")
        yield hub, tryton, redmine, party


def page_of(redmine, issue):
    """The page of an issue as the browser of its administrator gets it."""
    with httpx.Client(
        base_url=redmine.url, trust_env=False, verify=NOBODY, timeout=60, follow_redirects=True
    ) as browser:
        found = re.search(r'name="authenticity_token" value="([^"]+)"', browser.get("/login").text)
        assert found is not None
        words = {"username": redmine.env["LOGIN"], "password": redmine.env["PASSWORD"], "authenticity_token": found[1]}
        assert browser.post("/login", data=words).status_code == 200
        return browser.get(f"/issues/{issue}").text


def test_a_picture_of_the_deal_is_seen_inside_the_text_of_the_issue_and_the_other_way_round(world):
    hub, tryton, redmine, party = world
    [deal] = tryton.create({"description": "С планом", "party": party, "comment": "Вот: ![](plan.png)"})
    tryton.attach(deal, "plan.png", PIXEL)
    hub.sync()
    hub.sync()
    whole = hub.case_of("crm", "opportunity", deal)
    [issue] = [int(link.external_id) for link in whole.links if link.system == "tracker"]

    page = page_of(redmine, issue)
    redmine.attach(issue, "схема.png", PIXEL + b"2")
    redmine.update(issue, description="Вот: ![](plan.png)\n\nИ схема: ![](схема.png)")
    hub.sync()
    idle = hub.sync()

    [number] = [name.rpartition(" ")[2] for name in redmine.files(issue) if name.startswith("plan.png")]
    assert re.search(rf'<img[^>]+src="/attachments/download/{number}/plan.png"', page)
    assert tryton.opportunity(deal, "comment")["comment"] == "Вот: ![](plan.png)\n\nИ схема: ![](схема.png)"
    assert len(tryton.files(deal)) == 2
    assert sum(idle.writing.values()) == 0
