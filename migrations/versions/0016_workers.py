"""Work for many processes: who looks at the clock, files that workers read, and the shards of a replay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ticks",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("turn", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_ticks"),
    )
    op.add_column("backfills", sa.Column("ask", JSON))
    op.add_column("backfills", sa.Column("attempts", sa.Integer, nullable=False, server_default="0"))
    op.add_column("backfills", sa.Column("problem", sa.Text))
    op.create_table(
        "replays",
        sa.Column("id", KEY, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("annotate", sa.Boolean, nullable=False),
        sa.Column("since", MOMENT),
        sa.Column("until", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_replays"),
    )
    op.create_table(
        "replay_shards",
        sa.Column("id", KEY, nullable=False),
        sa.Column("replay_id", KEY, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("articles", sa.Integer, nullable=False),
        sa.Column("found", JSON),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text),
        sa.Column("claimed_by", sa.Text),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_replay_shards"),
        sa.ForeignKeyConstraint(["replay_id"], ["replays.id"], name="fk_replay_shards_replay_id_replays",
                                ondelete="CASCADE"),
    )
    op.create_index("ix_replay_shards_replay_id", "replay_shards", ["replay_id"])


def downgrade() -> None:
    op.drop_table("replay_shards")
    op.drop_table("replays")
    for name in ("ask", "attempts", "problem"):
        op.drop_column("backfills", name)
    op.drop_table("ticks")
