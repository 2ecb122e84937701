"""Counting without the wide rows: SQLite's topics, sources and languages in the order of publication."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0015"
branch_labels = None
depends_on = None

INDEXES = {                                  # name: table, columns
    "ix_articles_key": "articles (search_key)",
    "ix_articles_source_id_search_key": "articles (source_id, search_key)",
    "ix_articles_language_search_key": "articles (language, search_key)",
    "ix_articles_seen_at_search_key": "articles (seen_at, search_key)",
}
COVERED = {"ix_articles_source_id": "source_id", "ix_articles_seen_at": "seen_at"}    # by the first column of another

# The topics that `topic:` finds an article by (core.query.TOPIC_LEAST), in the order of publication.
TOPICS = """CREATE TABLE topic_times (
    topic TEXT NOT NULL, search_key INTEGER NOT NULL, PRIMARY KEY (topic, search_key)) WITHOUT ROWID"""
FILL = """INSERT INTO topic_times (topic, search_key)
    SELECT lower(t.key), a.search_key FROM articles a, json_each(a.topics) t WHERE t.value >= 0.3 ORDER BY 1, 2"""
ADD = """INSERT OR IGNORE INTO topic_times (topic, search_key)
    SELECT lower(key), new.search_key FROM json_each(new.topics) WHERE value >= 0.3;"""
REMOVE = """DELETE FROM topic_times
    WHERE search_key = old.search_key AND topic IN (SELECT lower(key) FROM json_each(old.topics));"""
TRIGGERS = {
    "articles_topics_insert": ("INSERT ON", ADD),
    "articles_topics_delete": ("DELETE ON", REMOVE),
    "articles_topics_update": ("UPDATE OF id, published_at, topics ON", REMOVE + ADD),
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        return
    for name, columns in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {columns}")
    for name in COVERED:
        op.drop_index(name, "articles")
    op.execute(TOPICS)
    op.execute(FILL)
    for name, (event, work) in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} AFTER {event} articles BEGIN {work} END")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        return
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER {name}")
    op.execute("DROP TABLE topic_times")
    for name, column in COVERED.items():
        op.create_index(name, "articles", [column])
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
