"""Counting without the wide rows: SQLite's topics, sources and languages in the order of publication."""

# ruff: noqa: S608 -- statements are put together of words of ours
from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEXES = {                                  # name: table, columns
    "ix_articles_key": "articles (search_key)",
    "ix_articles_source_id_search_key": "articles (source_id, search_key)",
    "ix_articles_language_search_key": "articles (language, search_key)",
    "ix_articles_seen_at_search_key": "articles (seen_at, search_key)",
    "ix_events_article_id_score": "events (article_id, score)",
    "ix_hits_article_id_score": "hits (article_id, score)",
}
COVERED = {"ix_articles_source_id": "source_id", "ix_articles_seen_at": "seen_at"}    # by the first column of another

KEY = "(SELECT search_key FROM articles INDEXED BY ix_articles_id_search_key WHERE id = {})"
TABLES = {                                   # name: its columns after the number, its key, what fills it
    "topic_times": ("topic TEXT NOT NULL, search_key INTEGER NOT NULL", "topic, search_key", """
        SELECT lower(t.key), a.search_key FROM articles a, json_each(a.topics) t WHERE t.value >= 0.3"""),
    "organisation_times": ("organisation_id INTEGER NOT NULL, search_key INTEGER NOT NULL",
                           "organisation_id, search_key", """
        SELECT n.organisation_id, a.search_key FROM articles a JOIN (
            SELECT organisation_id, article_id FROM mentions
            UNION SELECT p.organisation_id, e.article_id FROM event_parties p JOIN events e ON e.id = p.event_id) n
        ON n.article_id = a.id"""),
    "event_times": ("""search_key INTEGER NOT NULL, event_id INTEGER NOT NULL, type TEXT NOT NULL, family TEXT NOT NULL,
        status TEXT NOT NULL, topics TEXT NOT NULL""", "search_key, event_id", """
        SELECT a.search_key, e.id, e.type, e.family, e.status, e.topics FROM events e JOIN articles a
        ON a.id = e.article_id"""),
}
# What is deleted with its article goes before it: afterwards nobody knows its number.
_GONE = """DELETE FROM topic_times
        WHERE search_key = old.search_key AND topic IN (SELECT lower(key) FROM json_each(old.topics));"""
_CAME = """INSERT OR IGNORE INTO topic_times
        SELECT lower(key), new.search_key FROM json_each(new.topics) WHERE value >= 0.3;"""
_NAMED = """SELECT organisation_id FROM mentions WHERE article_id = old.id
        UNION SELECT p.organisation_id FROM events e JOIN event_parties p ON p.event_id = e.id
        WHERE e.article_id = old.id"""
_STILL = """NOT EXISTS (SELECT 1 FROM mentions WHERE article_id = {0} AND organisation_id = old.organisation_id)
        AND NOT EXISTS (SELECT 1 FROM events e JOIN event_parties p ON p.event_id = e.id
                        WHERE e.article_id = {0} AND p.organisation_id = old.organisation_id)"""
_OF_PARTY = "(SELECT article_id FROM events WHERE id = {}.event_id)"
TRIGGERS = {
    "articles_times_insert": ("AFTER INSERT ON articles", _CAME),
    "articles_times_delete": ("BEFORE DELETE ON articles", _GONE + f"""
        DELETE FROM organisation_times WHERE search_key = old.search_key AND organisation_id IN ({_NAMED});
        DELETE FROM event_times WHERE search_key = old.search_key;"""),
    "articles_times_topics": ("AFTER UPDATE OF topics ON articles", _GONE + _CAME),
    "articles_times_moved": (
        "AFTER UPDATE OF id, published_at ON articles WHEN new.search_key <> old.search_key", f"""
        {_GONE} {_CAME}
        UPDATE organisation_times SET search_key = new.search_key
        WHERE search_key = old.search_key AND organisation_id IN ({_NAMED});
        UPDATE event_times SET search_key = new.search_key WHERE search_key = old.search_key;"""),
    "mentions_times_insert": ("AFTER INSERT ON mentions", f"""INSERT OR IGNORE INTO organisation_times
        VALUES (new.organisation_id, {KEY.format('new.article_id')});"""),
    "mentions_times_delete": ("AFTER DELETE ON mentions", f"""DELETE FROM organisation_times
        WHERE organisation_id = old.organisation_id AND search_key = {KEY.format('old.article_id')}
        AND {_STILL.format('old.article_id')};"""),
    "events_times_insert": ("AFTER INSERT ON events", f"""INSERT INTO event_times VALUES (
        {KEY.format('new.article_id')}, new.id, new.type, new.family, new.status, new.topics);"""),
    "events_times_update": ("AFTER UPDATE OF type, family, status, topics ON events", f"""UPDATE event_times
        SET type = new.type, family = new.family, status = new.status, topics = new.topics
        WHERE search_key = {KEY.format('new.article_id')} AND event_id = new.id;"""),
    "events_times_delete": ("BEFORE DELETE ON events", f"""DELETE FROM event_times
        WHERE search_key = {KEY.format('old.article_id')} AND event_id = old.id;
        DELETE FROM organisation_times WHERE search_key = {KEY.format('old.article_id')}
        AND organisation_id IN (SELECT organisation_id FROM event_parties WHERE event_id = old.id)
        AND NOT EXISTS (SELECT 1 FROM mentions m WHERE m.article_id = old.article_id
                        AND m.organisation_id = organisation_times.organisation_id)
        AND NOT EXISTS (SELECT 1 FROM events e JOIN event_parties p ON p.event_id = e.id
                        WHERE e.article_id = old.article_id AND e.id <> old.id
                        AND p.organisation_id = organisation_times.organisation_id);"""),
    "parties_times_insert": ("AFTER INSERT ON event_parties", f"""INSERT OR IGNORE INTO organisation_times
        VALUES (new.organisation_id, {KEY.format(_OF_PARTY.format('new'))});"""),
    "parties_times_delete": ("AFTER DELETE ON event_parties", f"""DELETE FROM organisation_times
        WHERE organisation_id = old.organisation_id AND search_key = {KEY.format(_OF_PARTY.format('old'))}
        AND {_STILL.format(_OF_PARTY.format('old'))};"""),
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        return
    for name, columns in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {columns}")
    for name in COVERED:
        op.drop_index(name, "articles")
    for name, (columns, key, content) in TABLES.items():
        op.execute(f"CREATE TABLE {name} ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID")
        op.execute(f"INSERT OR IGNORE INTO {name} {content} ORDER BY 1, 2")
    for name, (event, work) in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {event} BEGIN {work} END")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        return
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER {name}")
    for name in TABLES:
        op.execute(f"DROP TABLE {name}")
    for name, column in COVERED.items():
        op.create_index(name, "articles", [column])
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
