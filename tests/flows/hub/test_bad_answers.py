"""Answers over HTTP that are none: half a JSON, the page of a proxy, errors."""

import httpx
import pytest

from connectors.base import MemoryShelf, Surroundings
from connectors.redmine import RedmineConnector, RedmineSettings
from tests.connectors.fake_redmine import FakeRedmine
from tests.connectors.redmine.desks import no_wait, prefixed
from tests.fault_builders import Clock, at_peace, more_deals, parked
from tests.hub_builders import CRM, HUB, AHub, a_deal, a_hub

# --- over HTTP -------------------------------------------------------------------------------------------------------

ISSUES = """
system: trk
kind: issue
entity: case
take: {tracker: Кейс}
marker: cf[CRM deal id]
fields:
  title:     {at: subject, as: text}
  next_step: {at: description, as: text}
"""


REDMINE = '{type: redmine, url: "https://redmine.test/pm", key: "${KEY}", project: presales}'


OVER_HTTP = HUB.replace("trk: {type: memory}", f"trk: {REDMINE}")


class HttpHub(AHub):
    """A hub whose tracker is a Redmine that answers over HTTP."""

    redmine: FakeRedmine

    def make(self, installation, name):
        if name != "трекер":
            return super().make(installation, name)
        around = Surroundings(
            clock=self.systems["crm"].clock,
            sleep=no_wait,
            transport=prefixed(self.redmine),
            markers={"issue": "cf[CRM deal id]"},
            shelf=MemoryShelf(),
        )
        settings = {"url": "https://redmine.test/pm", "key": "admin-key", "project": "presales", "concurrency": 1}
        return RedmineConnector(name, RedmineSettings.model_validate(settings), around)


def an_http_hub(tmp_path):
    """Three deals with their issues."""
    text = OVER_HTTP.replace("trk:", "трекер:")
    crm = CRM.replace("of: trk", "of: трекер")
    mappings = {"record.crm.yaml": crm, "issue.трекер.yaml": ISSUES.replace("system: trk", "system: трекер")}
    made = a_hub(tmp_path, hub=text, mappings=mappings, clock=Clock(), env={"KEY": "admin-key"})
    hub = HttpHub(made.installation, made.systems)
    hub.redmine = FakeRedmine()
    more_deals(hub, 3)
    hub.redmine.create("Не сделка")
    hub.sync()
    return hub


def subjects(hub):
    return sorted(issue["subject"] for issue in hub.redmine.issues.values())


HALF = httpx.Response(200, content=b'{"issues": [{"id": 1, "subject": "\xd0\xa1')


PROXY = httpx.Response(200, html="<html>Log in</html>")


ANSWERS = {
    "half a JSON": (HALF, "something that is not whole JSON; is the address right, is there a proxy?"),
    "the page of a proxy": (PROXY, "with HTML; is the address right, is there a proxy?"),
    "another JSON": (httpx.Response(200, json=[1]), "without a JSON object; is the address right?"),
    "an error in the middle": (httpx.Response(500), "answered 500; send it again later"),
    "too many requests": (httpx.Response(429, headers={"Retry-After": "90"}), "answered 429; send it again later"),
    "a wrong key": (httpx.Response(401), "answered 401; renew the credentials"),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_a_list_answered_wrongly_is_told_and_the_next_pass_goes_on(tmp_path, what):
    hub = an_http_hub(tmp_path)
    answer, words = ANSWERS[what]
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    hub.redmine.edit(2, description="позвонить")
    hub.redmine.fault = lambda request: answer if request.url.path == "/issues.json" else None

    report = hub.sync()
    hub.redmine.fault = lambda request: None
    hub.sync()

    assert words in report.trouble["трекер"]
    assert report.read["crm"] > 0
    assert subjects(hub) == ["Не сделка", "Новое имя", "Сделка 2", "Сделка 3"]
    assert "позвонить" in {views.get("next_step") for views in hub.records("crm").values()}
    assert at_peace(hub)


@pytest.mark.parametrize("what", ["half a JSON", "the page of a proxy", "an error in the middle"])
@pytest.mark.parametrize("applied", [True, False])
def test_a_create_answered_wrongly_ends_in_one_issue(tmp_path, what, applied):
    hub = an_http_hub(tmp_path)
    answer, _ = ANSWERS[what]
    hub.systems["crm"].create("record", a_deal("Сделка 4"))
    broken = [answer]

    def once(request):
        return broken.pop() if request.method == "POST" and broken else None

    if applied:
        hub.redmine.applied = once
    else:
        hub.redmine.fault = once
    hub.sync()
    for _ in range(3):
        hub.systems["crm"].clock.ahead(minutes=2)
        hub.sync()

    assert broken == []
    assert subjects(hub) == ["Не сделка", "Сделка 1", "Сделка 2", "Сделка 3", "Сделка 4"]
    assert at_peace(hub)


def test_an_issue_that_is_no_issue_is_listed_and_the_others_go_on(tmp_path):
    hub = an_http_hub(tmp_path)
    hub.redmine.edit(2, description="позвонить")
    hub.redmine.edit(3, description="написать")
    stamp = hub.redmine.issues[3].pop("updated_on")

    hub.sync()
    [entry] = parked(hub)
    hub.redmine.issues[3]["updated_on"] = stamp
    hub.redmine.edit(3, description="написать письмо")
    hub.sync()

    assert (entry.system, entry.record, entry.code) == ("трекер", "3", "fault")
    assert {views.get("next_step") for views in hub.records("crm").values()} == {"позвонить", "написать письмо", None}
    assert at_peace(hub)
