"""Search for stories: what a query matches, one line a story, however many outlets tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.conditions import Aliases
from archive.facets import id_table
from archive.found import Found, found_articles
from archive.matching import COUNTED, Match, Matches
from archive.patience import patient
from archive.search import Sort, cursor_after, cursor_of, ranked
from archive.tables import Article
from core.query import Query, positive_terms

MOST_ALSO = 20                               # other articles of a story that are named


@dataclass(frozen=True, slots=True)
class Also:
    """Another matching article of a story."""

    id: int
    title: str
    url: str
    source: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class StoryFound:
    """A story of which `matches` articles match: the first of them in the order of the search, and others."""

    article: Found
    matches: int
    also: tuple[Also, ...]

    def as_json(self) -> dict[str, Any]:
        """The article's record with the story's two keys behind it."""
        return {**asdict(self.article), "matches": self.matches, "also": [asdict(one) for one in self.also]}


@dataclass(frozen=True, slots=True)
class StoryPage:
    """One page of stories. `total` counts stories; where it is not exact, the first 10,000 articles were looked at."""

    total: int
    items: tuple[StoryFound, ...]
    cursor: str | None
    total_is_exact: bool = True


@patient
def search_stories(connection: Connection, query: Query, *, since: datetime | None = None,
                   until: datetime | None = None, sort: Sort = "time", limit: int = 50, cursor: str | None = None,
                   aliases: Aliases | None = None) -> StoryPage:
    """The stories of the articles that `archive.search.search` finds, each where its first article stands there."""
    if sort == "relevance" and not any(positive_terms(query)):
        sort = "time"
    before = None if cursor is None else cursor_after(cursor, sort, connection.dialect.name)
    found = ranked(connection, Matches(connection, query, since, until, aliases), query, sort, COUNTED + 1, None)
    exact, found = len(found) <= COUNTED, found[:COUNTED]
    stories = _by_story(connection, found)
    coming = [matches for matches in stories.values() if before is None or _is_after(matches[0], before)]
    page = coming[:limit]
    articles = found_articles(connection, [matches[0].id for matches in page], query)
    also = _also(connection, [match.id for matches in page for match in matches[1 : MOST_ALSO + 1]])
    items = tuple(StoryFound(article, len(matches), tuple(also[match.id] for match in matches[1 : MOST_ALSO + 1]))
                  for article, matches in zip(articles, page, strict=True))
    more = len(coming) > limit
    return StoryPage(len(stories), items,
                     cursor_of(sort, page[-1][0], connection.dialect.name) if more else None, exact)


def _is_after(match: Match, before: Match) -> bool:
    return (match.key, match.id) < (before.key, before.id)


def _by_story(connection: Connection, found: Sequence[Match]) -> dict[int, list[Match]]:
    """The matches by their story, in the order of the search."""
    wanted = id_table(connection, [match.id for match in found])
    rows = connection.execute(sa.select(Article.id, Article.story_id)
                              .select_from(wanted.join(Article.__table__, Article.id == wanted.c.value)))
    story_of = {row.id: row.story_id for row in rows}
    stories: dict[int, list[Match]] = {}
    for match in found:
        stories.setdefault(story_of[match.id], []).append(match)
    return stories


def _also(connection: Connection, ids: Sequence[int]) -> dict[int, Also]:
    wanted = id_table(connection, ids)
    rows = connection.execute(
        sa.select(Article.id, Article.title, Article.url, Article.source_id, Article.published_at)
        .select_from(wanted.join(Article.__table__, Article.id == wanted.c.value)))
    return {row[0]: Also(*row) for row in rows}
