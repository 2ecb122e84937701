"""From a query to a condition on articles, on either database. Filters become sets of ids, so that NOT and OR hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement

from archive.fulltext import in_dropped_lines, is_text, postgresql_match, sqlite_match
from archive.tables import Article, Event, EventParty, Hit, Mention, Organisation, Person, Source
from core.periods import bounds
from core.query import TOPIC_LEAST, And, Everything, Filter, Not, Or, Query, Range, Term, about_one_event, pair_of
from core.records import BY_STATUS, COOPERATION
from core.text import fold, search_form

Condition = ColumnElement[bool]
Aliases = Callable[[str], Sequence[str]]     # what people write -> canonical names; empty where unknown
IdSelect = sa.Select[Any] | sa.CompoundSelect[Any]
_folded = lru_cache(1 << 17)(fold)           # every name of the archive is looked at for each `org:`


class Conditions:
    """Writes conditions for one search: one connection, one moment, one way to resolve names."""

    def __init__(self, connection: Connection, aliases: Aliases | None, now: datetime) -> None:
        self._connection = connection
        self._aliases = aliases
        self.now = now
        self._sqlite = connection.dialect.name == "sqlite"

    def of(self, query: Query) -> Condition:
        """The condition on `articles` under which the query matches."""
        match query:
            case Everything():
                return sa.true()
            case Term(field="dropped"):
                return in_dropped_lines(query, sqlite=self._sqlite)
            case Term():
                return sqlite_match(query) if self._sqlite else postgresql_match(query)
            case Filter():
                return self._filter(query)
            case Range():
                return self._range(query)
            case And():
                scoped, others = about_one_event(query)
                events = [self._one_event(scoped)] if scoped else []
                return sa.and_(*events, *self._parts(And, others))
            case Or():
                return sa.or_(*self._parts(Or, query.children))
            case Not():
                return sa.not_(self.of(query.child))

    def _parts(self, kind: type[And | Or], children: Sequence[Query]) -> list[Condition]:
        """A condition for each child, but one for all that FTS5 can answer together."""
        texts = tuple(child for child in children if is_text(child)) if self._sqlite else ()
        if len(texts) < 2:
            return [self.of(child) for child in children]
        return [sqlite_match(kind(texts)), *(self.of(child) for child in children if child not in texts)]

    # ---- filters

    def sets(self, queries: Sequence[Query]) -> Iterator[tuple[IdSelect, list[Query]]]:
        """Of conditions that must all hold: for each that can name its articles, their ids and the other conditions."""
        scoped, others = about_one_event(And(tuple(queries)))
        if scoped:
            yield self.of_one_event(scoped), list(others)
        for query in others:
            if (ids := self.ids(query)) is not None:
                yield ids, [other for other in queries if other is not query]

    def ids(self, query: Query) -> IdSelect | None:
        """The ids of the articles of a filter, or an OR of filters, for which there is an index; None for others."""
        if isinstance(query, Or):
            parts = [self.ids(child) for child in query.children]
            known = [part for part in parts if part is not None]
            return sa.union_all(*(sa.select(part.subquery().c[0]) for part in known)) \
                if len(known) == len(parts) else None
        if isinstance(query, Range):
            return {"score": self._scored, "seen": self._seen}[query.field](query) if query.field != "published" \
                else None
        if not isinstance(query, Filter) or query.value == "*":
            return None
        match query.field:
            case "story":
                return sa.select(Article.id).where(Article.story_id == int(query.value))
            case "source" | "country":
                return sa.select(Article.id).where(Article.source_id.in_(self._sources(query)))
            case "lang" | "topic":
                return None
        return self._known_ids(query)

    def _known_ids(self, query: Filter) -> IdSelect:
        """The ids of the articles of a filter on what articles mean."""
        match query.field:
            case "rule":
                return sa.select(Hit.article_id).where(is_value(Hit.rule, query.value))
            case "person":
                return sa.select(Person.article_id).where(self._is_person(query.value))
            case "org":
                named_in = self.organisations(query.value)
                mentioned = sa.select(Mention.article_id).where(Mention.organisation_id.in_(named_in))
                taking_part = (sa.select(Event.article_id).join(EventParty, EventParty.event_id == Event.id)
                               .where(EventParty.organisation_id.in_(named_in)))
                return sa.union_all(mentioned, taking_part)
        return self.of_one_event((query,))

    def _filter(self, query: Filter) -> Condition:
        match query.field:
            case "story":
                return Article.story_id == int(query.value)
            case "lang":
                return is_value(sa.func.coalesce(Article.language, ""), query.value)
            case "source" | "country":
                return Article.source_id.in_(self._sources(query))
            case "topic":
                return self._has_topic(query.value)
            case "org" if self._sqlite and query.value.endswith("*"):
                return self._names_any(query.value)
        return self._among(self._known_ids(query))

    def _names_any(self, value: str) -> Condition:
        """The same as to be among the ids for `org:x*`, asked of one article after the other.

        So many articles name any of so many that the list of them all takes seconds, and the newest are found at once.
        """
        mentions = sa.exists().where(Mention.article_id == Article.id)
        taking_part = sa.exists().where(Event.article_id == Article.id, EventParty.event_id == Event.id)
        if value == "*":
            return sa.or_(mentions, taking_part)
        named = self.organisations(value)
        return sa.or_(mentions.where(Mention.organisation_id.in_(named)),
                      taking_part.where(EventParty.organisation_id.in_(named)))

    def _among(self, ids: IdSelect) -> Condition:
        """The articles of these ids. SQLite is told by the + to look them up, and not to begin with them."""
        column: Any = sa.literal_column("+articles.id", sa.BigInteger) if self._sqlite else Article.id
        return column.in_(ids)  # type: ignore[no-any-return]

    def _sources(self, query: Filter) -> sa.Select[Any]:
        if query.field == "country":
            return sa.select(Source.id).where(is_value(sa.func.coalesce(Source.country, ""), query.value))
        return sa.select(Source.id).where(sa.or_(is_value(Source.id, query.value), is_value(Source.name, query.value)))

    def _is_person(self, value: str) -> Condition:
        """The name of a person holds these words, side by side; `x*` is the start of a word of it."""
        if value == "*":
            return sa.true()
        sought = search_form(value)
        name = sa.literal(" ").concat(Person.search_name).concat(" ")
        place = sa.func.instr if self._sqlite else sa.func.strpos
        return place(name, f" {sought}" if value.endswith("*") else f" {sought} ") > 0

    def _one_event(self, children: Sequence[Query]) -> Condition:
        return self._among(self.of_one_event(children))

    def of_one_event(self, children: Sequence[Query]) -> IdSelect:
        """The ids of the articles that report an event of which all of this holds."""
        return sa.select(Event.article_id).where(*(self.of_event(child, Event) for child in children))

    def of_event(self, query: Query, events: Any) -> Condition:
        """The condition on events of a filter that is about one event, or of an OR of such filters.

        `events` has their columns: the table, or `event_times`, whose number of an event is `event_id`.
        """
        if isinstance(query, Or):
            return sa.or_(*(self.of_event(child, events) for child in query.children))
        assert isinstance(query, Filter)
        id_ = events.id if events is Event else events.event_id
        match query.field:
            case "event":
                # SQLite reads the narrow index of kinds as a whole; with the + it joins no two indexes by their rows.
                plain = self._sqlite and events is Event
                kinds = [sa.literal_column(f"+events.{name}", sa.Text) if plain else getattr(events, name)
                         for name in ("type", "family")]
                return sa.or_(*(is_id(kind, query.value) for kind in kinds), *_by_status(query.value, events))
            case "status":
                return is_id(events.status, query.value)
            case "topic":
                return self._event_has_topic(query.value, events.topics)
        if query.field == "pair":
            return id_.in_(self._with_pair(*pair_of(query)))
        return id_.in_(sa.select(EventParty.event_id)
                       .where(EventParty.organisation_id.in_(self.organisations(query.value))))

    def _with_pair(self, first: str, second: str) -> sa.Select[Any]:
        """The events of which two different parties have these names."""
        one, other = sa.orm.aliased(EventParty), sa.orm.aliased(EventParty)
        return sa.select(one.event_id).join(other, sa.and_(
            other.event_id == one.event_id, other.organisation_id != one.organisation_id)).where(
            one.organisation_id.in_(self.organisations(first)), other.organisation_id.in_(self.organisations(second)))

    def _has_topic(self, value: str) -> Condition:
        """Whether the article's topics, a JSON object of name and salience, hold this one."""
        if self._sqlite and not value.endswith("*") and '"' not in value:
            # Twenty times as fast as to unfold the object.
            found = sa.func.json_extract(Article.topics, f'$."{value.lower()}"')
            return sa.func.coalesce(found, 0.0) >= TOPIC_LEAST
        unnest = sa.func.json_each if self._sqlite else sa.func.jsonb_each
        topics = unnest(Article.topics).table_valued("key", "value", name="topics")
        topics = topics if self._sqlite else topics.render_derived()
        salience = topics.c.value if self._sqlite else sa.cast(topics.c.value, sa.Double)
        return sa.exists().select_from(topics).where(is_value(topics.c.key, value), salience >= TOPIC_LEAST)

    def _event_has_topic(self, value: str, column: Any) -> Condition:
        """Whether the event's topics, a JSON list, hold this one."""
        if self._sqlite and value.isascii() and value.replace("_", "").replace("-", "").isalnum():
            return sa.func.instr(sa.cast(column, sa.Text), f'"{value.lower()}"') > 0
        unnest = sa.func.json_each if self._sqlite else sa.func.jsonb_array_elements_text
        topics = unnest(column).table_valued("value", name="topics")
        topics = topics if self._sqlite else topics.render_derived()
        return sa.exists().select_from(topics).where(is_value(topics.c.value, value))

    def organisations(self, value: str) -> sa.Select[int]:
        """The ids of the organisations that a name means: by alias, by their own name, or by its first words."""
        wanted = sa.select(Organisation.id)
        if value == "*":
            return wanted
        name = value.removesuffix("+")
        names = {*(self._aliases(name) if self._aliases else ()), *self._named_like(name)}
        if name != value:
            names |= self._below(names)
        return wanted.where(Organisation.name.in_(names))

    def _named_like(self, value: str) -> list[str]:
        # Compared here and not by lower(), which SQLite knows for ASCII only.
        sought = fold(value.removesuffix("*"))
        start = sought if value.endswith("*") else sought + " "
        return [name for name, folded, _ in self._names if folded == sought or folded.startswith(start)]

    def _below(self, names: Collection[str]) -> set[str]:
        """The organisations that belong to one of these, also by others in between."""
        found = set(names)
        while more := {name for name, _, parent in self._names if parent in found} - found:
            found |= more
        return found

    @cached_property
    def _names(self) -> list[tuple[str, str, str | None]]:
        rows = self._connection.execute(sa.select(Organisation.name, Organisation.parent))
        return [(name, _folded(name), parent) for name, parent in rows]

    # ---- ranges

    def _range(self, query: Range) -> Condition:
        if query.field == "score":
            return self._among(self._scored(query))
        return self._dated(query)

    def _dated(self, query: Range) -> Condition:
        column = Article.published_at if query.field == "published" else Article.seen_at
        low, high = bounds(query, self.now)
        return sa.and_(sa.true(), *([column >= low] if low else []), *([column < high] if high else []))

    def _seen(self, query: Range) -> IdSelect:
        return sa.select(Article.id).where(self._dated(query))

    def _scored(self, query: Range) -> IdSelect:
        """The articles by the score of their best hit, else of their best event."""
        return sa.union_all(*(self._best(scored, query, *where) for scored, where in (
            (Hit, ()), (Event, (~sa.exists().where(Hit.article_id == Event.article_id),)))))

    @staticmethod
    def _best(scored: Any, query: Range, *where: Condition) -> sa.Select[Any]:
        select = sa.select(scored.article_id).where(*where)
        if query.high is None:                   # the best is high enough where any is
            return select.where(*_between(scored.score, query)).distinct()
        return select.group_by(scored.article_id).having(*_between(sa.func.max(scored.score), query))


def is_value(column: Any, value: str) -> Condition:
    """The column has the value in any case; `*` is any value, `x*` any that starts so."""
    if value == "*":
        return sa.and_(column.is_not(None), column != "")
    if value.endswith("*"):
        return sa.func.lower(column).startswith(value[:-1].lower(), autoescape=True)
    return sa.func.lower(column) == value.lower()


def is_id(column: Any, value: str) -> Condition:
    """The same for a column of ids of ours, which are in lower case, so that an index can be asked."""
    return is_value(column, value) if value.endswith("*") else column == value.lower()


def _by_status(value: str, events: Any) -> Iterator[Condition]:
    """The conditions of `denial` and `end`, which are kinds that a cooperation has by its status."""
    for kind, status in BY_STATUS.items():
        if value.lower() == kind or (value.endswith("*") and kind.startswith(value[:-1].lower())):
            yield sa.and_(events.family == COOPERATION, events.status == status.value)


def _between(column: Any, query: Range) -> list[Condition]:
    found: list[Condition] = []
    if query.low is not None:
        low = float(query.low)
        found.append(column >= low if query.include_low else column > low)
    if query.high is not None:
        high = float(query.high)
        found.append(column <= high if query.include_high else column < high)
    return found or [column.is_not(None)]
