"""Events of a person are found by what they are: whose TDP came later is looked up without reading them all.

Revision ID: 0004
"""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Put a wider index in the place of the one by person alone."""
    op.create_index("events_of_person", "events", ["person_id", "code", "at"])
    op.drop_index("ix_events_person_id", table_name="events")
