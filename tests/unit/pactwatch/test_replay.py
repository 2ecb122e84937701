"""Trying a rule on the archive: by stored annotations as by fresh ones, in a window, and interrupted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from archive import replay as stored
from archive.engine import writing
from archive.replay import Range
from core.records import Band
from pactwatch import replay
from pactwatch.replay import Judge, Seen, Window, try_anew, try_rule
from pactwatch.tryouts import difference, forecast
from pipeline.knowledge import shipped_knowledge
from pipeline.rulebook import Rule
from tests.factories import NOW, article, event, hit
from tests.unit.pipeline.reading import knowledge

RULE = Rule(id="mine", title="Mine", query="event:alliance AND topic:ai")
TEXT = "Naver and Kakao announced a joint venture in artificial intelligence."


@pytest.fixture
def filled(engine):
    """Three articles a day apart; the texts say more than their stored annotations, but for the first."""
    with writing(engine) as connection:
        for number in range(3):
            when = NOW - timedelta(days=number)
            id_ = article(connection, f"Number {number}", TEXT if number != 2 else "It rains.", published_at=when)
            if number == 0:
                event(connection, id_, "Naver", "Kakao", score=0.9)
    return engine


def found(tried):
    return [(seen.article_id, seen.band) for seen in tried.seen]


def test_stored_annotations_decide_by_default(filled):
    tried = try_rule(filled, RULE, knowledge(), Window())
    assert found(tried) == [(tried.seen[0].article_id, Band.ALERT)]
    assert (tried.articles, tried.total, tried.interrupted) == (3, 3, False)


@pytest.mark.usefixtures("quick_workers")
def test_annotating_anew_reads_the_texts(filled):
    tried = try_anew(filled, RULE, [shipped_knowledge()], {}, Window(), 1)
    assert [band for _, band in found(tried)] == [Band.ALERT] * 2
    assert tried.articles == 3


def test_only_articles_of_the_window_are_tried(filled):
    tried = try_rule(filled, RULE, knowledge(), Window(NOW - timedelta(days=2), NOW))
    assert (tried.articles, tried.seen) == (2, [])


def test_words_and_organisations_of_a_query_are_read_where_it_has_them(filled):
    words = Judge(RULE.model_copy(update={"query": "rain*"}), knowledge())
    names = Judge(RULE.model_copy(update={"query": "org:naver"}), knowledge())
    assert (words.needs.text, words.needs.mentions) == (True, False)
    assert (names.needs.text, names.needs.mentions) == (False, True)
    tried = try_rule(filled, RULE.model_copy(update={"query": "rain*"}), knowledge(), Window())
    assert len(tried.seen) == 1


def test_an_interrupted_try_keeps_what_it_found_and_says_nothing_of_the_rest(filled, monkeypatch):
    every_one = stored.ranges
    monkeypatch.setattr(stored, "ranges", lambda connection, since, until, _: every_one(connection, since, until, 1))
    with writing(filled) as connection:
        late = article(connection, "Late", TEXT)
        hit(connection, late, "mine", event_id=event(connection, late, "KT", "Naver"))
    judged: list[Range] = []

    class Impatient(Judge):
        def judge_range(self, engine, part, window):
            if judged:
                raise KeyboardInterrupt
            judged.append(part)
            return super().judge_range(engine, part, window)

    monkeypatch.setattr(replay, "Judge", Impatient)
    tried = try_rule(filled, RULE, knowledge(), Window())
    assert (tried.interrupted, tried.articles, tried.total) == (True, 1, 4)
    compared = difference(filled, RULE, tried, Window())
    assert compared["stories"] == {"added": 1, "removed": 0, "unchanged": 0}


def test_a_story_counts_once_with_its_best_score_on_its_first_day(filled):
    tried = try_rule(filled, RULE, knowledge(), Window())
    first = tried.seen[0]
    copy = Seen(first.article_id, first.story_id, first.day - timedelta(days=1), 0.6, Band.DIGEST)
    tried.seen.append(copy)
    told = forecast(filled, RULE, tried, NOW.date() - timedelta(days=2), 3)
    assert (told["hits"], told["stories"]) == (2, 1)
    assert told["per_day"]["alert"]["busiest"] == {"day": NOW.date() - timedelta(days=1), "stories": 1}
    assert told["per_day"]["digest"]["mean"] == 0
