"""Tell what a batch of read pages is to the archive: new articles, corrections, or what it has already."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive import rows, stories
from archive.catalogue import chunks
from archive.rows import Known
from archive.tables import Address, Article
from core.records import Outcome, Processed
from core.text import search_form

_LITTLE = 0.6  # of a text: what is left of it where a paywall came down, or a page broke
_NUMBERS = re.compile(r"\d+")


@dataclass
class Sorted:
    """A batch by what becomes of it."""

    fresh: list[Processed] = field(default_factory=list)
    changed: list[tuple[Known, Processed]] = field(default_factory=list)
    same: list[tuple[Known, Processed]] = field(default_factory=list)  # nothing new, or another address of an article
    instead: list[Processed] = field(default_factory=list)  # came in place of the article that was announced
    repeated: list[Processed] = field(default_factory=list)  # a twin is in `fresh`: to be sorted when that has a row


def sort(connection: Connection, batch: Sequence[Processed], now: datetime) -> Sorted:
    """Sort pages that gave an article. One source never has an article twice; other outlets' copies are their own."""
    done = Sorted()
    if not batch:
        return done
    by_address, by_canonical, by_text = _known(connection, batch)
    hints = _hints(connection, [p for p in batch if _text_key(p) in by_text])
    taken: set[tuple[str, str]] = set()
    for page in batch:
        here = by_address.get(page.address_id)
        elsewhere, twin = by_canonical.get(_canonical_key(page)), by_text.get(_text_key(page))
        if twin is not None and now - twin.fetched_at > stories.COPY_WINDOW:
            twin = None  # the same words after a month are news again
        keys = {_text_key(page)} | ({_canonical_key(page)} if elsewhere is None else set())
        if here is not None:
            same = here.content_hash == rows.content_hash(page) or _is_cut_off(here, page)
            done.same.append((here, page)) if same else done.changed.append((here, page))
        elif elsewhere is not None and _is_same_article(elsewhere, page):
            done.same.append((elsewhere, page))
        elif twin is not None and _is_other_story(hints.get(page.address_id), twin.title):
            done.instead.append(_stand_in(page, twin))
        elif twin is not None:
            done.same.append((twin, page))
        elif keys & taken:
            done.repeated.append(page)
        else:
            done.fresh.append(page)
            taken |= keys
    return done


def _canonical_key(page: Processed) -> tuple[str, str]:
    assert page.article is not None
    return page.source_id, page.article.canonical_url


def _text_key(page: Processed) -> tuple[str, str]:
    return page.source_id, rows.content_hash(page)


def _known(
    connection: Connection, batch: Sequence[Processed]
) -> tuple[dict[int, Known], dict[tuple[str, str], Known], dict[tuple[str, str], Known]]:
    columns: Any = (
        Article.id,
        Article.address_id,
        Article.source_id,
        Article.url,
        Article.canonical_url,
        Article.content_hash,
        Article.minhash,
        Article.title,
        Article.text,
        Article.version,
        Article.story_id,
        Article.fetched_at,
    )
    held = connection.execute(
        sa.select(*columns)
        .where(
            sa.or_(
                Article.address_id.in_([p.address_id for p in batch]),
                Article.canonical_url.in_([_canonical_key(p)[1] for p in batch]),
                Article.content_hash.in_([rows.content_hash(p) for p in batch]),
            )
        )
        .order_by(Article.id.desc())  # of several, the first that was stored counts
    )
    found = [Known(*row) for row in held]
    return (
        {k.address_id: k for k in found},
        {(k.source_id, k.canonical_url): k for k in found},
        {(k.source_id, k.content_hash): k for k in found},
    )


def _hints(connection: Connection, batch: Sequence[Processed]) -> dict[int, str]:
    """The titles under which the addresses of these pages were announced."""
    table: Any = Address.__table__
    return {
        row.id: row.title_hint
        for part in chunks([p.address_id for p in batch])
        for row in connection.execute(sa.select(table.c.id, table.c.title_hint).where(table.c.id.in_(part)))
        if row.title_hint
    }


def _is_same_article(known: Known, page: Processed) -> bool:
    """Whether a shared canonical address can be believed: some outlets give all their pages the same one."""
    minhash = page.signature.minhash if page.signature else b""
    assert page.article is not None
    return (
        known.content_hash == rows.content_hash(page)
        or known.title == page.article.title
        or stories.similarity(known.minhash or b"", minhash) >= stories.SAME_TEXT
    )


def _is_other_story(hint: str | None, title: str) -> bool:
    """Whether an address was announced under words of which the article that came has hardly any."""
    wanted, there = set(search_form(hint or "").split()), set(search_form(title).split())
    if not wanted or not there:
        return False
    # "Lot 7" for "Lot 8" is another story too, though half of the words are the same.
    numbers = {word for word in wanted ^ there if _NUMBERS.fullmatch(word)}
    return len(wanted & there) < 0.5 * min(len(wanted), len(there)) or len(numbers) > 1


def _stand_in(page: Processed, twin: Known) -> Processed:
    reason = f"the same page as {twin.url} came, which is another article"
    return replace(page, article=None, outcome=Outcome.SOFT_404, reason=reason)


def _is_cut_off(known: Known, page: Processed) -> bool:
    """Whether a page has only the beginning of what is stored: a paywall came down, that is no correction."""
    assert page.article is not None
    cut = page.article.text
    if not page.article.paywalled or len(cut) > _LITTLE * len(known.text):
        return False
    first = cut.split("\n", 1)[0].rstrip(".… ")
    return known.text.startswith(first[: max(40, len(first) // 2)])
