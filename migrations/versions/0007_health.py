"""The rhythm of entry points, the wishes of sites, and the health of sources over time."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

_SOURCE: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (("failing_since", MOMENT), ("hold_until", MOMENT))
_ENTRY: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (
    ("good_at", MOMENT), ("interval_s", sa.Double()), ("rate", sa.Double()), ("peak", sa.Double()),
    ("moved_to", sa.Text()),
)
_COUNTS = ("polls", "articles", "pages", "unread", "undated", "untitled", "unsigned", "gaps", "missed")


def upgrade() -> None:
    for name, kind in _SOURCE:
        op.add_column("sources", sa.Column(name, kind))
    for name, kind in _ENTRY:
        op.add_column("entry_points", sa.Column(name, kind))
    op.add_column("entry_points", sa.Column("length", sa.Double, nullable=False, server_default="0"))
    op.create_table(
        "source_days",
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False, server_default="0") for name in _COUNTS),
        sa.Column("length", sa.Integer),
        sa.PrimaryKeyConstraint("source_id", "day", name="pk_source_days"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_source_days_source_id_sources"),
    )
    op.create_table(
        "troubles",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("source_id", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_troubles"),
        sa.UniqueConstraint("key", name="uq_troubles_key"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_troubles_source_id_sources"),
    )
    op.create_index("ix_troubles_source_id_kind", "troubles", ["source_id", "kind"])
    op.create_table(
        "notices",
        sa.Column("id", KEY, nullable=False),
        sa.Column("trouble_id", KEY, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("delivery_key", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.ForeignKeyConstraint(["trouble_id"], ["troubles.id"], name="fk_notices_trouble_id_troubles",
                                ondelete="CASCADE"),
    )
    op.create_index("ix_notices_created_at", "notices", ["created_at"])


def downgrade() -> None:
    op.drop_table("notices")
    op.drop_table("troubles")
    op.drop_table("source_days")
    for name in ("length", *(name for name, _ in _ENTRY)):
        op.drop_column("entry_points", name)
    for name, _ in _SOURCE:
        op.drop_column("sources", name)
