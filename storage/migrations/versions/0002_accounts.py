"""What is known of the platforms' accounts, who has blocked the bot, and what a deep link said.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table of accounts and two columns of addresses."""
    op.create_table(
        "accounts",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("held_until", MOMENT, nullable=True),
        sa.Column("paused_at", MOMENT, nullable=True),
        sa.Column("paused_reason", sa.String(length=200), nullable=True),
        sa.Column("known", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_accounts"),
    )
    op.add_column("addresses", sa.Column("blocked_at", MOMENT, nullable=True))
    op.add_column("addresses", sa.Column("came_by", sa.String(length=64), nullable=True))
