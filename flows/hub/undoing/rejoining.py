"""A record that an undo took out of the sync takes part again, because a person says so."""

from mappings.reconcile.model import Event, LinkChange, Outcome
from state import claims, commits
from state.types import Decided

from ..casework import Act, Busy
from ..wired import WHOLE


def rejoin(act: Act, system: str, record: str) -> None:
    """
    Let *record* of *system* take part again; what differs by now is decided with the next pass.

    Raises Busy while another worker decides the case.
    """
    wired = act.wired
    batch = claims.claim(wired.store, wired.worker, scopes=wired.scopes, limit=1, only=[act.entity])
    if not batch.cases:
        raise Busy("another worker is deciding this case; try again in a moment")
    [claimed] = batch.cases
    changes = [
        LinkChange(
            link.id,
            link.bases,
            link.seen,
            {name: entry for name, entry in link.parked.items() if name != WHOLE},
            answers=link.answers,
        )
        for link in claimed.links
        if (link.system, link.external_id) == (system, record)
    ]
    told = Event("returned", "", system=system, by=act.person, cause=f"#{record} takes part again")
    outcome = Outcome(claimed.entity, changes, events=(told,))
    decided = Decided(outcome, claimed, consumed={}, again=True)
    done = commits.commit(wired.store, wired.worker, decided=[decided], mapping=wired.shape.fingerprint)
    if done.lost:
        raise Busy("the case was changed by another worker meanwhile; do it again")
