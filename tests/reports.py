"""The labelled stories of tests/stories_corpus, read as the pipeline reads articles, and given to the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from archive.engine import Engine, insert, writing
from archive.store import store
from archive.tables import Address, Article, Source
from core.records import Article as Extracted
from core.records import Outcome, Processed
from core.settings import RouteSettings
from core.text import search_form
from pipeline.annotate import annotate
from pipeline.dedupe import signature
from pipeline.knowledge import Knowledge, load_knowledge, shipped_knowledge
from pipeline.match import match
from pipeline.rulebook import Rule

CORPUS = Path(__file__).parent / "stories_corpus"
FIRST_DAY = datetime(2026, 9, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Report:
    """A report of the labelled set."""

    story: str
    day: float
    language: str
    title: str
    text: str


def labelled() -> list[Report]:
    """All reports, in the order of their days."""
    files = (CORPUS / "reports.yaml", CORPUS / "twins.yaml")
    stories = [story for file in files for story in yaml.safe_load(file.read_text(encoding="utf-8"))]
    return sorted((Report(story["story"], **one) for story in stories for one in story["reports"]), key=lambda r: r.day)


def knowledge(folder: Path) -> Knowledge:
    """The shipped knowledge with the invented organisations, which are written to a folder."""
    folder.mkdir(exist_ok=True)
    (folder / "organisations.yaml").write_text((CORPUS / "organisations.yaml").read_text(encoding="utf-8"),
                                               encoding="utf-8")
    return load_knowledge(shipped_knowledge(), folder)


def read(number: int, title: str, text: str, language: str, at: datetime, known: Knowledge,
         rules: Sequence[Rule] = (), source: str = "wire") -> Processed:
    """A text as the pipeline hands it to the store, under the address of this number."""
    url = f"http://a.example/{number}"
    article = Extracted(url=url, canonical_url=url, title=title, text=text, language=language, published_at=at)
    annotation = annotate(article, known)
    return Processed(
        number, source, url, at, Outcome.OK, article=article, annotation=annotation,
        hits=match(article, annotation, rules, knowledge=known), signature=signature(title, text),
        search_title=search_form(title), search_text=search_form(text))


def put(engine: Engine, pages: Iterable[Processed], routes: Sequence[RouteSettings] = (), *,
        now: datetime | None = None) -> None:
    """Store pages as one batch; their addresses and sources are made."""
    batch = list(pages)
    with writing(engine) as connection:
        for page in batch:
            connection.execute(insert(connection, Source).values(
                id=page.source_id, name=page.source_id.title(), enabled=True, added_at=FIRST_DAY, failures=0)
                .on_conflict_do_nothing())
            connection.execute(insert(connection, Address).values(
                id=page.address_id, url=page.url, source_id=page.source_id, state="discovered",
                discovered_at=FIRST_DAY, attempts=0).on_conflict_do_nothing())
        store(connection, batch, routes, now=now or max(page.fetched_at for page in batch))


def at_day(day: float) -> datetime:
    """A day of the set as an instant."""
    return FIRST_DAY + timedelta(days=day)


def story_of(engine: Engine) -> dict[int, int]:
    """The story of each article, by the number of its address."""
    with engine.connect() as connection:
        rows: Any = connection.execute(sa.select(Article.address_id, Article.story_id))
        return dict(rows.all())
