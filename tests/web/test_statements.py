"""No page takes more than a dozen statements, whoever asks for it, and whether or not anybody has read before."""

import pytest

from flows.hub import accounts
from flows.hub.accounts import Wanted
from flows.hub.rights import LEVELS
from flows.hub.units import make_unit
from state import lines
from tests.flows.hub.test_contacts import ANNA as ANNA_LI
from tests.flows.hub.test_contacts import a_world
from tests.hub_builders import a_deal
from tests.web_builders import Browser
from web.cookies import SESSION

MOST = 12
ANNA = "ann@example.com"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A hub whose one case, with a contact, belongs to somebody of a department, and its last run."""
    hub = a_world(tmp_path_factory.mktemp("hub"))
    hub.systems["crm"].create("person", ANNA_LI)
    deal = hub.systems["crm"].create("record", {**a_deal(), "contact": "Анна Ли"})
    hub.sync()
    hub.systems["crm"].edit("record", deal, {"stage": "EXEC", "deadline": "2026-12-01"})
    run = hub.sync().run
    store = hub.installation.store
    for unit, above in (("Отдел", ""), ("Группа", "Отдел")):
        make_unit(store, unit, parent=above, by="")
    accounts.make(store, Wanted(ANNA, unit="Группа"), by="")
    for level in LEVELS:
        accounts.make(store, Wanted(level, role="admin", level=level, person=ANNA, unit="Отдел"), by="")
    return hub.installation, run


@pytest.mark.parametrize("level", LEVELS)
def test_every_page_takes_a_dozen_statements_at_most(world, level):
    installation, run = world
    store = installation.store
    browser = Browser(installation)
    account = accounts.account_named(store, level)
    came = accounts.let_in_by_link(store, accounts.make_link(store, account, by=""), address="127.0.0.1")
    browser.cookies.set(SESSION, came.secret)
    pages = ["/cases", "/cases/CASE-1", "/cases/CASE-1/feed", "/cases/CASE-1/edit/title", "/board", "/attention"]
    pages += ["/runs", f"/runs/{run}", "/systems", "/search?q=ромашка", "/me", "/accounts", "/accounts/audit", "/api"]
    pages += [f"/accounts/{ANNA}", "/cases.csv", "/cases.xlsx"]
    took = {}
    for path in pages:
        with store.write() as conn:
            lines.drop(conn)  # as if nobody had read since the last pass
        with store.recorded() as texts:
            status = browser.get(path).status_code
        took[path] = (status, len(texts))

    assert {path: cost for path, cost in took.items() if cost[1] > MOST} == {}
    assert {path for path, (status, _) in took.items() if status != 200} == set()
