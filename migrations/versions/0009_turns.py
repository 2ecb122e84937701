"""Turns at hosts: which process asks a host now, and from when on the next may."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "host_turns",
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("held_by", sa.Text),
        sa.Column("held_until", MOMENT),
        sa.Column("free_at", MOMENT),
        sa.PrimaryKeyConstraint("host", name="pk_host_turns"),
    )


def downgrade() -> None:
    op.drop_table("host_turns")
