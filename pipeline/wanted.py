"""Which articles of a backfill are wanted: asked after the extraction, so that no others are annotated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.captures import Left
from core.errors import SkipDocument
from core.records import Article


@dataclass(frozen=True, slots=True)
class WantedArticles:
    """Articles published from `since` until before `until`, in these languages (any, where none is named)."""

    since: datetime | None = None
    until: datetime | None = None
    languages: frozenset[str] = frozenset()

    def check(self, article: Article, fetched_at: datetime) -> None:
        """Raise SkipDocument for an article that is not wanted. One without a date counts as published when fetched."""
        published = article.published_at or fetched_at
        if (self.since and published < self.since) or (self.until and published >= self.until):
            raise SkipDocument(f"published {published:%Y-%m-%d}", outcome=Left.OTHER_DATE)
        if self.languages and (article.language or "").partition("-")[0].lower() not in self.languages:
            raise SkipDocument(f"in the language {article.language}", outcome=Left.OTHER_LANGUAGE)
