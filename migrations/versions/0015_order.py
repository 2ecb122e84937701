"""An archive that is fast by date: full text in the order of publication, narrow indexes, and the order of storing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.text import search_form

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Full text is indexed under this number, so that FTS5 answers newest first and by date without asking the articles:
# the second of publication, and below it 25 bits of the id.
SEARCH_KEY = """ALTER TABLE articles ADD COLUMN search_key INTEGER
    GENERATED ALWAYS AS (unixepoch(published_at) * 33554432 + (id & 33554431)) VIRTUAL"""
SEARCH = """CREATE VIRTUAL TABLE article_search USING fts5(
    search_title, search_text, content='articles', content_rowid='{rowid}', tokenize='ascii')"""
INSERT = """CREATE TRIGGER articles_search_insert AFTER INSERT ON articles BEGIN
    INSERT INTO article_search (rowid, search_title, search_text)
    VALUES (new.{rowid}, new.search_title, new.search_text);
END"""
DELETE = """CREATE TRIGGER articles_search_delete AFTER DELETE ON articles BEGIN
    INSERT INTO article_search (article_search, rowid, search_title, search_text)
    VALUES ('delete', old.{rowid}, old.search_title, old.search_text);
END"""
UPDATE = """CREATE TRIGGER articles_search_update AFTER UPDATE OF {columns} ON articles BEGIN
    INSERT INTO article_search (article_search, rowid, search_title, search_text)
    VALUES ('delete', old.{rowid}, old.search_title, old.search_text);
    INSERT INTO article_search (rowid, search_title, search_text)
    VALUES (new.{rowid}, new.search_title, new.search_text);
END"""
# The number of a deleted article may come again, that of this table never does.
ORDER = ("""CREATE TABLE article_order (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        article_id INTEGER NOT NULL UNIQUE REFERENCES articles (id) ON DELETE CASCADE)""",
         "INSERT INTO article_order (article_id) SELECT id FROM articles ORDER BY id",
         """CREATE TRIGGER articles_order_insert AFTER INSERT ON articles BEGIN
             INSERT INTO article_order (article_id) VALUES (new.id);
         END""")
NARROW = {                                   # name: table, columns; what they hold is answered without the wide rows
    "ix_articles_search_key": "articles (search_key, source_id, language, story_id, topics)",
    "ix_articles_id_search_key": "articles (id, search_key)",
    "ix_mentions_article_id_organisation_id": "mentions (article_id, organisation_id)",
    "ix_events_article_id_type_status": "events (article_id, type, status)",
    "ix_events_type_family_status": "events (type, family, status, topics, article_id)",
}
TRIGGERS = ("articles_search_insert", "articles_search_delete", "articles_search_update")


def upgrade() -> None:
    op.add_column("people", sa.Column("search_name", sa.Text, nullable=False, server_default=""))
    _name_people(op.get_bind())
    if op.get_bind().dialect.name == "postgresql":
        op.execute("UPDATE articles SET published_at = date_trunc('second', published_at) "
                   "WHERE published_at <> date_trunc('second', published_at)")
        # The transaction that stored an article: a reader waits with it until all before it have ended.
        op.execute("ALTER TABLE articles ADD COLUMN stored_by BIGINT NOT NULL "
                   "DEFAULT (pg_current_xact_id()::text::bigint)")
        op.execute("CREATE INDEX ix_articles_stored_by ON articles (stored_by, id)")
        return
    _drop_search()
    op.execute("UPDATE articles SET published_at = substr(published_at, 1, 19) || '.000000' "
               "WHERE published_at NOT LIKE '%.000000'")
    op.execute(SEARCH_KEY)
    for name, columns in NARROW.items():
        op.execute(f"CREATE INDEX {name} ON {columns}")
    _make_search("search_key", "id, published_at, search_title, search_text")
    for statement in ORDER:
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("people", "search_name")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_articles_stored_by", "articles")
        op.drop_column("articles", "stored_by")
        return
    op.execute("DROP TRIGGER articles_order_insert")
    op.execute("DROP TABLE article_order")
    _drop_search()
    for name in NARROW:
        op.execute(f"DROP INDEX {name}")
    op.execute("ALTER TABLE articles DROP COLUMN search_key")
    _make_search("id", "id, search_title, search_text")


def _name_people(connection: sa.Connection) -> None:
    people = connection.execute(sa.text("SELECT id, name FROM people")).all()
    if people:
        connection.execute(sa.text("UPDATE people SET search_name = :form WHERE id = :id"),
                           [{"id": id_, "form": search_form(name)} for id_, name in people])


def _drop_search() -> None:
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER {name}")
    op.execute("DROP TABLE article_search")


def _make_search(rowid: str, columns: str) -> None:
    for statement in (SEARCH, INSERT, DELETE, UPDATE):
        op.execute(statement.format(rowid=rowid, columns=columns))
    op.execute("INSERT INTO article_search (article_search) VALUES ('rebuild')")
