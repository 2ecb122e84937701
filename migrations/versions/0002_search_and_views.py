"""Full-text search, in the way of each database, and the views that analysts query."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The texts are already folded and cut into tokens (core.text). The tokenizer "ascii" only parts them at spaces:
# it takes every letter beyond ASCII as part of a word, so that no Unicode table of SQLite's own has a say.
SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE article_search USING fts5(
        search_title, search_text, content='articles', content_rowid='id', tokenize='ascii')""",
    """CREATE TRIGGER articles_search_insert AFTER INSERT ON articles BEGIN
        INSERT INTO article_search (rowid, search_title, search_text)
        VALUES (new.id, new.search_title, new.search_text);
    END""",
    """CREATE TRIGGER articles_search_delete AFTER DELETE ON articles BEGIN
        INSERT INTO article_search (article_search, rowid, search_title, search_text)
        VALUES ('delete', old.id, old.search_title, old.search_text);
    END""",
    """CREATE TRIGGER articles_search_update AFTER UPDATE OF id, search_title, search_text ON articles BEGIN
        INSERT INTO article_search (article_search, rowid, search_title, search_text)
        VALUES ('delete', old.id, old.search_title, old.search_text);
        INSERT INTO article_search (rowid, search_title, search_text)
        VALUES (new.id, new.search_title, new.search_text);
    END""",
)
POSTGRESQL_SEARCH = (
    """ALTER TABLE articles ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple'::regconfig, search_title), 'A') ||
        setweight(to_tsvector('simple'::regconfig, search_text), 'B')) STORED""",
    "CREATE INDEX ix_articles_search_vector ON articles USING gin (search_vector)",
)

SQLITE_PARTIES = """(SELECT group_concat(name, '; ') FROM (
    SELECT o.name AS name FROM event_parties p JOIN organisations o ON o.id = p.organisation_id
    WHERE p.event_id = e.id ORDER BY p.position, p.id))"""
SQLITE_TOPICS = "(SELECT group_concat(value, '; ') FROM json_each(e.topics))"
POSTGRESQL_PARTIES = """(SELECT string_agg(o.name, '; ' ORDER BY p.position, p.id)
    FROM event_parties p JOIN organisations o ON o.id = p.organisation_id WHERE p.event_id = e.id)"""
POSTGRESQL_TOPICS = """(SELECT string_agg(t.topic, '; ' ORDER BY t.number)
    FROM jsonb_array_elements_text(e.topics) WITH ORDINALITY AS t(topic, number))"""

# The names and meanings of these columns are a promise to analysts: add to them, do not change them.
ALLIANCES = """CREATE VIEW v_alliances AS
    SELECT e.id AS event_id, a.id AS article_id, a.story_id, a.published_at, a.seen_at, a.title, a.url,
           a.source_id AS source, s.name AS outlet, s.country, a.language,
           {parties} AS parties, e.type, e.status, {topics} AS topics, e.score, e.sentence
    FROM events e JOIN articles a ON a.id = e.article_id JOIN sources s ON s.id = a.source_id
    WHERE e.family = 'alliance'"""
HITS = """CREATE VIEW v_hits AS
    SELECT h.id AS hit_id, h.rule, h.score, h.created_at AS flagged_at, a.id AS article_id, h.story_id,
           a.published_at, a.seen_at, a.title, a.url, a.source_id AS source, s.name AS outlet, s.country, a.language,
           {parties} AS parties, e.type, e.status, {topics} AS topics, e.sentence
    FROM hits h JOIN articles a ON a.id = h.article_id JOIN sources s ON s.id = a.source_id
    LEFT JOIN events e ON e.id = h.event_id"""


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_SEARCH if sqlite else POSTGRESQL_SEARCH:
        op.execute(statement)
    parties = SQLITE_PARTIES if sqlite else POSTGRESQL_PARTIES
    topics = SQLITE_TOPICS if sqlite else POSTGRESQL_TOPICS
    for view in (ALLIANCES, HITS):
        op.execute(view.format(parties=parties, topics=topics))


def downgrade() -> None:
    op.execute("DROP VIEW v_hits")
    op.execute("DROP VIEW v_alliances")
    if op.get_bind().dialect.name == "sqlite":
        for event in ("update", "delete", "insert"):
            op.execute(f"DROP TRIGGER articles_search_{event}")
        op.execute("DROP TABLE article_search")
    else:
        op.drop_index("ix_articles_search_vector", "articles")
        op.drop_column("articles", "search_vector")
