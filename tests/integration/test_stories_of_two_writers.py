"""Two processes that read one story at the same moment make one story of it, on both databases."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from multiprocessing.synchronize import Barrier

import pytest
import sqlalchemy as sa

from archive.check import check
from archive.engine import open_engine, writing
from archive.regroup import merge
from archive.tables import Delivery, Story
from core.records import Annotation, EventStatus, Evidence, Hit, Party, Span, Subject
from core.records import Event as Found
from core.settings import RouteSettings
from pipeline.knowledge import load_knowledge, shipped_knowledge
from pipeline.subject import pair_keys
from tests.programs import processes
from tests.reports import at_day, put, read

ROUTES = [RouteSettings(name="now", channel="console", send="immediate")]
WRITERS, EACH = 3, 12


def _page(writer: int, number: int):
    """Report `number` as one of the writers finds it: in its own words, so that only what it tells is the same."""
    title = f"Writer {writer} tells of deal {number}"
    text = " ".join(f"w{writer}n{number}k{k}" for k in range(60))
    page = read(1 + writer * EACH + number, title, text, "en", at_day(writer / 100), _knowledge(), source=f"s{writer}")
    parties = (f"Firm {number}", f"Partner {number}")
    span = Span("title", 0, len(title), title)
    event = Found("partnership", "alliance", EventStatus.ANNOUNCED, 0.8, tuple(map(Party, parties)), span, span)
    subject = Subject("alliance", "partnership", EventStatus.ANNOUNCED, parties, parties, ("theme:robots",), (),
                      pair_keys("alliance", parties))
    return replace(page, annotation=Annotation(events=(event,), subject=subject),
                   hits=(Hit("ai", 0.8, (Evidence("sentence", span),), 0),))


@cache
def _knowledge():
    return load_knowledge(shipped_knowledge())


def _write(url: str, writer: int, start: Barrier) -> None:
    pages = [_page(writer, number) for number in range(EACH)]
    engine = open_engine(url)
    start.wait()
    # Each goes through them in its own order, so that locks on rows would meet crosswise.
    for page in pages if writer % 2 else reversed(pages):
        put(engine, [page], ROUTES)


@pytest.mark.parametrize("database", ["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.postgres)])
def test_writers_at_the_same_moment_make_one_story_of_each_deal(request, database):
    url = request.getfixturevalue(database)
    context = processes()
    start = context.Barrier(WRITERS)
    writers = [context.Process(target=_write, args=(url, number, start)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=120)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    engine = open_engine(url)
    with engine.connect() as connection:
        counts = connection.execute(sa.select(Story.article_count, Story.source_count)).all()
        assert counts == [(WRITERS, WRITERS)] * EACH
        assert connection.scalar(sa.select(sa.func.count()).select_from(Delivery)) == EACH
    assert check(engine) == []
    engine.dispose()


@pytest.mark.postgres
def test_a_merge_waits_for_a_writer_and_then_takes_what_it_wrote(postgres_url):
    engine = open_engine(postgres_url)
    put(engine, [_page(0, 0), _page(0, 1)], ROUTES)
    context = processes()
    start = context.Barrier(2)
    writer = context.Process(target=_write, args=(postgres_url, 1, start))
    writer.start()
    start.wait()
    with writing(engine) as connection:
        merge(connection, 1, [2], at_day(1))
    writer.join(timeout=120)
    assert writer.exitcode == 0
    assert check(engine) == []
    with engine.connect() as connection:
        assert connection.scalar(sa.select(Story.article_count).where(Story.id == 1)) == 4
    engine.dispose()
