"""Feedback that does something: verdicts that are known apart, mutes, the watch list, and what mutes held back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("feedback", sa.Column("article_id", KEY))
    op.add_column("feedback", sa.Column("rule", sa.Text))
    op.add_column("feedback", sa.Column("details", JSON, nullable=False, server_default="{}"))
    op.add_column("feedback", sa.Column("replaced", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("feedback", sa.Column("key", sa.Text))
    op.create_index("uq_feedback_key", "feedback", ["key"], unique=True)
    op.create_table(
        "mutes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT),
        sa.Column("author", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_mutes"),
    )
    op.create_index("ix_mutes_until", "mutes", ["until"])
    op.create_table(
        "watched",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("author", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_watched"),
    )
    op.add_column("deliveries", sa.Column("muted_by", KEY))
    op.add_column("digest_entries", sa.Column("muted_by", KEY))
    # What was said before had only its hit.
    op.execute("UPDATE feedback SET article_id = (SELECT article_id FROM hits WHERE hits.id = feedback.hit_id), "
               "rule = (SELECT rule FROM hits WHERE hits.id = feedback.hit_id) WHERE hit_id IS NOT NULL")


def downgrade() -> None:
    op.drop_column("digest_entries", "muted_by")
    op.drop_column("deliveries", "muted_by")
    op.drop_table("watched")
    op.drop_index("ix_mutes_until", "mutes")
    op.drop_table("mutes")
    op.drop_index("uq_feedback_key", "feedback")
    for name in ("key", "replaced", "details", "rule", "article_id"):
        op.drop_column("feedback", name)
