"""Old pages in the archive: each once, with the place in the file that says so; and nothing of them is sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from archive import backfills, regroup
from archive.backfills import Settled, Work
from archive.check import check
from archive.engine import writing
from archive.receipts import receipt
from archive.tables import (
    Address,
    Article,
    Backfill,
    Base,
    Delivery,
    DigestEntry,
    Fetch,
    Hit,
    Source,
    Story,
    Version,
)
from core.captures import Outlet, Position
from core.clock import now as present
from core.errors import StopWork, UserError
from core.records import Annotation, EventStatus, Evidence, Outcome, Party, Processed, Span
from core.records import Article as Extracted
from core.records import Event as Found
from core.records import Hit as Flagged
from core.settings import RouteSettings
from core.text import search_form
from pipeline.dedupe import signature
from tests.reports import put

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
THEN = datetime(2020, 1, 7, 18, tzinfo=UTC)
ROUTES = [RouteSettings(name="daily", channel="console"),
          RouteSettings(name="now", channel="console", send="immediate")]
PAPER = Outlet("paper.example", "paper.example", "en")
TEXT = "Norvane Robotics and Halcyon Semiconductor will design a chip together, both firms said. " * 6


def page(url="https://paper.example/1", *, text=TEXT, at=THEN, number=1, source="paper.example", published=None):
    title = "Norvane and Halcyon design a robot chip"
    article = Extracted(url=url, canonical_url=url, title=title, text=text, language="en", published_at=published or at)
    span = Span("title", 0, len(title), title)
    event = Found("partnership", "alliance", EventStatus.ANNOUNCED, 0.8,
                  (Party("Norvane Robotics"), Party("Halcyon Semiconductor")), span, span)
    return Processed(
        number, source, url, at, Outcome.OK, article=article, annotation=Annotation(events=(event,)),
        hits=(Flagged("ai-alliances", 0.8, (Evidence("sentence", span),), 0),), signature=signature(title, text),
        search_title=search_form(title), search_text=search_form(text))


def begin(engine, **more):
    with writing(engine) as connection:
        return backfills.begin(connection, "file", "all", "a.warc.gz", 1000, present(), **more)


def settle(engine, *pages, work=None, number=None, **left):
    work = work or begin(engine)
    with writing(engine) as connection:
        last = Position(number or len(pages) or 1, 77, "<urn:1>")
        return backfills.settle(connection, work, Settled(tuple((p, PAPER) for p in pages), Counter(left), last), NOW)


def rows(engine, *columns):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*columns).order_by(columns[0]))]


def number_of(engine, table):
    with engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_pages_and_the_place_in_the_file_are_written_together(engine):
    counts = settle(engine, page(), page("https://paper.example/2", text=TEXT[:200] + "Other words. " * 30),
                    empty=2, not_html=1, number=5)
    assert counts.records == {"new": 2, "empty": 2, "not_html": 1}
    assert (counts.sources, counts.hits) == ({"paper.example": 2}, 2)
    work = begin(engine)
    assert (work.after, work.counts.records) == (Position(5, 77, "<urn:1>"), counts.records)
    assert rows(engine, Source.id, Source.enabled) == [("paper.example", False)]
    assert rows(engine, Article.url, Article.published_at, Article.fetched_at)[0] == (page().url, THEN, THEN)
    assert {state for _, state in rows(engine, Address.id, Address.state)} == {"stored"}
    assert number_of(engine, Fetch) == 0
    assert check(engine) == []


def test_the_same_page_again_is_known_also_under_the_other_scheme(engine):
    settle(engine, page())
    assert settle(engine, page()).records == {"known": 1}
    assert settle(engine, page("http://paper.example/1")).records == {"known": 1}
    assert number_of(engine, Article) == number_of(engine, Address) == 1


def test_a_later_capture_is_a_correction_and_an_earlier_one_changes_nothing(engine):
    late = page(text=TEXT + "A sentence was added.", at=THEN + timedelta(days=1))
    assert settle(engine, page(), late).records == {"new": 1, "updated": 1}
    assert settle(engine, page(text=TEXT + "Once more.", at=THEN - timedelta(days=1))).records == {"known": 1}
    assert rows(engine, Article.text, Article.version) == [(late.article.text, 2)]
    assert rows(engine, Version.text) == [(TEXT,)]


def test_an_address_that_waits_in_the_ledger_keeps_its_source_and_is_stored(engine):
    with writing(engine) as connection:
        connection.execute(sa.insert(Source).values(id="paper", name="Paper", enabled=True, added_at=NOW, failures=0))
        connection.execute(sa.insert(Address).values(url=page().url, source_id="paper", state="failed",
                                                     discovered_at=NOW, attempts=3))
    settle(engine, page("http://paper.example/1"))
    assert rows(engine, Address.url, Address.state, Address.source_id, Address.attempts) == [
        (page().url, "stored", "paper", 0)]
    assert rows(engine, Article.source_id) == [("paper",)]


def test_an_alias_of_an_article_is_that_article(engine):
    settle(engine, page())
    with writing(engine) as connection:
        connection.execute(sa.insert(Address).values(
            url="https://paper.example/alias", source_id="paper.example", state="known", discovered_at=NOW, attempts=0,
            article_id=sa.select(Article.id).scalar_subquery()))
    later = page("https://paper.example/alias", text=TEXT + "Added.", at=THEN + timedelta(hours=1))
    assert settle(engine, later).records == {"updated": 1}
    assert settle(engine, replace(later, url="https://paper.example/1")).records == {"known": 1}
    assert number_of(engine, Article) == 1


def test_hits_of_old_pages_are_stored_and_nothing_is_sent_of_them(engine):
    settle(engine, page())
    assert number_of(engine, Hit) == 1
    assert number_of(engine, Delivery) == number_of(engine, DigestEntry) == 0


def test_a_story_that_grows_tells_the_new_report_and_never_the_old_one(engine):
    """The live copy is news to the routes, for nobody was told; the old hit is not sent with it, nor after a split."""
    settle(engine, page())
    put(engine, [page("https://wire.example/1", number=50, source="wire", at=THEN + timedelta(days=1))], ROUTES)
    assert len({story for _, story in rows(engine, Article.id, Article.story_id)}) == 1
    [live] = [id_ for id_, old in rows(engine, Article.id, Article.backfill_id) if old is None]
    sent = rows(engine, DigestEntry.hit_id) + rows(engine, Delivery.hit_id)
    assert {article for id_, article in rows(engine, Hit.id, Hit.article_id) if (id_,) in sent} == {live}
    with writing(engine) as connection:
        story = connection.scalar(sa.select(Article.story_id).where(Article.id == live))
        regroup.split(connection, story, [live], ROUTES, NOW)
    after = rows(engine, DigestEntry.hit_id) + rows(engine, Delivery.hit_id)
    assert {article for id_, article in rows(engine, Hit.id, Hit.article_id) if (id_,) in after} == {live}


def test_a_correction_of_an_old_page_by_the_crawl_is_not_sent_either(engine):
    settle(engine, page())
    [(address,)] = rows(engine, Address.id)
    put(engine, [page(number=address, text=TEXT + "Corrected.", at=NOW)], ROUTES)
    assert rows(engine, Article.version) == [(2,)]
    assert number_of(engine, Delivery) == number_of(engine, DigestEntry) == 0


def test_the_same_words_years_apart_are_two_stories_and_days_apart_are_one(engine):
    settle(engine, page(), page("https://paper.example/2", published=THEN + timedelta(days=900)),
           page("https://paper.example/3", published=THEN + timedelta(days=3)))
    stories = dict(rows(engine, Article.url, Article.story_id))
    assert stories["https://paper.example/1"] == stories["https://paper.example/3"]
    assert stories["https://paper.example/1"] != stories["https://paper.example/2"]
    # A live text that repeats an old one is not the old story either.
    put(engine, [replace(page("https://wire.example/9", number=90, source="wire", at=NOW), annotation=Annotation(),
                         hits=())], now=NOW)
    assert number_of(engine, Story) == 3


def test_a_digest_does_not_count_old_pages_as_read(engine):
    settle(engine, page())
    with engine.connect() as connection:
        assert receipt(connection, NOW - timedelta(days=1), NOW + timedelta(days=1))["new"] == 0


def test_a_file_that_was_done_is_not_read_again_unless_asked(engine):
    work = begin(engine)
    settle(engine, page(), work=work)
    with writing(engine) as connection:
        backfills.end(connection, work, NOW, done=True)
    assert begin(engine).ended
    again = begin(engine, again=True)
    assert (again.ended, again.after, again.counts.records) == (False, None, {})
    with writing(engine) as connection:
        other = backfills.begin(connection, "file", "korean", "a.warc.gz", 1000, NOW)
    assert not other.ended


def test_two_processes_do_not_read_one_file(engine, monkeypatch):
    begin(engine)
    monkeypatch.setattr("core.process.identity", lambda: "elsewhere:1:1")
    with pytest.raises(UserError, match=r"a\.warc\.gz is being read by another process"):
        begin(engine)


def test_a_process_that_lost_its_file_to_another_stores_nothing_more(engine):
    work = begin(engine)
    with writing(engine) as connection:
        connection.execute(sa.update(Backfill).values(claimed_by="elsewhere:1:1",
                                                      updated_at=NOW - timedelta(days=400)))
    with pytest.raises(StopWork, match="another process has taken over"):
        settle(engine, page(), work=work)
    assert number_of(engine, Article) == 0
    assert begin(engine).id == work.id     # the other one has not been heard of for long


def test_a_rehearsal_leaves_no_place_in_a_file(engine):
    assert settle(engine, page(), work=Work(None)).records == {"new": 1}
    assert number_of(engine, Backfill) == 0
    assert "backfills" in Base.metadata.tables
