"""Alerts with threads: what a delivery replies to, until when it is held back, when its message is to be changed.

A channel's pace is kept over all processes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("thread_key", sa.Text))
    op.add_column("deliveries", sa.Column("hold_until", MOMENT))
    op.add_column("deliveries", sa.Column("refresh_at", MOMENT))
    op.create_index("ix_deliveries_refresh_at", "deliveries", ["refresh_at"])
    op.create_index("ix_deliveries_thread_key", "deliveries", ["thread_key"])
    op.create_table(
        "channels",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("next_at", MOMENT),
        sa.PrimaryKeyConstraint("name", name="pk_channels"),
    )
    # The parts of a long digest answer its first message, whose key theirs begin with.
    deliveries = sa.table("deliveries", sa.column("id"), sa.column("key"), sa.column("kind"), sa.column("thread_key"))
    connection = op.get_bind()
    for id_, key in connection.execute(sa.select(deliveries.c.id, deliveries.c.key)
                                       .where(deliveries.c.kind == "reply")).all():
        connection.execute(sa.update(deliveries).where(deliveries.c.id == id_)
                           .values(thread_key=key.rpartition("/")[0]))


def downgrade() -> None:
    op.drop_table("channels")
    op.drop_index("ix_deliveries_thread_key", "deliveries")
    op.drop_index("ix_deliveries_refresh_at", "deliveries")
    for name in ("refresh_at", "hold_until", "thread_key"):
        op.drop_column("deliveries", name)
