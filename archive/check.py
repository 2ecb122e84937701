"""Check that the database is whole: the file, the references, the full-text index, the ledger, stories and outbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from archive.engine import writing
from archive.migrate import HEAD, current
from archive.tables import (
    Address,
    Article,
    Base,
    Delivery,
    Digest,
    DigestEntry,
    Event,
    Hit,
    SignatureBand,
    Story,
)
from core.errors import DatabaseCorruptError
from core.records import AddressState

# What SQLite's tables of migration 0019 hold, whose triggers keep them in step.
TIMES = {
    "topic_times": """SELECT lower(t.key), a.search_key FROM articles a, json_each(a.topics) t WHERE t.value >= 0.3""",
    "organisation_times": """SELECT n.organisation_id, a.search_key FROM articles a JOIN (
        SELECT organisation_id, article_id FROM mentions
        UNION SELECT p.organisation_id, e.article_id FROM event_parties p JOIN events e ON e.id = p.event_id) n
        ON n.article_id = a.id""",
    "event_times": """SELECT a.search_key, e.id, e.type, e.family, e.status, e.topics FROM events e JOIN articles a
        ON a.id = e.article_id""",
}
_SHOWN = 5                                    # examples that a message names


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be. `kind` is stable, for scripts; `count` is how often it was found."""

    kind: str
    message: str
    count: int = 1


def check(engine: Engine) -> list[Problem]:
    """All problems of the database; empty when it is whole. Reads everything, so it takes a while on a large one.

    Raises DatabaseCorruptError for a SQLite file that is no database.
    """
    revision = current(engine)
    if revision != HEAD:
        found = f"is at revision {revision}" if revision else "is empty"
        return [Problem("revision", f"the database {found}, this Pactwatch needs {HEAD}; run `pactwatch db upgrade`")]
    problems: list[Problem] = []
    with engine.connect() as connection:
        problems += _file(connection) if engine.dialect.name == "sqlite" else _server(connection)
        if any(problem.kind == "integrity" for problem in problems):
            return problems                   # what can be read of a damaged file says nothing
        problems += _search_index(connection) + _times(connection)
        for kind, message, select in _CONTENT:
            problems += _found(kind, message, connection.execute(select).scalars().all())
    return problems


def _found(kind: str, message: str, examples: Any) -> list[Problem]:
    if not examples:
        return []
    named = ", ".join(str(example) for example in examples[:_SHOWN])
    more = f" and {len(examples) - _SHOWN} more" if len(examples) > _SHOWN else ""
    return [Problem(kind, f"{message}: {named}{more}", len(examples))]


def _file(connection: Connection) -> list[Problem]:
    damaged = "the file is damaged; restore the last backup"
    try:
        answers = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check(100)") if row[0] != "ok"]
        broken = [f"{table} row {row}" for table, row, *_ in connection.exec_driver_sql("PRAGMA foreign_key_check")]
    except DatabaseCorruptError as failure:
        return _found("integrity", damaged, [failure.__cause__])
    return [*_found("integrity", damaged, answers),
            *_found("reference", "rows refer to others that do not exist", broken)]


def _server(connection: Connection) -> list[Problem]:
    """PostgreSQL keeps references and indexes right by itself, unless a restore or a build of one was cut short."""
    here = "connamespace = current_schema()::regnamespace"
    unchecked = connection.exec_driver_sql(
        f"SELECT conname FROM pg_constraint WHERE {here} AND NOT convalidated ORDER BY 1").scalars().all()  # noqa: S608
    broken = connection.exec_driver_sql(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE c.relnamespace = current_schema()::regnamespace AND NOT i.indisvalid ORDER BY 1").scalars().all()
    search = "ix_articles_search_vector"
    missing = [] if connection.scalar(sa.select(sa.func.to_regclass(search))) else [search]
    lost = [name for name in (*broken, *missing) if name == search]
    return [*_found("reference", "references were never checked; run ALTER TABLE … VALIDATE CONSTRAINT", unchecked),
            *_found("index", "indexes are not valid; run REINDEX INDEX", [name for name in broken if name != search]),
            *_found("search_index", "the full-text index is unusable; `pactwatch db check --repair` rebuilds it", lost)]


def _search_index(connection: Connection) -> list[Problem]:
    """Whether full-text search sees what the articles say. PostgreSQL makes its index from the row itself."""
    if connection.dialect.name != "sqlite":
        return []
    try:
        # With rank 1 the index is compared with the articles too, not only with itself.
        connection.exec_driver_sql("INSERT INTO article_search (article_search, rank) VALUES ('integrity-check', 1)")
    except DatabaseCorruptError as failure:
        return [Problem("search_index", f"the full-text index is not in step with the articles ({failure.__cause__}); "
                                        "`pactwatch db check --repair` rebuilds it")]
    finally:
        connection.rollback()
    return []


def _times(connection: Connection) -> list[Problem]:
    """Whether the tables by which SQLite counts fast say what the articles say."""
    if connection.dialect.name != "sqlite":
        return []
    wrong = [table for table, content in TIMES.items() if connection.scalar(sa.text(
        f"SELECT EXISTS (SELECT * FROM ({content} EXCEPT SELECT * FROM {table})) "  # noqa: S608
        f"OR EXISTS (SELECT * FROM {table} EXCEPT {content})"))]
    return _found("search_times", "tables of what articles are found by are not in step with the articles; "
                                  "`pactwatch db check --repair` makes them anew", wrong)


def rebuild_search(engine: Engine) -> None:
    """Make the full-text index anew from the articles, and the tables beside it."""
    with writing(engine) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("INSERT INTO article_search (article_search) VALUES ('rebuild')")
            for table, content in TIMES.items():
                connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
                connection.exec_driver_sql(f"INSERT OR IGNORE INTO {table} {content}")
        else:
            connection.exec_driver_sql("DROP INDEX IF EXISTS ix_articles_search_vector")
            connection.exec_driver_sql("CREATE INDEX ix_articles_search_vector ON articles USING gin (search_vector)")


def _without(child: Any, parent: Any) -> Any:
    """Ids (or keys) of rows whose reference finds no row."""
    return sa.and_(child.is_not(None), child.not_in(sa.select(parent)))


def _counted(of: Any, *where: Any) -> Any:
    return sa.select(sa.func.count(of)).where(Article.story_id == Story.id, *where).scalar_subquery()


_outlet = sa.distinct(Article.source_id)
_original, _into = sa.orm.aliased(Article), sa.orm.aliased(Story)
_held = sa.select(Article.address_id)
_state = Address.state
_CONTENT: list[tuple[str, str, sa.Select[Any] | sa.CompoundSelect[Any]]] = [
    ("state", "addresses are in a state that does not exist",
     sa.select(Address.url).where(_state.not_in([str(state) for state in AddressState]))),
    ("stored_without_article", "addresses are stored but have no article",
     sa.select(Address.url).where(_state == str(AddressState.STORED), Address.id.not_in(_held))),
    ("article_not_stored", "articles whose address is neither stored nor waiting to be fetched again",
     sa.select(Article.id).join(Address, Address.id == Article.address_id).where(
         _state.not_in([str(AddressState.STORED), str(AddressState.DISCOVERED), str(AddressState.FAILED)]))),
    ("known_without_article", "addresses are known but their article does not exist",
     sa.select(Address.url).where(_state == str(AddressState.KNOWN),
                                  sa.func.coalesce(Address.article_id, 0).not_in(sa.select(Article.id)))),
    ("failed_without_try", "addresses have failed but will never be tried again",
     sa.select(Address.url).where(_state == str(AddressState.FAILED), Address.next_try_at.is_(None))),
    ("without_reason", "addresses were skipped or have failed without a reason",
     sa.select(Address.url).where(_state.in_([str(AddressState.SKIPPED), str(AddressState.FAILED)]),
                                  Address.outcome.is_(None))),
    ("article_without_story", "articles have no story",
     sa.select(Article.id).where(_without(Article.story_id, Story.id))),
    ("story_count", "stories count other articles or outlets than they have",
     sa.select(Story.id).where(sa.or_(Story.article_count != _counted(Article.id),
                                      Story.source_count != _counted(_outlet),
                                      Story.independent_count != _counted(_outlet, Article.copy_of.is_(None))))),
    ("story_merged", "stories were merged but still have articles, or what they were merged into has none",
     sa.select(Story.id).where(Story.merged_into.is_not(None), sa.or_(
         Story.article_count > 0, Story.merged_into.not_in(sa.select(Story.id)), Story.merged_into == Story.id,
         sa.exists().where(_into.id == Story.merged_into, _into.article_count == 0, _into.merged_into.is_(None))))),
    ("copy_elsewhere", "articles are copies of one in another story, of a copy, or of one published later",
     sa.select(Article.id).join(_original, _original.id == Article.copy_of).where(sa.or_(
         _original.story_id != Article.story_id, _original.copy_of.is_not(None),
         _original.published_at > Article.published_at))),
    ("hit_without_article", "hits have no article", sa.select(Hit.id).where(_without(Hit.article_id, Article.id))),
    ("hit_elsewhere", "hits are in another story than their article",
     sa.select(Hit.id).join(Article, Article.id == Hit.article_id).where(Hit.story_id != Article.story_id)),
    ("message_elsewhere", "digest entries or alerts are in another story than their hit",
     sa.union_all(*(sa.select(table.key).join(Hit, Hit.id == table.hit_id).where(Hit.story_id != table.story_id)
                    for table in (DigestEntry, Delivery)))),
    ("event_without_article", "events have no article",
     sa.select(Event.id).where(_without(Event.article_id, Article.id))),
    ("repeated_delivery", "deliveries have the same key",
     sa.select(Delivery.key).group_by(Delivery.key).having(sa.func.count() > 1)),
    ("sent_without_time", "deliveries are sent but say not when",
     sa.select(Delivery.id).where(Delivery.state == "sent", Delivery.sent_at.is_(None))),
    ("entry_without_hit", "digest entries point to hits that do not exist",
     sa.select(DigestEntry.id).where(_without(DigestEntry.hit_id, Hit.id))),
    ("entry_without_digest", "digest entries point to digests that do not exist",
     sa.select(DigestEntry.id).where(_without(DigestEntry.digest_id, Digest.id))),
    ("orphan_band", "signatures belong to articles that do not exist",
     sa.select(SignatureBand.article_id).distinct().where(_without(SignatureBand.article_id, Article.id))),
]


def counts(engine: Engine) -> dict[str, int]:
    """The number of rows of each table, to say what was checked."""
    with engine.connect() as connection:
        return {name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for name, table in sorted(Base.metadata.tables.items())}
