"""Try a rule on the archive as it is: nothing is sent, nothing is written.

The articles are judged by the annotations that are stored with them, or annotated anew with today's knowledge in
processes of their own. Either way they are judged by the code that judges fresh articles.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from archive import replay as stored
from archive.engine import Engine, open_engine, reading
from archive.replay import Needs, Range
from core.query import Filter, Term, walk
from core.records import Annotation, Band
from pactwatch.extraction_worker import follow_parent
from pactwatch.progress import bar
from pipeline.annotate import annotate
from pipeline.knowledge import Knowledge, load_knowledge
from pipeline.match import match
from pipeline.rulebook import Rule

ANEW = 100                # articles of a range that is annotated anew: a quarter of a second, so the bar moves


class Seen(NamedTuple):
    """An article that a rule's conditions hold for, at whatever score."""

    article_id: int
    story_id: int
    day: date                            # of its publication, in UTC
    score: float
    band: Band


@dataclass(frozen=True, slots=True)
class Window:
    """Which articles are tried: published from `since` until before `until`."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass
class Tried:
    """What a rule makes of the archive's articles."""

    seen: list[Seen] = field(default_factory=list)
    read: list[Range] = field(default_factory=list)      # the ranges that were judged
    total: int = 0                                       # articles of the window
    interrupted: bool = False

    @property
    def articles(self) -> int:
        """How many articles were judged."""
        return sum(number for _, _, number in self.read)


class Judge:
    """Judges stored articles by one rule."""

    def __init__(self, rule: Rule, knowledge: Knowledge, publishers: Mapping[str, str] | None = None) -> None:
        self._rule, self._knowledge, self._publishers = rule, knowledge, publishers
        parts = list(walk(rule.parsed))
        self._anew = publishers is not None
        self.needs = Needs(
            text=self._anew or any(isinstance(part, Term) for part in parts),
            mentions=not self._anew
            and any(isinstance(part, Filter) and part.field == "org" for part in parts),
            people=not self._anew and any(isinstance(part, Filter) and part.field == "person" for part in parts),
            events=not self._anew,
        )

    def judge(self, article: stored.Stored) -> Seen | None:
        """What the rule makes of an article; None where its conditions hold at no score."""
        return self.seen(article, self.annotation(article))

    def annotation(self, article: stored.Stored) -> Annotation:
        """What an article says: as it is stored, or read anew."""
        if self._publishers is None:
            return article.annotation
        return annotate(article.article, self._knowledge, publisher=self._publishers.get(article.source_id))

    def seen(self, article: stored.Stored, annotation: Annotation) -> Seen | None:
        """What the rule makes of an article that says this."""
        asked = {"source_id": article.source_id, "knowledge": self._knowledge}
        hits = match(article.article, annotation, [self._rule], **asked)  # type: ignore[arg-type]
        hits = hits or match(article.article, annotation, [self._rule], least=0.0, **asked)  # type: ignore[arg-type]
        if not hits:
            return None
        band = self._rule.band_of(hits[0].score, self._knowledge.frames.weights.alert_score)
        return Seen(article.id, article.story_id, article.published_at.date(), hits[0].score, band)

    def judge_range(self, engine: Engine, part: Range, window: Window) -> list[Seen]:
        """What the rule makes of a range of articles."""
        with reading(engine) as connection:
            articles = stored.read_range(connection, part, window.since, window.until, self.needs)
        return [seen for article in articles if (seen := self.judge(article)) is not None]


def try_rule(engine: Engine, rule: Rule, knowledge: Knowledge, window: Window) -> Tried:
    """Judge the archive's articles by their stored annotations. Ctrl-C ends it with what was found so far."""
    judge = Judge(rule, knowledge)
    with _trying(engine, window) as (tried, ranges, advance):
        for part in ranges:
            tried.seen += judge.judge_range(engine, part, window)
            tried.read.append(part)
            advance(part[2])
    return tried


def try_anew(engine: Engine, rule: Rule, knowledge_dirs: Sequence[Path], publishers: Mapping[str, str], window: Window,
             processes: int) -> Tried:
    """The same with annotations made anew, in so many processes. `publishers` names who says "we" in a source."""
    url = engine.url.render_as_string(hide_password=False)
    with _trying(engine, window, ANEW) as (tried, ranges, advance):
        pool = ProcessPoolExecutor(
            processes, mp_context=multiprocessing.get_context("spawn"), initializer=warm,
            initargs=(url, rule, tuple(knowledge_dirs), dict(publishers), window),
        )
        try:
            under_way = {pool.submit(work, part): part for part in ranges}
            for done in as_completed(under_way):
                tried.seen += done.result()
                tried.read.append(under_way[done])
                advance(under_way[done][2])
        finally:
            for process in list((pool._processes or {}).values()):  # noqa: SLF001 - what is under way is not waited for
                process.terminate()
            pool.shutdown(wait=True, cancel_futures=True)
    tried.seen.sort()
    return tried


Trying = tuple[Tried, list[Range], Callable[[int], None]]    # what fills, the work, and the bar


@contextmanager
def _trying(engine: Engine, window: Window, size: int = stored.CHUNK) -> Iterator[Trying]:
    tried = Tried()
    with reading(engine) as connection:
        ranges = stored.ranges(connection, window.since, window.until, size)
    tried.total = sum(number for _, _, number in ranges)
    with bar("trying the rule on articles", tried.total) as advance:
        try:
            yield tried, ranges, advance
        except KeyboardInterrupt:
            tried.interrupted = True


_worker: tuple[Engine, Judge, Window] | None = None


def warm(url: str, rule: Rule, knowledge_dirs: Sequence[Path], publishers: Mapping[str, str] | None, window: Window
         ) -> None:
    """Make a process ready to judge; with `publishers` by annotations that are made anew."""
    global _worker  # noqa: PLW0603 - a pool hands its workers nothing but module state
    follow_parent()
    _worker = open_engine(url), Judge(rule, load_knowledge(*knowledge_dirs), publishers), window


def work(part: Range) -> list[Seen]:
    """Judge a range in a process that is ready."""
    assert _worker is not None
    engine, judge, window = _worker
    return judge.judge_range(engine, part, window)
