"""What somebody asks of the archive, by an address: query, times, order, page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, cast
from urllib.parse import urlencode

from fastapi import Depends, Path, Query

from archive.engine import Connection
from archive.search import SearchPage, Sort, search
from core.clock import now
from core.errors import QueryError, UserError
from core.periods import is_span, period
from core.query import parse
from web.site import Site

LARGEST_ID = 2**63 - 1
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
PAGE = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as its address says it."""

    q: str = "*"
    since: str = ""
    until: str = ""
    sort: str = "time"
    cursor: str = ""
    limit: int = PAGE

    def address(self, path: str = "/search", **other: str) -> str:
        """The address of this search, or of one that differs in some words. The cursor is never kept by itself."""
        words = {"q": self.q, "since": self.since, "until": self.until,
                 "sort": "" if self.sort == "time" else self.sort, **other}
        return f"{path}?{urlencode({name: value for name, value in words.items() if value})}"

    def times(self) -> tuple[datetime | None, datetime | None]:
        """From when, and until before when. UserError where that is no time."""
        return _moment("since", self.since, 0), _moment("until", self.until, 1)


def asked(
    q: Annotated[str, Query(description="A query; `*` for every article.", max_length=8000)] = "*",
    since: Annotated[str, Query(description="Published from: `2020`, `2020-01-09`, `7d`.", max_length=40)] = "",
    until: Annotated[str, Query(description="Published until the end of this.", max_length=40)] = "",
    sort: Annotated[Literal["time", "relevance", "score"], Query(description="Order of the articles.")] = "time",
    cursor: Annotated[str, Query(description="The `cursor` of the page before.", max_length=500)] = "",
    limit: Annotated[int, Query(description="Articles on a page.", ge=1, le=200)] = PAGE,
) -> Asked:
    """The search that an address asks for."""
    return Asked(q.strip() or "*", since.strip(), until.strip(), sort, cursor, limit)


AskedFor = Annotated[Asked, Depends(asked)]


def look(site: Site, connection: Connection, wanted: Asked) -> SearchPage:
    """The page of the archive that is asked for."""
    since, until = wanted.times()
    return search(connection, parse(wanted.q), since=since, until=until, sort=cast("Sort", wanted.sort),
                  limit=wanted.limit, cursor=wanted.cursor or None, aliases=site.aliases)


def _moment(name: str, text: str, end: int) -> datetime | None:
    if not text:
        return None
    try:
        return period(text, now())[0 if is_span(text) else end]
    except QueryError as failure:
        raise UserError(f"{name}: {failure.problem}") from failure
