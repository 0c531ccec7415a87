"""All tables of the first version.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("is_practice", sa.Boolean(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_table(
        "profiles",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("asked_name_at", MOMENT, nullable=True),
        sa.Column("asked_tdp_at", MOMENT, nullable=True),
        sa.Column("asked_pushes_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_profiles_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_profiles"),
    )


def _tdps() -> None:
    op.create_table(
        "tdps",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("former_ward", sa.String(length=120), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("merged_into", BIG_ID, nullable=True),
        sa.Column("is_placeholder", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["tdps.id"], name="fk_tdps_merged_into"),
        sa.PrimaryKeyConstraint("id", name="pk_tdps"),
        sa.UniqueConstraint("code", name="uq_tdps_code"),
    )
    op.create_table(
        "residences",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("tdp_id", BIG_ID, nullable=True),
        sa.Column("elsewhere", sa.String(length=10), nullable=True),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_to", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_residences_person_id"),
        sa.ForeignKeyConstraint(["tdp_id"], ["tdps.id"], name="fk_residences_tdp_id"),
        sa.PrimaryKeyConstraint("id", name="pk_residences"),
    )
    op.create_index("ix_residences_person_id", "residences", ["person_id"])


def _units() -> None:
    op.create_table(
        "units",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_units"),
    )
    op.create_table(
        "unit_members",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_unit_members_person_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_unit_members_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unit_members"),
    )
    op.create_index("ix_unit_members_person_id", "unit_members", ["person_id"])
    op.create_index("ix_unit_members_unit_id", "unit_members", ["unit_id"])


def _addresses() -> None:
    op.create_table(
        "addresses",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("current_person_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("heard_at", MOMENT, nullable=False),
        sa.Column("declined_at", MOMENT, nullable=True),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("last_text", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["current_person_id"], ["people.id"], name="fk_addresses_current_person_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_addresses"),
        sa.UniqueConstraint("channel", "key", name="uq_addresses_channel_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_addresses_current_person_id", "addresses", ["current_person_id"])
    op.create_table(
        "address_people",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("address_id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"], ["addresses.id"], name="fk_address_people_address_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_address_people_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_address_people"),
    )
    op.create_index("ix_address_people_address_id", "address_people", ["address_id"])
    op.create_index("ix_address_people_person_id", "address_people", ["person_id"])


def _consents() -> None:
    op.create_table(
        "wordings",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_wordings"),
    )
    op.create_table(
        "consents",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("wording_hash", sa.String(length=64), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_consents_person_id"),
        sa.ForeignKeyConstraint(
            ["wording_hash"], ["wordings.hash"], name="fk_consents_wording_hash"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_person_id", "consents", ["person_id"])


def _learning() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("lesson_id", sa.String(length=20), nullable=False),
        sa.Column("lesson_version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("rule_right", sa.Integer(), nullable=False),
        sa.Column("rule_of", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("right", sa.Integer(), nullable=True),
        sa.Column("of", sa.Integer(), nullable=True),
        sa.Column("has_passed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_attempts_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attempts_address_id", "attempts", ["address_id"])
    op.create_index("ix_attempts_person_id", "attempts", ["person_id"])
    op.create_table(
        "answers",
        sa.Column("attempt_id", BIG_ID, nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("option", sa.Integer(), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_answers_attempt_id"),
        sa.PrimaryKeyConstraint("attempt_id", "question", name="pk_answers"),
    )
    op.create_table(
        "completions",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("lesson_id", sa.String(length=20), nullable=False),
        sa.Column("finished_at", MOMENT, nullable=False),
        sa.Column("passed_at", MOMENT, nullable=True),
        sa.Column("is_at_once", sa.Boolean(), nullable=False),
        sa.Column("tdp_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_completions_person_id"),
        sa.PrimaryKeyConstraint("person_id", "lesson_id", name="pk_completions"),
    )


def _figures() -> None:
    op.create_table(
        "events",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("tdp_id", sa.Integer(), nullable=True),
        sa.Column("lesson_id", sa.String(length=20), nullable=True),
        sa.Column("attempt_no", sa.Integer(), nullable=True),
        sa.Column("right", sa.Integer(), nullable=True),
        sa.Column("of", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_events_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("events_by_time", "events", ["at", "code"])
    op.create_index("ix_events_person_id", "events", ["person_id"])
    op.create_table(
        "daily_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("lesson_id", sa.String(length=20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "code", "lesson_id", name="pk_daily_counts"),
    )


def _talks() -> None:
    op.create_table(
        "talks",
        sa.Column("address_id", BIG_ID, nullable=False),
        sa.Column("slot", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("talk", sa.Text(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name="fk_talks_address_id"),
        sa.PrimaryKeyConstraint("address_id", "slot", name="pk_talks"),
    )
    op.create_table(
        "messages",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("address_id", BIG_ID, nullable=False),
        sa.Column("is_from_bot", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("event_id", sa.String(length=80), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name="fk_messages_address_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sqlite_autoincrement=True,
    )
    op.create_index("messages_by_time", "messages", ["at"])
    op.create_index("messages_of_address", "messages", ["address_id", "id"])


def _boxes() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("error_id", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("channel", "event_id", name="uq_inbox_channel_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("inbox_by_time", "inbox", ["received_at"])
    op.create_index("inbox_waiting", "inbox", ["state", "address_id", "id"])
    op.create_index("ix_inbox_address_id", "inbox", ["address_id"])
    op.create_table(
        "outbox",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("address_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("agains", sa.Integer(), nullable=False),
        sa.Column("is_resent", sa.Boolean(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.Column("lease_owner", sa.String(length=40), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("platform_id", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name="fk_outbox_address_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_by_time", "outbox", ["created_at"])
    op.create_index("outbox_due", "outbox", ["account", "state", "kind", "id"])
    op.create_index("outbox_of_address", "outbox", ["address_id", "state", "kind", "id"])


def _house() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("lesson_id", sa.String(length=20), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("office", sa.String(length=160), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
    )
    op.create_index("ix_approvals_lesson_id", "approvals", ["lesson_id"])
    op.create_table(
        "audit",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "clock_runs",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("ran_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("job", "due_at", name="pk_clock_runs"),
    )
    op.create_table(
        "settings",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_settings"),
    )


def upgrade() -> None:
    """Make all tables."""
    _people()
    _tdps()
    _units()
    _addresses()
    _consents()
    _learning()
    _figures()
    _talks()
    _boxes()
    _house()
