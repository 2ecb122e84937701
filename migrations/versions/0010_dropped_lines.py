"""Lines that were left out of articles, searchable apart; the lines of each site's newest pages; what a page is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    json = sa.JSON().with_variant(JSONB, "postgresql")
    op.add_column("articles", sa.Column("flags", json, nullable=False, server_default="[]"))
    op.create_table(
        "dropped_lines",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("search_text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_dropped_lines"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE",
                                name="fk_dropped_lines_article_id_articles"),
    )
    op.create_table(
        "site_pages",
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("address_id", ID, nullable=False),
        sa.Column("lines", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("site", "address_id", name="pk_site_pages"),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], ondelete="CASCADE",
                                name="fk_site_pages_address_id_addresses"),
    )


def downgrade() -> None:
    op.drop_table("site_pages")
    op.drop_table("dropped_lines")
    op.drop_column("articles", "flags")
