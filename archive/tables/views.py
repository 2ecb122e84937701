"""The views for people who ask in SQL. Names, columns and meanings are a promise: add to them, change none.

A migration makes them, in words of its own; a test compares the two. Times are in UTC; lists are texts, parted by `; `.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from archive.tables.base import Base

SQL = str | dict[str, str]               # the same on both databases, or one for each


@dataclass(frozen=True, slots=True)
class View:
    """A view: what its rows are, its columns as (name, expression, meaning), and where they come from."""

    name: str
    about: str
    columns: tuple[tuple[str, SQL, str], ...]
    body: str

    def sql(self, dialect: str) -> str:
        """The statement that makes it."""
        named = ((name, sql if isinstance(sql, str) else sql[dialect]) for name, sql, _ in self.columns)
        columns = ",\n       ".join(f"{sql} AS {name}" for name, sql in named)
        return f"CREATE VIEW {self.name} AS\nSELECT {columns}\n{self.body}"


def _joined(sqlite: str, postgresql: str) -> SQL:
    """A list as one text; both queries give one column `item`, in order."""
    return {"sqlite": f"(SELECT group_concat(item, '; ') FROM ({sqlite}))",
            "postgresql": f"(SELECT string_agg(item, '; ') FROM ({postgresql}) AS items)"}


def _json_list(column: str) -> SQL:
    return _joined(f"SELECT value AS item FROM json_each({column}) ORDER BY key",
                   f"SELECT item FROM jsonb_array_elements_text({column}) WITH ORDINALITY AS t(item, at) ORDER BY at")


_NAMES = ("SELECT o.name AS item FROM event_parties p JOIN organisations o ON o.id = p.organisation_id"
          "\n        WHERE p.event_id = e.id ORDER BY p.position, p.id")
_PARTIES = _joined(_NAMES, _NAMES)
_RULES = _joined("SELECT rule AS item FROM hits h WHERE h.story_id = st.id GROUP BY rule ORDER BY rule",
                 'SELECT rule AS item FROM hits h WHERE h.story_id = st.id GROUP BY rule ORDER BY rule COLLATE "C"')
_SALIENT = _joined("SELECT key AS item FROM json_each(a.topics) ORDER BY value DESC, key",
                   "SELECT key AS item FROM jsonb_each(a.topics) ORDER BY value DESC, key")
_TOLD = ("FROM event_parties p JOIN events e ON e.id = p.event_id JOIN articles a ON a.id = e.article_id"
         "\n        WHERE p.organisation_id = o.id AND e.family = 'alliance'"
         " AND e.status IN ('announced', 'planned', 'rumoured')")

_ARTICLE = (
    ("article_id", "a.id", "the article, as `show` takes it"),
    ("story_id", "a.story_id", "its story"),
    ("published_at", "a.published_at", "when it was published"),
    ("seen_at", "a.seen_at", "when it came into the archive"),
    ("title", "a.title", "its title"),
    ("url", "a.url", "its address"),
    ("source", "a.source_id", "the source that brought it"),
    ("outlet", "s.name", "the name of the source"),
    ("country", "s.country", "the country of the source"),
    ("language", "a.language", "the language of the text"),
)
_EVENT = (
    ("parties", _PARTIES, "the organisations that take part, in the order of the text"),
    ("type", "e.type", "the kind of relation"),
    ("status", "e.status", "announced, planned, rumoured, denied, ended or background"),
    ("topics", _json_list("e.topics"), "what it is about"),
)
_OF_ARTICLE = "JOIN articles a ON a.id = {}.article_id JOIN sources s ON s.id = a.source_id"

VIEWS = (
    View("v_articles", "Every article in its present version.", (
        *_ARTICLE,
        ("updated_at", "a.updated_at", "when the outlet says that it changed it"),
        ("authors", _json_list("a.authors"), "who wrote it"),
        ("section", "a.section", "the section of the outlet"),
        ("paywalled", "a.paywalled", "whether only a teaser is free to read"),
        ("version", "a.version", "1, and one more with each correction"),
        ("copy_of", "a.copy_of", "the article whose text it copies"),
        ("topics", _SALIENT, "what it is about, the most salient first"),
        ("score", "(SELECT max(score) FROM hits h WHERE h.article_id = a.id)", "of its best hit"),
        ("text", "a.text", "the text"),
    ), "FROM articles a JOIN sources s ON s.id = a.source_id"),
    View("v_alliances", "Every alliance that an article tells of, flagged by a rule or not.", (
        ("event_id", "e.id", "the event"), *_ARTICLE, *_EVENT,
        ("score", "e.score", "how sure it is, 0 to 1"),
        ("sentence", "e.sentence", "the sentence that says so"),
    ), f"FROM events e {_OF_ARTICLE.format('e')}\nWHERE e.family = 'alliance'"),
    View("v_partners", "The same by organisation: a row for each two parties, in both orders.", (
        ("organisation", "o1.name", "one party"),
        ("partner", "o2.name", "the other"),
        ("event_id", "e.id", "the event"), *_ARTICLE[:7], *_EVENT[1:],
        ("score", "e.score", "how sure it is, 0 to 1"),
        ("sentence", "e.sentence", "the sentence that says so"),
    ), "FROM events e JOIN articles a ON a.id = e.article_id\n"
       "JOIN event_parties p1 ON p1.event_id = e.id JOIN organisations o1 ON o1.id = p1.organisation_id\n"
       "JOIN event_parties p2 ON p2.event_id = e.id AND p2.organisation_id <> p1.organisation_id\n"
       "JOIN organisations o2 ON o2.id = p2.organisation_id\nWHERE e.family = 'alliance'"),
    View("v_hits", "What rules flagged. Where no event decided, its columns are empty.", (
        ("hit_id", "h.id", "the hit"),
        ("rule", "h.rule", "the rule that flagged it"),
        ("score", "h.score", "how sure it is, 0 to 1"),
        ("flagged_at", "h.created_at", "when"), *_ARTICLE, *_EVENT,
        ("sentence", "e.sentence", "the sentence that says so"),
    ), f"FROM hits h {_OF_ARTICLE.format('h')} LEFT JOIN events e ON e.id = h.event_id"),
    View("v_organisations", "Every organisation that an article names.", (
        ("organisation_id", "o.id", "the organisation"),
        ("name", "o.name", "its canonical name"),
        ("type", "o.type", "company, university, government …"),
        ("country", "o.country", "its country"),
        ("parent", "o.parent", "the group that it belongs to"),
        ("known", "o.known", "whether the knowledge has it; else the context gave it away"),
        ("articles", "(SELECT count(DISTINCT m.article_id) FROM mentions m WHERE m.organisation_id = o.id)",
         "articles that name it"),
        ("alliances", f"(SELECT count(DISTINCT a.story_id) {_TOLD})",
         "stories that tell of an alliance with it, announced, planned or rumoured"),
        ("first_alliance_at", f"(SELECT min(a.published_at) {_TOLD})", "when the first of these was published"),
        ("last_alliance_at", f"(SELECT max(a.published_at) {_TOLD})", "when the last one was"),
    ), "FROM organisations o"),
    View("v_stories", "Every story; those that were merged into another are not in it.", (
        ("story_id", "st.id", "the story"),
        ("title", "st.title", "of its first article"),
        ("first_seen_at", "st.first_seen_at", "when its first article came"),
        ("last_seen_at", "st.last_seen_at", "when the last one came"),
        ("articles", "st.article_count", "how many articles it has"),
        ("outlets", "st.source_count", "of how many outlets"),
        ("independent", "st.independent_count", "how many of these have a text of their own"),
        ("score", "(SELECT max(score) FROM hits h WHERE h.story_id = st.id)", "of its best hit"),
        ("rules", _RULES, "the rules that flagged it"),
    ), "FROM stories st\nWHERE st.merged_into IS NULL"),
    View("v_deliveries", "Every message, and what became of it.", (
        ("delivery_id", "d.id", "the message"),
        ("kind", "d.kind", "alert, follow, outlets, digest, picture, reply, health or notice"),
        ("route", "d.route", "the route that sends it"),
        ("channel", "d.channel", "where to"),
        ("state", "d.state", "as in the page of outcomes"),
        ("created_at", "d.created_at", "when it was written"),
        ("sent_at", "d.sent_at", "when the channel took it"),
        ("attempts", "d.attempts", "how often it was tried"),
        ("error", "d.error", "what the channel said last, where that failed"),
        ("hit_id", "d.hit_id", "the hit that it tells; empty for a digest"),
        ("story_id", "d.story_id", "the story that it tells; empty for a digest"),
        ("title", "st.title", "of that story"),
        ("digest_id", "d.digest_id", "the digest that it is"),
    ), "FROM deliveries d LEFT JOIN stories st ON st.id = d.story_id"),
    View("v_sources", "Every source that was ever polled, and how it goes.", (
        ("source", "s.id", "the name of its file"),
        ("outlet", "s.name", "the outlet"),
        ("country", "s.country", "its country"),
        ("language", "s.language", "its language"),
        ("enabled", "s.enabled", "whether it is watched"),
        ("added_at", "s.added_at", "since when it is known"),
        ("last_polled_at", "s.last_polled_at", "when it was last asked"),
        ("last_new_at", "s.last_new_at", "when it last brought an article"),
        ("next_due_at", "s.next_due_at", "when it is asked next"),
        ("failures", "s.failures", "polls in a row that failed"),
        ("failing_since", "s.failing_since", "the first of these"),
        ("outcome", "s.outcome", "of the last poll"),
        ("reason", "s.reason", "of that outcome"),
        ("articles", "(SELECT count(*) FROM articles a WHERE a.source_id = s.id)", "what the archive has of it"),
    ), "FROM sources s"),
)


@sa.event.listens_for(Base.metadata, "after_create")
def _create(_target: sa.MetaData, connection: sa.Connection, **_more: object) -> None:
    """Tables that are made without migrations have the views, too."""
    for view in VIEWS:
        connection.execute(sa.text(f"DROP VIEW IF EXISTS {view.name}"))
        connection.exec_driver_sql(view.sql(connection.dialect.name))
