"""Join the reports of one thing to one story: copies by their text, others by what they tell. See archive.joining."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.joining import (
    BUSY,
    JOINED,
    LATEST,
    LEAD,
    LONGEST,
    WINDOW,
    Report,
    is_development,
    same_news,
    subject_from,
)
from archive.tables import Article, SignatureBand, Story, StoryDecision
from core.records import Processed

COPY_WINDOW = timedelta(days=30)  # an older text with the same words is a reprint, not the same news
_T = TypeVar("_T")
_CHUNK = 5000  # bound parameters of one statement; SQLite allows 32,766
_BEST = 0.75   # what the likest report of a story counts beside the mean of all
_LAST = 6      # reports of a story that a new one is compared with, beside the one nearest in what it tells

# Two texts are copies from this estimated share of common word triples on. Copies with a paragraph dropped and 3 %
# of the words changed measure .79 in the median (.70 at the 5th percentile), unrelated texts .00 (.02 at the 95th).
SAME_TEXT = 0.5


def similarity(a: bytes, b: bytes) -> float:
    """Estimated Jaccard similarity of two MinHash signatures of 128 little-endian uint32 values, 0 to 1."""
    if not a or len(a) != len(b):
        return 0.0
    x, y = memoryview(a).cast("I"), memoryview(b).cast("I")
    return sum(1 for i, value in enumerate(x) if value == y[i]) / len(x)


def alone(connection: Connection) -> None:
    """Let no other process join or regroup stories until this transaction ends, so that no story begins twice.

    SQLite has one writer anyway. On PostgreSQL the other one waits, and then sees what this one wrote.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("pactwatch stories"))))


def report_of(page: Processed) -> Report:
    """A processed page as it is compared with others."""
    article, signature = page.article, page.signature
    assert article is not None
    assert signature is not None
    subject = page.annotation.subject
    return Report(0, article.published_at or page.fetched_at, signature.content_hash, signature.minhash, subject,
                  article.language, f"{page.search_title} {page.search_text[:LEAD]}" if subject else "")


class Text(NamedTuple):
    """A text that a new one may be a copy of, and its story. `old`: it came from a file of old pages."""

    story: int
    minhash: bytes
    at: datetime
    old: bool


@dataclass
class StoryIndex:
    """Where reports of the same may be: in the archive, and earlier in the same batch. `old`: it is of old pages."""

    old: bool = False
    by_hash: dict[str, list[Text]] = field(default_factory=dict)      # content hash -> texts
    by_band: dict[int, list[Text]] = field(default_factory=dict)      # band -> texts
    by_key: dict[int, list[Report]] = field(default_factory=dict)     # key of two parties -> reports
    apart: set[frozenset[int]] = field(default_factory=set)           # pairs of stories that a person split

    def add(self, report: Report, story_id: int, bands: Iterable[int], keys: Sequence[int]) -> None:
        """Make an article of this batch findable for the ones after it."""
        text = Text(story_id, report.minhash, report.at, self.old)
        self.by_hash.setdefault(report.content_hash, []).append(text)
        for band in bands:
            self.by_band.setdefault(band, []).append(text)
        placed = replace(report, story=story_id) if keys else report
        for key in keys:
            self.by_key.setdefault(key, []).append(placed)

    def find(self, report: Report, bands: Iterable[int], keys: Iterable[int]) -> int | None:
        """The story of the most similar text, else the one that tells the same, or None where there is neither."""
        for text in self.by_hash.get(report.content_hash, ()):
            if self._is_near(report, text):
                return text.story
        copied = self._copied(report, bands)
        return copied if copied is not None else self._told(report, keys)

    def _copied(self, report: Report, bands: Iterable[int]) -> int | None:
        best, best_story = SAME_TEXT, None
        seen: set[tuple[int, bytes]] = set()
        for band in bands:
            for text in self.by_band.get(band, ()):
                if (text.story, text.minhash) in seen or not self._is_near(report, text):
                    continue
                seen.add((text.story, text.minhash))
                score = similarity(report.minhash, text.minhash)
                if score >= best:
                    best, best_story = score, text.story
        return best_story

    def _is_near(self, report: Report, text: Text) -> bool:
        """Whether a text is near enough in time. When old pages were seen says nothing of when they were published."""
        return not (self.old or text.old) or abs(report.at - text.at) <= COPY_WINDOW

    def _told(self, report: Report, keys: Iterable[int]) -> int | None:
        """The story whose reports tell the same news."""
        candidates = dict.fromkeys(chain.from_iterable(self.by_key.get(key, ()) for key in keys))
        by_story: dict[int, list[Report]] = {}
        for candidate in candidates:
            by_story.setdefault(candidate.story, []).append(candidate)
        recent = {story for story, some in by_story.items() if any(abs(report.at - one.at) <= BUSY for one in some)}
        often = len(recent) > 1 or any(pair <= by_story.keys() for pair in self.apart)
        judged = [(_sameness(report, some, often=often), story) for story, some in by_story.items()]
        score, best = max(judged, default=(0.0, 0))
        return best if score >= JOINED else None


def _sameness(report: Report, told: Sequence[Report], *, often: bool) -> float:
    """How surely a report belongs to a story: between its best and its mean likeness to the story's reports."""
    apart = [abs(report.at - one.at) for one in told]
    fresh = min(apart) <= WINDOW and max(apart) <= LONGEST
    found = []
    for one in sorted(told, key=lambda one: abs(report.at - one.at))[:_LAST]:
        if not (fresh or is_development(report, one)):
            continue
        sum_ = same_news(report, one, often=often, phrases=similarity(report.minhash, one.minhash))
        if sum_ is not None:
            found.append(sum_)
    return _BEST * max(found) + (1 - _BEST) * sum(found) / len(found) if found else float("-inf")


def index_for(connection: Connection, batch: Sequence[Processed], now: datetime, *, old: bool = False) -> StoryIndex:
    """Load the archive's possible stories of a batch, in a few statements for all of it. `old`: it is of old pages."""
    index = StoryIndex(old)
    signatures = [p.signature for p in batch if p.signature is not None]
    near = _published_near(batch) if old else Article.seen_at >= now - COPY_WINDOW
    columns = (Article.story_id, Article.minhash, Article.published_at, Article.backfill_id.is_not(None))
    for some in _chunks(sorted({s.content_hash for s in signatures})):
        rows = connection.execute(
            sa.select(Article.content_hash, *columns).where(Article.content_hash.in_(some), near).order_by(Article.id)
        )
        for content_hash, story, minhash, at, is_old in rows:
            index.by_hash.setdefault(content_hash, []).append(Text(story, minhash or b"", at, is_old))
    for chunk in _chunks(sorted({band for s in signatures for band in s.bands})):
        candidates = connection.execute(
            sa.select(SignatureBand.band, *columns)
            .join(Article, Article.id == SignatureBand.article_id)
            .where(SignatureBand.band.in_(chunk), near)
        )
        for band, story, minhash, at, is_old in candidates:
            index.by_band.setdefault(band, []).append(Text(story, minhash or b"", at, bool(is_old)))
    _load_told(connection, index, batch)
    return index


def _published_near(batch: Sequence[Processed]) -> sa.ColumnElement[bool]:
    times = [(p.article.published_at if p.article else None) or p.fetched_at for p in batch]
    return Article.published_at.between(min(times) - COPY_WINDOW, max(times) + COPY_WINDOW)


def _load_told(connection: Connection, index: StoryIndex, batch: Sequence[Processed]) -> None:
    """The reports about the parties of a batch."""
    subjects = [(p, p.annotation.subject) for p in batch if p.annotation.subject]
    if not subjects:
        return
    times = [(p.article.published_at if p.article else None) or p.fetched_at for p, _ in subjects]
    columns = (Article.id, Article.story_id, Article.published_at, Article.content_hash, Article.minhash,
               Article.subject, Article.language, Article.search_title,
               sa.func.substr(Article.search_text, 1, LEAD).label("lead"))
    reports: dict[int, Report] = {}
    for chunk in _chunks(sorted({key for _, s in subjects for key in s.keys})):
        rows = connection.execute(
            sa.select(SignatureBand.band, *columns).join(Article, Article.id == SignatureBand.article_id)
            .where(SignatureBand.band.in_(chunk), Article.published_at >= min(times) - LATEST,
                   Article.published_at <= max(times) + LATEST).order_by(Article.id))
        for row in rows:
            report = reports.get(row.id)
            if report is None:
                report = reports[row.id] = Report(
                    row.story_id, row.published_at, row.content_hash, row.minhash or b"", subject_from(row.subject),
                    row.language, f"{row.search_title} {row.lead}")
            index.by_key.setdefault(row.band, []).append(report)
    found = sorted({report.story for report in reports.values()})
    for chunk in _chunks(found):
        split = connection.execute(sa.select(StoryDecision.story_id, StoryDecision.other_id).where(
            StoryDecision.kind == "split", StoryDecision.story_id.in_(chunk)))
        index.apart |= {frozenset((kept, other)) for kept, other in split}


def refresh(connection: Connection, story_ids: Iterable[int], now: datetime | None = None) -> None:
    """Bring the counts of stories up to date after articles joined or left them, and which of these are copies.

    `now` is given where an article was just seen.
    """
    ids = sorted(set(story_ids))
    for chunk in _chunks(ids):
        _mark_copies(connection, chunk)
        inside = sa.select(Article).where(Article.story_id == Story.id)
        outlets = sa.func.count(sa.distinct(Article.source_id))
        own = inside.with_only_columns(outlets).where(Article.copy_of.is_(None))
        values = {
            "article_count": inside.with_only_columns(sa.func.count()).scalar_subquery(),
            "source_count": inside.with_only_columns(outlets).scalar_subquery(),
            "independent_count": own.scalar_subquery(),
        }
        connection.execute(sa.update(Story).where(Story.id.in_(chunk)).values(
            **values, **({"last_seen_at": now} if now else {})))


def _mark_copies(connection: Connection, story_ids: Sequence[int]) -> None:
    """Note of each text whose copy it is. The original is the one that was published first."""
    rows = connection.execute(
        sa.select(Article.story_id, Article.id, Article.content_hash, Article.minhash)
        .where(Article.story_id.in_(story_ids), Article.copy_of.is_(None))
        .order_by(Article.story_id, Article.published_at, Article.id))
    originals: dict[int, list[tuple[int, str, bytes]]] = {}
    copies: list[dict[str, int]] = []
    for story_id, id_, content_hash, minhash in rows:
        own = originals.setdefault(story_id, [])
        original = next((first for first, text, hashes in own
                         if text == content_hash or similarity(hashes, minhash or b"") >= SAME_TEXT), None)
        if original is None:
            own.append((id_, content_hash, minhash or b""))
        else:
            copies.append({"story": story_id, "copy": id_, "original": original})
    if copies:
        table: Any = Article.__table__
        # A text that has copies of its own and turns out to be one hands them on.
        is_it = sa.or_(table.c.id == sa.bindparam("copy"), table.c.copy_of == sa.bindparam("copy"))
        connection.execute(sa.update(table).where(table.c.story_id == sa.bindparam("story"), is_it)
                           .values(copy_of=sa.bindparam("original")), copies)


def _chunks(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (items[i : i + _CHUNK] for i in range(0, len(items), _CHUNK))
