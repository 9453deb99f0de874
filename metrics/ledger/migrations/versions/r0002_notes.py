"""Notes with replies and mentions, follow-ups, judged limits, and the words that search finds them by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    _notes()
    _replies()
    _mentions()
    _follow_ups()
    _limits()
    _search()


def _notes() -> None:
    op.create_table("note", *_created(), sa.PrimaryKeyConstraint("id", name="pk_note"))
    op.create_table(
        "note_version",
        *_version(),
        sa.Column("note", sa.Integer, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("first_week", sa.Date, nullable=False),
        sa.Column("last_week", sa.Date, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text),
        sa.Column("come_back", sa.Date),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_note_version"),
        sa.ForeignKeyConstraint(["note"], ["note.id"], name="fk_note_version_note"),
    )
    _version_indexes("note_version", "note")
    _present_index("ix_note_version_present_weeks", "note_version", ["last_week", "first_week"])
    op.create_table(
        "note_metric",
        sa.Column("note_version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("metric", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("note_version", "position", name="pk_note_metric"),
        sa.ForeignKeyConstraint(["note_version"], ["note_version.id"], name="fk_note_metric_note_version"),
    )
    op.create_index("ix_note_metric_metric_note_version", "note_metric", ["metric", "note_version"])


def _replies() -> None:
    op.create_table(
        "reply",
        *_created(),
        sa.Column("note", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reply"),
        sa.ForeignKeyConstraint(["note"], ["note.id"], name="fk_reply_note"),
    )
    op.create_index("ix_reply_note", "reply", ["note"])
    op.create_table(
        "reply_version",
        *_version(),
        sa.Column("reply", sa.Integer, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reply_version"),
        sa.ForeignKeyConstraint(["reply"], ["reply.id"], name="fk_reply_version_reply"),
    )
    _version_indexes("reply_version", "reply")


def _mentions() -> None:
    op.create_table(
        "mention",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("note_version", sa.Integer),
        sa.Column("reply_version", sa.Integer),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mention"),
        sa.ForeignKeyConstraint(["note_version"], ["note_version.id"], name="fk_mention_note_version"),
        sa.ForeignKeyConstraint(["reply_version"], ["reply_version.id"], name="fk_mention_reply_version"),
    )
    op.create_index("ix_mention_kind_name", "mention", ["kind", "name"])
    op.create_index("ix_mention_note_version", "mention", ["note_version"])
    op.create_index("ix_mention_reply_version", "mention", ["reply_version"])


def _follow_ups() -> None:
    op.create_table(
        "follow_up",
        *_created(),
        sa.Column("metric", sa.Text),
        sa.Column("note", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up"),
        sa.ForeignKeyConstraint(["note"], ["note.id"], name="fk_follow_up_note"),
    )
    op.create_index("ix_follow_up_note", "follow_up", ["note"])
    op.create_index("ix_follow_up_metric", "follow_up", ["metric"])
    op.create_table(
        "follow_up_version",
        *_version(),
        sa.Column("follow_up", sa.Integer, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_by_verified", sa.Boolean, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up_version"),
        sa.ForeignKeyConstraint(["follow_up"], ["follow_up.id"], name="fk_follow_up_version_follow_up"),
    )
    _version_indexes("follow_up_version", "follow_up")
    _present_index("ix_follow_up_version_present_state", "follow_up_version", ["state", "due"])


def _limits() -> None:
    op.create_table(
        "limits",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("week_ending", sa.Date, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("lower", sa.Double),
        sa.Column("centre", sa.Double),
        sa.Column("upper", sa.Double),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("locked_by", sa.Text),
        sa.Column("locked_by_verified", sa.Boolean),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_limits"),
    )
    op.create_index("ix_limits_metric_week_ending_id", "limits", ["metric", "week_ending", "id"])
    judged = sa.text("state = 'judged'")
    op.create_index(
        "uq_limits_judged",
        "limits",
        ["metric", "week_ending"],
        unique=True,
        sqlite_where=judged,
        postgresql_where=judged,
    )


def _search() -> None:
    op.create_table(
        "searched",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("note", sa.Integer),
        sa.Column("reply", sa.Integer),
        sa.Column("follow_up", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_searched"),
        sa.ForeignKeyConstraint(["note"], ["note.id"], name="fk_searched_note"),
        sa.ForeignKeyConstraint(["reply"], ["reply.id"], name="fk_searched_reply"),
        sa.ForeignKeyConstraint(["follow_up"], ["follow_up.id"], name="fk_searched_follow_up"),
    )
    op.create_index("ix_searched_note_reply_follow_up", "searched", ["note", "reply", "follow_up"])
    op.create_index("ix_searched_reply", "searched", ["reply"])
    op.create_index("ix_searched_follow_up", "searched", ["follow_up"])
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE TABLE search_words (id INTEGER PRIMARY KEY REFERENCES searched (id), words TSVECTOR NOT NULL)"
        )
        op.execute("CREATE INDEX ix_search_words_words ON search_words USING gin (words)")
    else:
        # The texts stand in other tables, and a word is asked for as such, never next to another: so it keeps neither.
        op.execute("CREATE VIRTUAL TABLE search_words USING fts5(words, content='', tokenize='ascii', detail=none)")


def _created() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("author_verified", sa.Boolean, nullable=False),
    )


def _version() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
    )


def _version_indexes(table: str, owner: str) -> None:
    op.create_index(f"uq_{table}_{owner}_version", table, [owner, "version"], unique=True)
    _present_index(f"ix_{table}_present", table, [owner], unique=True)


def _present_index(name: str, table: str, columns: list[str], unique: bool = False) -> None:
    present = sa.text("until IS NULL")
    op.create_index(name, table, columns, unique=unique, sqlite_where=present, postgresql_where=present)
