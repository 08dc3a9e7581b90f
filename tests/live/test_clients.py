"""Clients of a hub that are parties of a real Tryton: made there, found there, renamed on either side."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.base import Connector
from connectors.memory.traits import KindTraits
from flows.hub.wiring import Installation, make_connector
from mappings.exchange import Place
from state import cases
from state.store import utc_now
from tests.hub_builders import CRM, AHub, a_deal, a_hub
from tests.live.plain import live
from tests.live.plain_tryton import PlainTryton

HUB = """
database: sqlite:///casehub.db
timezone: Europe/Moscow
systems:
  crm: {type: memory}
  erp: {type: tryton, url: "${TRYTON_URL}", database: tryton, user: hub, password: "${TRYTON_HUB_PASSWORD}"}
syncs:
  presales:
    opens: crm
    makes: {}
    stages: [lead, qualified, in_work, estimate]
    conflicts: {default: {home: crm}, stage: furthest}
    clients: {crm: {}, erp: {}}
    guards: {max_creates: 500}
"""
COMPANY = (
    "system: crm\nkind: company\nentity: client\nmarker: marker\nmatch: [{same: name}]\nfields: {name: {at: name}}\n"
)
PARTY = "system: erp\nkind: party\nentity: client\nextends: tryton/party\n"


class Mixed(AHub):
    """A CRM in memory, and a running Tryton."""

    def make(self, installation: Installation, name: str) -> Connector:
        return make_connector(installation, name) if name == "erp" else super().make(installation, name)


@pytest.fixture
def tryton() -> Iterator[PlainTryton]:
    plain = PlainTryton(live("TRYTON"))
    yield plain
    plain.close()


@pytest.fixture
def hub(tmp_path: Path) -> Mixed:
    env = {f"TRYTON_{name}": value for name, value in live("TRYTON").items()}
    mappings = {
        "record.crm.yaml": CRM.replace("  link: {at: link, direction: out, of: trk}\n", ""),
        "company.crm.yaml": COMPANY,
        "party.erp.yaml": PARTY,
    }
    company = KindTraits(places=(Place("name", "Name", "text"), Place("marker", "marker", "text")))
    made = a_hub(tmp_path, hub=HUB, mappings=mappings, kinds={"crm": {"company": company}}, env=env, clock=utc_now)
    return Mixed(made.installation, made.systems)


def names(tryton: PlainTryton, part: str) -> dict[str, int]:
    rows = tryton.rpc("party.party.search_read", [["name", "like", f"%{part}%"]], 0, None, None, ["name"])
    return {row["name"]: row["id"] for row in rows}


def test_a_company_becomes_a_party_or_is_the_one_that_is_there_and_is_renamed_on_either_side(
    hub: Mixed, tryton: PlainTryton
) -> None:
    mark = secrets.token_hex(4)
    tryton.create_parties(f"ООО «Давняя {mark}»")
    companies = hub.systems["crm"]
    known = companies.create("company", {"name": f"ООО «Давняя {mark}»"})
    new = companies.create("company", {"name": f"ЗАО «Новая {mark}»"})
    companies.create("record", a_deal())

    hub.sync()
    hub.sync()
    first = names(tryton, mark)
    tryton.rpc("party.party.write", [first[f"ООО «Давняя {mark}»"]], {"name": f"ООО «Прежняя {mark}»"})
    companies.edit("company", new, {"name": f"ЗАО «Новейшая {mark}»"})
    hub.sync()
    hub.sync()

    assert sorted(first) == sorted([f"ООО «Давняя {mark}»", f"ЗАО «Новая {mark}»"])
    second = names(tryton, mark)
    assert second == {
        f"ООО «Прежняя {mark}»": first[f"ООО «Давняя {mark}»"],
        f"ЗАО «Новейшая {mark}»": first[f"ЗАО «Новая {mark}»"],
    }
    shown = {key: views["name"] for key, views in hub.records("crm", "company").items()}
    assert (shown[known], shown[new]) == (f"ООО «Прежняя {mark}»", f"ЗАО «Новейшая {mark}»")
    clients = cases.by_record(hub.installation.store, "crm", kind="company", ids=[known, new])
    assert [len(one.links) for one in clients.values()] == [2, 2]
    assert sum(hub.sync().writing.values()) == 0
