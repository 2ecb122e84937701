"""Runs are found by what is asked: which are open, which began in a window. There is a new one every few seconds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_runs_open", "runs", ["id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_runs_started_at", "runs", ["started_at"])


def downgrade() -> None:
    op.drop_index("ix_runs_started_at", "runs")
    op.drop_index("ix_runs_open", "runs")
