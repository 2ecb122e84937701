"""Stories: what an article mainly reports, whose copy it is, and what people decided about stories."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
SAME_TEXT = 0.5                          # as in archive.stories when this was written


def upgrade() -> None:
    _add_reference("articles", "copy_of", "articles")
    op.add_column("articles", sa.Column("subject", JSON))
    op.add_column("stories", sa.Column("independent_count", sa.Integer, nullable=False, server_default="1"))
    _add_reference("stories", "merged_into", "stories")
    op.create_table(
        "story_decisions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("other_id", KEY, nullable=False),
        sa.Column("articles", JSON, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_story_decisions"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_story_decisions_story_id_stories"),
        sa.ForeignKeyConstraint(["other_id"], ["stories.id"], name="fk_story_decisions_other_id_stories"),
    )
    op.create_index("ix_story_decisions_story_id", "story_decisions", ["story_id"])
    _mark_copies(op.get_bind())


def downgrade() -> None:
    op.drop_table("story_decisions")
    for table, column in (("stories", "merged_into"), ("stories", "independent_count"), ("articles", "subject"),
                          ("articles", "copy_of")):
        op.drop_column(table, column)


def _add_reference(table: str, column: str, target: str) -> None:
    """A nullable column that refers to a row. SQLite can only add it with the constraint in the same breath."""
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind} CONSTRAINT fk_{table}_{column}_{target} "
               f"REFERENCES {target} (id)")


def _mark_copies(connection: sa.Connection) -> None:
    """Tell the copies of the stories that are there, and count the outlets with a text of their own."""
    rows = connection.execute(sa.text(
        "SELECT a.story_id, a.id, a.content_hash, a.minhash FROM articles a JOIN stories s ON s.id = a.story_id "
        "WHERE s.article_count > 1 ORDER BY a.story_id, a.published_at, a.id"))
    story: int | None = None
    originals: list[tuple[int, str, bytes]] = []
    copies = []
    for story_id, id_, content_hash, minhash in rows:
        if story_id != story:
            story, originals = story_id, []
        values = bytes(minhash or b"")
        original = next((first for first, text, other in originals
                         if text == content_hash or _similarity(other, values) >= SAME_TEXT), None)
        if original is None:
            originals.append((id_, content_hash, values))
        else:
            copies.append({"copy": id_, "original": original})
    for part in _parts(copies):
        connection.execute(sa.text("UPDATE articles SET copy_of = :original WHERE id = :copy"), part)
    connection.execute(sa.text(
        "UPDATE stories SET independent_count = (SELECT count(DISTINCT source_id) FROM articles a "
        "WHERE a.story_id = stories.id AND a.copy_of IS NULL) WHERE article_count > 1"))


def _similarity(a: bytes, b: bytes) -> float:
    if not a or len(a) != len(b):
        return 0.0
    x, y = memoryview(a).cast("I"), memoryview(b).cast("I")
    return sum(1 for i, value in enumerate(x) if value == y[i]) / len(x)


def _parts(items: Sequence[dict[str, int]]) -> list[Sequence[dict[str, int]]]:
    return [items[i : i + 5000] for i in range(0, len(items), 5000)]
