"""Hosts: the robots.txt of each, and until when it wants to be left alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "hosts",
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("robots", sa.Text),
        sa.Column("robots_at", MOMENT),
        sa.Column("tried_at", MOMENT),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("wait_until", MOMENT),
        sa.PrimaryKeyConstraint("origin", name="pk_hosts"),
    )


def downgrade() -> None:
    op.drop_table("hosts")
