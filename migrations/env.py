"""Alembic's entry: run the one history on the connection that archive.migrate hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from archive.tables import Base
from archive.tables.base import UtcDateTime

_OWN = {"search_vector", "ix_articles_search_vector", "stored_by", "ix_articles_stored_by", "search_key",
        "ix_articles_search_key", "ix_articles_id_search_key", "ix_mentions_article_id_organisation_id",
        "ix_events_article_id_type_status", "ix_events_type_family_status", "ix_articles_key",
        "ix_articles_source_id", "ix_articles_source_id_search_key", "ix_articles_language_search_key",
        "ix_articles_seen_at", "ix_articles_seen_at_search_key", "ix_events_article_id_score",
        "ix_hits_article_id_score"}
_TABLES = ("article_search", "article_order", "topic_times", "organisation_times", "event_times")


def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """What `alembic check` compares: all but what serves searching, which each database has in its own way."""
    if kind == "table":
        return not (name or "").startswith(_TABLES)
    return name not in _OWN


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our instants as what the database has, so that a revision does not depend on today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen.imports.add("import sqlalchemy as sa")
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=include_object,
    render_item=render_item,
    render_as_batch=True,
    transactional_ddl=True,                  # SQLite too: archive.engine begins transactions itself
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
