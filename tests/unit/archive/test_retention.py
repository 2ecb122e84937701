"""Old articles go, as the settings say; what was flagged, judged or sent stays, and the archive stays whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from archive import feedback, ledger, regroup
from archive.check import check
from archive.engine import reading, writing
from archive.feedback import Said
from archive.retention import Pruned, prune, would_prune
from archive.search import search
from archive.tables import Address, Article, Delivery, Fetch, Run, Story, Version
from core.fetching import Answer, EntryState, Poll
from core.query import parse
from core.records import Discovery, Outcome
from core.settings import RetentionSettings
from tests.factories import NOW, add, alert, article, digest, event, hit, source, version

OLD = NOW - timedelta(days=400)
YEAR = RetentionSettings(unflagged_days=365)
ALL = RetentionSettings(articles_days=365)


def left(engine):
    with reading(engine) as connection:
        return set(connection.scalars(sa.select(Article.title)))


@pytest.fixture
def old(engine):
    """Write old articles of one story. Returns their ids."""

    def write(*titles, **more):
        with writing(engine) as connection:
            ids: list[int] = []
            for number, title in enumerate(titles):
                story = connection.scalar(sa.select(Article.story_id).where(Article.id == ids[0])) if ids else None
                ids.append(article(connection, title, f"The text of {title}.", story=story, seen_at=OLD,
                                   source_id=f"outlet{number}", mentions=["Kakao"], **more))
                event(connection, ids[-1], "Kakao", "Naver")
            return ids

    return write


def test_unflagged_articles_go_with_their_stories_after_their_time(engine, old):
    old("one", "two")
    old("young", published_at=OLD)
    with writing(engine) as connection:
        connection.execute(sa.update(Article).where(Article.title == "young").values(seen_at=NOW))
    assert would_prune(engine, YEAR, NOW) == Pruned(articles=2, stories=1)
    assert prune(engine, YEAR, NOW) == Pruned(articles=2, stories=1)
    assert left(engine) == {"young"}
    assert check(engine) == []
    assert prune(engine, YEAR, NOW) == Pruned()
    with reading(engine) as connection:
        assert search(connection, parse("text")).total == 1


def test_a_removed_article_is_not_fetched_again(engine, old):
    [one] = old("one", url="https://news.example/one")
    alias = "https://news.example/one?amp"
    with writing(engine) as connection:
        add(connection, Address, url=alias, source_id="outlet0", state="known", outcome="duplicate", discovered_at=OLD,
            attempts=0, article_id=one)
    prune(engine, YEAR, NOW)
    with writing(engine) as connection:
        rows = connection.execute(sa.select(Address.state, Address.outcome, Address.reason, Address.article_id)
                                  .order_by(Address.id)).all()
        assert [tuple(row) for row in rows] == [("skipped", outcome, "removed on 2026-03-15, as [retention] says", None)
                                                for outcome in ("ok", "duplicate")]
        listed = tuple(Discovery(url, "Another title", updated_at=NOW) for url in ("https://news.example/one", alias))
        entry = EntryState("outlet0", "feed", "https://news.example/rss")
        [recorded] = ledger.record_polls(connection, [Poll(entry, Answer(Outcome.OK, NOW), listed, 10)], NOW)
    assert (recorded.orders, recorded.new) == ((), 0)


@pytest.mark.parametrize("settings", [YEAR, ALL])
def test_what_was_flagged_judged_or_told_is_always_kept(engine, old, settings):
    [flagged], [judged], [sent, beside], [waits] = old("flagged"), old("judged"), old("sent", "beside"), old("waits")
    with writing(engine) as connection:
        hit(connection, flagged)
        feedback.note(connection, Said("not_relevant", article_id=judged), NOW)
        story = connection.scalar(sa.select(Article.story_id).where(Article.id == sent))
        connection.execute(sa.update(Delivery).where(Delivery.id == alert(connection, hit(connection, sent)))
                           .values(story_id=story))
        digest(connection, hit(connection, waits))
    assert prune(engine, settings, NOW) == Pruned()
    assert left(engine) == {"flagged", "judged", "sent", "beside", "waits"}
    assert beside


def test_what_only_tells_more_of_a_flagged_story_goes_by_its_own_rule(engine, old):
    flagged, _ = old("flagged", "beside")
    with writing(engine) as connection:
        hit(connection, flagged)
    assert prune(engine, YEAR, NOW) == Pruned()
    assert prune(engine, ALL, NOW) == Pruned(articles=1)
    assert left(engine) == {"flagged"}
    assert check(engine) == []
    with reading(engine) as connection:
        assert connection.execute(sa.select(Story.article_count, Story.source_count)).one() == (1, 1)


def test_the_copy_of_a_removed_text_becomes_the_original(engine, old):
    original, copy, second = old("original", "copy", "second", content_hash="same")
    with writing(engine) as connection:
        connection.execute(sa.update(Article).where(Article.id.in_([copy, second])).values(copy_of=original))
        hit(connection, copy)
        hit(connection, second)
    prune(engine, ALL, NOW)
    with reading(engine) as connection:
        assert connection.execute(sa.select(Article.id, Article.copy_of).order_by(Article.id)).all() == [
            (copy, None), (second, copy)]
    assert check(engine) == []


def test_stories_that_were_merged_into_a_removed_one_go_with_it(engine, old):
    [one], [other] = old("one"), old("other")
    with writing(engine) as connection:
        ids = [connection.scalar(sa.select(Article.story_id).where(Article.id == of)) for of in (one, other)]
        regroup.merge(connection, ids[0], ids[1:], NOW)
    assert prune(engine, YEAR, NOW).articles == 2
    with reading(engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Story)) == 0
    assert check(engine) == []


def test_an_article_that_is_being_fetched_again_waits(engine, old):
    old("one")
    with writing(engine) as connection:
        connection.execute(sa.update(Address).values(state="discovered"))
    assert prune(engine, YEAR, NOW) == Pruned()


def test_it_stops_between_two_batches_and_goes_on_later(engine, old, monkeypatch):
    monkeypatch.setattr("archive.retention.BATCH", 2)
    for number in range(5):
        old(f"number {number}")
    asked = iter([False, True, True, True, True])
    assert prune(engine, YEAR, NOW, lambda: next(asked)) == Pruned(articles=2, stories=2)
    assert check(engine) == []
    assert prune(engine, YEAR, NOW) == Pruned(articles=3, stories=3)


def test_earlier_texts_requests_and_passes_go_by_rules_of_their_own(engine):
    with writing(engine) as connection:
        source(connection)
        plain, flagged = article(connection, version=5), article(connection, version=5)
        hit(connection, flagged)
        for of in (plain, flagged):
            for number in range(1, 5):
                version(connection, of, "Earlier", f"text {number}", number=number)
        for at in (OLD, NOW):
            run = add(connection, Run, kind="run", process="x", started_at=at, ended_at=at)
            add(connection, Fetch, run_id=run, source_id="wire", url="https://news.example/", outcome="ok",
                fetched_at=at)
    rules = RetentionSettings(versions=1, fetches_days=90)
    assert would_prune(engine, rules, NOW) == prune(engine, rules, NOW) == Pruned(versions=3, fetches=1, runs=1)
    with reading(engine) as connection:
        assert connection.scalars(sa.select(Version.number).where(Version.article_id == plain)).all() == [4]
