"""
What can go wrong in the hub's own database, sorted by what to do about it.

* StateError
  x Busy           do the same again, later: another transaction held the rows for too long
  x Unavailable    the database does not answer, or refuses what was asked
  x Unusable       mend the file of the database, or the right to it: it cannot be opened, read or written
  x NotLetIn       mend the address of the database: it answers, and does not let us in
  x NoRoom         make room where the database lies; nothing of the transaction was stored
  x OutOfDate      the tables are not those of this version; run `casehub db upgrade`
  x LeaseLost      stop this pass: another one has taken its lease
  x WrongKey       a token cannot be read with this key
  x NotEmpty       name another database to copy into: this one holds something
  x AtWork         stop what works in the hub, then do it again
  x Miscounted     the copy is not what was read; nothing of it was kept
  x Taken          choose another name: this one is somebody else's
"""


class StateError(Exception):
    """Base of everything that state raises on purpose."""


class Busy(StateError):
    """Another transaction held the rows, or the file, for too long."""


class Unavailable(StateError):
    """The database does not answer, or refuses what was asked."""


class Unusable(Unavailable):
    """The file of the database cannot be opened, read or written, or is none."""


class NotLetIn(Unavailable):
    """The database answers, and lets nobody in with this user, this password or this name."""


class NoRoom(Unavailable):
    """The disk on which the database lies is full."""


class OutOfDate(StateError):
    """The tables are not those of this version."""


class LeaseLost(StateError):
    """Another pass has taken the lease; nothing of this transaction was stored."""


class WrongKey(StateError):
    """A stored token cannot be read with the key at hand."""


class NotEmpty(StateError):
    """The database to copy into holds something already."""


class AtWork(StateError):
    """A pass is at work while nobody may be."""


class Miscounted(StateError):
    """A copy has not the rows that were read; nothing of it was stored."""


class Taken(StateError):
    """A name that may be given once is given already."""
