"""Values typed by hand, refreshes with what they changed, changed definitions, audits."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("value", sa.Double),
        *_authored(),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
    )
    op.create_index("ix_entry_metric_day_id", "entry", ["metric", "day", "id"])
    op.create_table(
        "tree_text",
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_tree_text"),
    )
    op.create_table(
        "refresh",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_week", sa.Date),
        sa.Column("tree_sha256", sa.Text, nullable=False),
        sa.Column("state_json", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_refresh"),
        sa.ForeignKeyConstraint(["tree_sha256"], ["tree_text.sha256"], name="fk_refresh_tree_sha256"),
    )
    op.create_index("ix_refresh_at", "refresh", ["at"])
    op.create_table(
        "refresh_change",
        sa.Column("refresh", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("removed", sa.Integer, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("refresh", "position", name="pk_refresh_change"),
        sa.ForeignKeyConstraint(["refresh"], ["refresh.number"], name="fk_refresh_change_refresh"),
    )
    op.create_table(
        "definition_change",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refresh", sa.Integer),
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_definition_change"),
        sa.ForeignKeyConstraint(["refresh"], ["refresh.number"], name="fk_definition_change_refresh"),
    )
    op.create_index("ix_definition_change_metric_id", "definition_change", ["metric", "id"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("week_ending", sa.Date, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("expected", sa.Double),
        sa.Column("derived", sa.Double),
        *_authored(),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_metric_id", "audit", ["metric", "id"])


def _authored() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("author_verified", sa.Boolean, nullable=False),
    )
