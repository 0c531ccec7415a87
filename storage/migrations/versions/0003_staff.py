"""Those who work for the ward: roles, invites, sign-ins, their lists, stated figures, frozen reports.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def _roles() -> None:
    op.create_table(
        "grants",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("tdp_id", BIG_ID, nullable=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_grants_person_id"),
        sa.ForeignKeyConstraint(["tdp_id"], ["tdps.id"], name="fk_grants_tdp_id"),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
    )
    op.create_index("ix_grants_person_id", "grants", ["person_id"])
    op.create_table(
        "members",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("office", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_members_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_members"),
    )
    op.create_table(
        "relatives",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("helper_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["helper_id"], ["people.id"], name="fk_relatives_helper_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_relatives_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_relatives"),
    )
    op.create_index("ix_relatives_helper_id", "relatives", ["helper_id"])
    op.create_index("ix_relatives_person_id", "relatives", ["person_id"])


def _invites() -> None:
    op.create_table(
        "invites",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("words_hash", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("tdp_id", BIG_ID, nullable=True),
        sa.Column("unit_id", BIG_ID, nullable=True),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("office", sa.String(length=160), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("list_key", sa.String(length=64), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("used_by", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["tdp_id"], ["tdps.id"], name="fk_invites_tdp_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_invites_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invites"),
        sa.UniqueConstraint("token_hash", name="uq_invites_token_hash"),
        sa.UniqueConstraint("words_hash", name="uq_invites_words_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_invites_list_key", "invites", ["list_key"])
    op.create_table(
        "wrong_codes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wrong_codes"),
    )
    op.create_index("ix_wrong_codes_address_id", "wrong_codes", ["address_id"])
    op.create_index("wrong_codes_by_time", "wrong_codes", ["at"])


def _signing_in() -> None:
    op.create_table(
        "logins",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("spent_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_logins_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_logins"),
        sa.UniqueConstraint("token_hash", name="uq_logins_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_logins_person_id", "logins", ["person_id"])
    op.create_table(
        "sessions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("login_id", BIG_ID, nullable=False),
        sa.Column("device", sa.String(length=60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name="fk_sessions_login_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_sessions_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sessions_login_id", "sessions", ["login_id"])
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])


def _items() -> None:
    op.create_table(
        "team_items",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("tdp_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_team_items"),
    )
    op.create_index(
        "team_items_open",
        "team_items",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("lead", sa.String(length=200), nullable=False),
        sa.Column("together", sa.String(length=300), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_note", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
        sa.UniqueConstraint("code", name="uq_tasks_code"),
    )


def _stated() -> None:
    op.create_table(
        "stated",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=30), nullable=False),
        sa.Column("tdp_id", BIG_ID, nullable=True),
        sa.Column("unit_id", BIG_ID, nullable=True),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=160), nullable=False),
        sa.Column("document", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tdp_id"], ["tdps.id"], name="fk_stated_tdp_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_stated_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stated"),
    )
    op.create_index("stated_by_key", "stated", ["key", "as_of"])
    op.create_table(
        "reports",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("cut_off", MOMENT, nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("final_at", MOMENT, nullable=True),
        sa.Column("final_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sqlite_autoincrement=True,
    )


def _counts() -> None:
    op.create_table(
        "slot_counts",
        sa.Column("dimension", sa.String(length=10), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.String(length=24), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("previous", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "dimension", "slot", "line", "code", "previous", name="pk_slot_counts"
        ),
        sqlite_with_rowid=False,  # a row is found, added to and read in the order of its key
    )
    op.create_table(
        "question_counts",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lesson_id", sa.String(length=20), nullable=False),
        sa.Column("lesson_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("question", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "slot", "lesson_id", "lesson_version", "question", name="pk_question_counts"
        ),
    )


def _columns() -> None:
    """What is known of older rows: every decision was an approval, nobody practised, no unit was noted."""
    op.add_column("people", sa.Column("practice_of", sa.BigInteger(), nullable=True))
    op.create_index("ix_people_practice_of", "people", ["practice_of"])
    op.add_column("events", sa.Column("unit_id", sa.Integer(), nullable=True))
    op.create_index("events_of_tdp", "events", ["tdp_id", "code", "at"])
    op.create_index("events_of_lesson", "events", ["lesson_id", "code", "person_id"])
    op.create_index(
        "events_of_unit",
        "events",
        ["unit_id", "person_id"],
        sqlite_where=sa.text("unit_id IS NOT NULL"),
        postgresql_where=sa.text("unit_id IS NOT NULL"),
    )
    op.add_column("approvals", sa.Column("verdict", sa.String(length=10), nullable=True))
    op.add_column("approvals", sa.Column("note", sa.String(length=500), nullable=True))
    op.execute("UPDATE approvals SET verdict = 'approved', note = ''")
    with op.batch_alter_table("approvals") as table:
        table.alter_column("verdict", nullable=False)
        table.alter_column("note", nullable=False)


def upgrade() -> None:
    """Add the tables, and what three older ones must know."""
    _roles()
    _invites()
    _signing_in()
    _items()
    _tasks()
    _stated()
    _counts()
    _columns()
