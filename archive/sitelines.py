"""The lines of each site's newest pages: one that stands on several of them is part of the site, not of an article."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.engine import insert
from archive.tables import SitePage
from core.records import Processed

NEWEST = 40               # pages of a site that are remembered
OTHERS = 2                # pages on which a line has to stand beside the one that is read

Pages = dict[int, frozenset[int]]       # by the id of their address


def site_of(url: str) -> str:
    """The site of an address: its host without `www.`."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def pages_of(connection: Connection, site: str) -> Pages:
    """The lines of the newest pages of a site."""
    rows = connection.execute(sa.select(SitePage.address_id, SitePage.lines).where(SitePage.site == site))
    return {id_: frozenset(array("q", lines)) for id_, lines in rows}


def furniture(pages: Pages, address_id: int) -> frozenset[int]:
    """The lines that stand on at least two pages other than this one."""
    counts = Counter(line for id_, lines in pages.items() if id_ != address_id for line in lines)
    return frozenset(line for line, number in counts.items() if number >= OTHERS)


def remember(pages: Pages, address_id: int, lines: Sequence[int]) -> None:
    """Take a page in, and let the oldest go."""
    pages[address_id] = frozenset(lines)
    for oldest in sorted(pages)[:-NEWEST]:
        del pages[oldest]


def write(connection: Connection, batch: Sequence[Processed]) -> None:
    """Keep the lines of the pages that were read."""
    rows: dict[str, list[dict[str, object]]] = defaultdict(list)
    for page in batch:
        if page.lines and page.article is not None and (site := site_of(page.article.url)):
            rows[site].append({"site": site, "address_id": page.address_id, "lines": array("q", page.lines).tobytes()})
    if not rows:
        return
    statement = insert(connection, SitePage.__table__)
    connection.execute(statement.on_conflict_do_update(index_elements=["site", "address_id"],
                                                       set_={"lines": statement.excluded.lines}),
                       [row for some in rows.values() for row in some])
    for site in rows:
        newest = (sa.select(SitePage.address_id).where(SitePage.site == site).order_by(SitePage.address_id.desc())
                  .offset(NEWEST).limit(1).scalar_subquery())
        connection.execute(sa.delete(SitePage).where(SitePage.site == site, SitePage.address_id <= newest))
