"""Every table of the first version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BIG = sa.BigInteger()
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _sources_and_addresses()
    _runs()
    _articles()
    _annotations()
    _hits()
    _alerts()


def downgrade() -> None:
    for table in (
        "deliveries", "digest_entries", "digests", "routes", "feedback", "hits", "event_parties", "events",
        "mentions", "organisations", "signature_bands", "versions", "articles", "stories", "fetches",
        "runs", "addresses", "entry_points", "sources",
    ):
        op.drop_table(table)


def _reference(table: str, column: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=name, ondelete=ondelete)


def _sources_and_addresses() -> None:
    op.create_table(
        "sources",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("country", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("last_polled_at", MOMENT),
        sa.Column("last_new_at", MOMENT),
        sa.Column("next_due_at", MOMENT),
        sa.Column("interval_s", sa.Integer),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_until", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
    )
    op.create_index("ix_sources_next_due_at", "sources", ["next_due_at"])
    op.create_table(
        "entry_points",
        sa.Column("id", KEY, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("body_hash", sa.Text),
        sa.Column("last_polled_at", MOMENT),
        sa.Column("outcome", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("next_due_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_entry_points"),
        sa.UniqueConstraint("source_id", "url", name="uq_entry_points_source_id_url"),
        _reference("entry_points", "source_id", "sources.id"),
    )
    op.create_table(
        "addresses",
        sa.Column("id", KEY, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("discovered_at", MOMENT, nullable=False),
        sa.Column("fetched_at", MOMENT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try_at", MOMENT),
        sa.Column("title_hint", sa.Text),
        sa.Column("published_hint", MOMENT),
        sa.Column("updated_hint", MOMENT),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("article_id", KEY),
        sa.PrimaryKeyConstraint("id", name="pk_addresses"),
        sa.UniqueConstraint("url", name="uq_addresses_url"),
        _reference("addresses", "source_id", "sources.id"),
    )
    op.create_index("ix_addresses_due", "addresses", ["source_id", "state", "next_try_at"])


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("process", sa.Text, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("outcome", sa.Text),
        sa.Column("summary", JSON),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_table(
        "fetches",
        sa.Column("id", KEY, nullable=False),
        sa.Column("run_id", KEY),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("entry_point_id", KEY),
        sa.Column("address_id", KEY),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("status", sa.Integer),
        sa.Column("size", sa.Integer),
        sa.Column("duration_ms", sa.Integer),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fetches"),
        _reference("fetches", "address_id", "addresses.id"),
        _reference("fetches", "entry_point_id", "entry_points.id"),
        _reference("fetches", "run_id", "runs.id"),
        _reference("fetches", "source_id", "sources.id"),
    )
    op.create_index("ix_fetches_fetched_at", "fetches", ["fetched_at"])
    op.create_index("ix_fetches_run_id", "fetches", ["run_id"])


def _articles() -> None:
    op.create_table(
        "stories",
        sa.Column("id", KEY, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("article_count", sa.Integer, nullable=False),
        sa.Column("source_count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
    )
    op.create_index("ix_stories_first_seen_at", "stories", ["first_seen_at"])
    # The long columns stand last: SQLite walks through all that comes before the column that it reads.
    op.create_table(
        "articles",
        sa.Column("id", KEY, nullable=False),
        sa.Column("address_id", KEY, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("canonical_url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.Column("authors", JSON, nullable=False),
        sa.Column("site_name", sa.Text),
        sa.Column("image", sa.Text),
        sa.Column("section", sa.Text),
        sa.Column("paywalled", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("topics", JSON, nullable=False),
        sa.Column("knowledge_version", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("search_title", sa.Text, nullable=False),
        sa.Column("search_text", sa.Text, nullable=False),
        sa.Column("minhash", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sa.UniqueConstraint("address_id", name="uq_articles_address_id"),
        _reference("articles", "address_id", "addresses.id"),
        _reference("articles", "source_id", "sources.id"),
        _reference("articles", "story_id", "stories.id"),
    )
    op.create_index("ix_articles_canonical_url", "articles", ["canonical_url"])
    op.create_index("ix_articles_content_hash", "articles", ["content_hash"])
    op.create_index("ix_articles_published_at_id", "articles", ["published_at", "id"])
    op.create_index("ix_articles_seen_at", "articles", ["seen_at"])
    op.create_index("ix_articles_source_id", "articles", ["source_id"])
    op.create_index("ix_articles_story_id", "articles", ["story_id"])
    op.create_table(
        "versions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.Column("replaced_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
        sa.UniqueConstraint("article_id", "number", name="uq_versions_article_id_number"),
        _reference("versions", "article_id", "articles.id", "CASCADE"),
    )
    op.create_table(
        "signature_bands",
        sa.Column("band", BIG, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("band", "article_id", name="pk_signature_bands"),
        _reference("signature_bands", "article_id", "articles.id", "CASCADE"),
        sqlite_with_rowid=False,
    )


def _annotations() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.Text),
        sa.Column("country", sa.Text),
        sa.Column("parent", sa.Text),
        sa.Column("known", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
        sa.UniqueConstraint("name", name="uq_organisations_name"),
    )
    op.create_table(
        "mentions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("organisation_id", KEY, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("surface", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mentions"),
        _reference("mentions", "article_id", "articles.id", "CASCADE"),
        _reference("mentions", "organisation_id", "organisations.id"),
    )
    op.create_index("ix_mentions_article_id", "mentions", ["article_id"])
    op.create_index("ix_mentions_organisation_id_article_id", "mentions", ["organisation_id", "article_id"])
    op.create_table(
        "events",
        sa.Column("id", KEY, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("family", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("topics", JSON, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("spans", JSON, nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        _reference("events", "article_id", "articles.id", "CASCADE"),
    )
    op.create_index("ix_events_article_id", "events", ["article_id"])
    op.create_index("ix_events_family_status", "events", ["family", "status"])
    op.create_table(
        "event_parties",
        sa.Column("id", KEY, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("organisation_id", KEY, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("field", sa.Text),
        sa.Column("start", sa.Integer),
        sa.Column("end", sa.Integer),
        sa.Column("surface", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_event_parties"),
        _reference("event_parties", "event_id", "events.id", "CASCADE"),
        _reference("event_parties", "organisation_id", "organisations.id"),
    )
    op.create_index("ix_event_parties_event_id", "event_parties", ["event_id"])
    op.create_index("ix_event_parties_organisation_id_event_id", "event_parties", ["organisation_id", "event_id"])


def _hits() -> None:
    op.create_table(
        "hits",
        sa.Column("id", KEY, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("event_id", KEY),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("article_version", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hits"),
        sa.UniqueConstraint("article_id", "rule", name="uq_hits_article_id_rule"),
        _reference("hits", "article_id", "articles.id", "CASCADE"),
        _reference("hits", "event_id", "events.id", "SET NULL"),
        _reference("hits", "story_id", "stories.id"),
    )
    op.create_index("ix_hits_rule_created_at", "hits", ["rule", "created_at"])
    op.create_index("ix_hits_story_id", "hits", ["story_id"])
    op.create_table(
        "feedback",
        sa.Column("id", KEY, nullable=False),
        sa.Column("hit_id", KEY),
        sa.Column("story_id", KEY),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("author", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        _reference("feedback", "hit_id", "hits.id", "SET NULL"),
        _reference("feedback", "story_id", "stories.id", "SET NULL"),
    )
    op.create_index("ix_feedback_hit_id", "feedback", ["hit_id"])


def _alerts() -> None:
    op.create_table(
        "routes",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("send", sa.Text, nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("stopped_at", MOMENT),
        sa.Column("stopped_reason", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_routes"),
    )
    op.create_table(
        "digests",
        sa.Column("id", KEY, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("local_date", sa.Text, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("window_start", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("entry_count", sa.Integer, nullable=False),
        sa.Column("receipt", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
        sa.UniqueConstraint("route", "local_date", "slot", name="uq_digests_route_local_date_slot"),
        _reference("digests", "route", "routes.name"),
    )
    op.create_table(
        "digest_entries",
        sa.Column("id", KEY, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("hit_id", KEY, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("digest_id", KEY),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digest_entries"),
        sa.UniqueConstraint("route", "key", name="uq_digest_entries_route_key"),
        _reference("digest_entries", "digest_id", "digests.id"),
        _reference("digest_entries", "hit_id", "hits.id"),
        _reference("digest_entries", "story_id", "stories.id"),
    )
    op.create_index("ix_digest_entries_route_digest_id", "digest_entries", ["route", "digest_id"])
    op.create_index("ix_digest_entries_story_id", "digest_entries", ["story_id"])
    op.create_table(
        "deliveries",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("payload", JSON),
        sa.Column("hit_id", KEY),
        sa.Column("story_id", KEY),
        sa.Column("digest_id", KEY),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("next_try_at", MOMENT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_until", MOMENT),
        sa.Column("sent_at", MOMENT),
        sa.Column("message_id", sa.Text),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
        _reference("deliveries", "digest_id", "digests.id"),
        _reference("deliveries", "hit_id", "hits.id"),
        _reference("deliveries", "story_id", "stories.id"),
    )
    op.create_index("ix_deliveries_state_next_try_at", "deliveries", ["state", "next_try_at"])
    op.create_index("ix_deliveries_story_id", "deliveries", ["story_id"])
