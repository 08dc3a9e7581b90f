"""
Texts with whole numbers that may be beyond 64 bits are marked: they are read with care, all others at once.

Revision 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FORMS = {
    "entity": ("facts", "held", "conflicts"),
    "link": ("bases", "seen", "parked", "answers"),
    "inbox": ("views",),
    "outbox": ("fields", "fixed", "left_out"),
    "event": ("old", "new", "parties"),
    "conflict": ("shown",),
    "parked": ("shown",),
    "cursor": ("form",),
    "run": ("counts",),
    "dictionary": ("form",),
}
DIGITS = "[0-9]" * 19
MARKING = "UPDATE \"{table}\" SET {column} = ' ' || {column} WHERE {column} {long}"
UNMARKING = "UPDATE \"{table}\" SET {column} = substr({column}, 2) WHERE substr({column}, 1, 1) = ' '"


def upgrade() -> None:
    _everywhere(MARKING, long=_long())


def downgrade() -> None:
    _everywhere(UNMARKING)


def _everywhere(statement: str, **given: str) -> None:
    for table, columns in FORMS.items():
        for column in columns:
            op.execute(sa.text(statement.format(table=table, column=column, **given)))


def _long() -> str:
    """What follows a column in the condition that it has so many digits in a row."""
    return f"~ '{DIGITS}'" if op.get_bind().dialect.name == "postgresql" else f"GLOB '*{DIGITS}*'"
