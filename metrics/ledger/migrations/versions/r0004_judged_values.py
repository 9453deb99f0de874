"""The value that a review judged, and the signal that it told, beside its limits."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns, and an index of the few rows that people decided."""
    op.add_column("limits", sa.Column("value", sa.Double))
    for name in ("kind", "strength", "sentence"):
        op.add_column("limits", sa.Column(name, sa.Text))
    decided = sa.text("state <> 'judged'")
    op.create_index("ix_limits_decided", "limits", ["id"], sqlite_where=decided, postgresql_where=decided)
