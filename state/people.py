"""People: one person per e-mail address, and who they are in each system."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from mappings.exchange import SystemPerson

from .prepared import inserted, many
from .store import Store
from .tables import identity, person


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as one system knows them. PERSON is the hub's own id of them."""

    person: str
    system: str
    known: SystemPerson


def store_people(store: Store, system: str, *, people: Sequence[SystemPerson]) -> None:
    """
    Keep the people of *system*. The e-mail address is the identity, without regard to case; one without an address is
    a person of their own, known in this system only.
    """
    with store.write() as conn:
        named = {row.email: row.id for row in conn.execute(sa.select(person.c.email, person.c.id)) if row.email}
        query = sa.select(identity.c.external_id, identity.c.person).where(identity.c.system == system)
        known = {row.external_id: row.person for row in conn.execute(query)}
        fresh, rows = [], []
        for one in people:
            email = one.email.strip().casefold() if one.email else None
            owner = named.get(email) if email else known.get(one.id)
            if owner is None:
                owner = store.fresh_id()
                fresh.append({"id": owner, "name": one.name, "email": email})
                if email:
                    named[email] = owner
            rows.append(_row(system, one, owner))
        many(conn, inserted(person), fresh)
        new = store.insert(identity)
        names = ("person", "name", "email", "login", "active")
        replaces = {name: new.excluded[name] for name in names}
        if rows:
            conn.execute(new.on_conflict_do_update(index_elements=["system", "external_id"], set_=replaces), rows)


def identities(store: Store, *, system: str | None = None) -> tuple[Identity, ...]:
    """Return all identities, or those of one system."""
    query = sa.select(identity).order_by(identity.c.system, identity.c.external_id)
    with store.read() as conn:
        rows = conn.execute(query if system is None else query.where(identity.c.system == system))
        return tuple(
            Identity(
                row.person,
                row.system,
                SystemPerson(row.external_id, row.name, email=row.email, login=row.login, active=row.active),
            )
            for row in rows
        )


def _row(system: str, one: SystemPerson, owner: str) -> dict[str, object]:
    return {
        "system": system,
        "external_id": one.id,
        "person": owner,
        "name": one.name,
        "email": one.email,
        "login": one.login,
        "active": one.active,
    }
