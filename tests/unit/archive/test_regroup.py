"""Merging and splitting stories by hand: what is decided sticks, and nothing is sent twice because of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from archive.check import check
from archive.engine import reading, writing
from archive.regroup import merge, split
from archive.storybook import stories, story
from archive.tables import Article, Delivery, DigestEntry, Hit, Story
from core.errors import NotFoundError, UserError
from core.records import EventStatus
from core.settings import RouteSettings
from tests.factories import NOW
from tests.stories import add_hit

ROUTES = [RouteSettings(name="daily", channel="console"), RouteSettings(name="now", channel="console",
                                                                       send="immediate")]
LATER = NOW + timedelta(hours=3)


def _hit(engine, number, **values):
    """A hit in a story of its own unless `story` says otherwise; (hit, story)."""
    return add_hit(engine, ROUTES, NOW, title=f"Report {number}", outlet=f"Outlet {number}",
                   url=f"https://a.example/{number}", sentence=f"Report {number}: they join forces.", **values)


def _articles(engine, story_id):
    with reading(engine) as connection:
        return [one["id"] for one in story(connection, story_id)["articles"]]


def _waiting(engine):
    """Story and change of what waits, by table."""
    with reading(engine) as connection:
        return {table.__tablename__: [(row.story_id, row.key.rpartition(":")[2]) for row in connection.execute(
            sa.select(table.story_id, table.key).order_by(table.id))] for table in (DigestEntry, Delivery)}


def _send(engine):
    with writing(engine) as connection:
        connection.execute(sa.update(Delivery).values(state="sent", sent_at=NOW, attempts=1))


def _merge(engine, *ids):
    with writing(engine) as connection:
        return merge(connection, ids[0], ids[1:], LATER)


def _split(engine, story_id, *articles):
    with writing(engine) as connection:
        return split(connection, story_id, articles, ROUTES, LATER)


def test_a_merge_moves_all_and_withdraws_the_second_message(engine):
    (_, first), (_, second) = _hit(engine, 1), _hit(engine, 2)
    assert [len(rows) for rows in _waiting(engine).values()] == [2, 2]
    assert _merge(engine, first, second) == first
    parties = "Aurora Chips|Borealis Telecom"
    assert _waiting(engine) == {"digest_entries": [(first, parties)], "deliveries": [(first, parties)]}
    with reading(engine) as connection:
        found = story(connection, second)                    # the old id still finds it
        assert (found["id"], found["outlets"], found["independent"], found["merged"]) == (first, 2, 2, [second])
        assert [one["id"] for one in stories(connection)] == [first]
        assert connection.scalars(sa.select(Hit.story_id).distinct()).all() == [first]
    assert check(engine) == []


def test_a_merge_keeps_what_says_something_new(engine):
    (_, first), (_, second) = _hit(engine, 1), _hit(engine, 2, status=EventStatus.DENIED)
    _merge(engine, first, second)
    assert [len(rows) for rows in _waiting(engine).values()] == [2, 2]
    assert check(engine) == []


def test_what_the_other_story_was_told_counts_after_a_merge(engine):
    _, told = _hit(engine, 1)
    _send(engine)
    _, waiting = _hit(engine, 2)
    _merge(engine, waiting, told)
    with reading(engine) as connection:
        assert connection.execute(sa.select(Delivery.state, Delivery.story_id)).all() == [("sent", waiting)]
    add_hit(engine, ROUTES, LATER, story=waiting, outlet="Outlet 3", url="https://a.example/3")
    with reading(engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 1


def test_a_merge_of_merged_stories_and_of_one_with_itself(engine):
    ids = [_hit(engine, number)[1] for number in range(1, 5)]
    _merge(engine, ids[1], ids[2])
    assert _merge(engine, ids[0], ids[2], ids[3], ids[3]) == ids[0]
    assert len(_articles(engine, ids[0])) == 4
    with pytest.raises(UserError, match="has the articles of story"):
        _merge(engine, ids[0], ids[1])
    with pytest.raises(NotFoundError, match="no story 99"):
        _merge(engine, ids[0], 99)
    assert check(engine) == []


def test_a_split_off_story_that_was_never_told_is_told(engine):
    _, told = _hit(engine, 1)
    _hit(engine, 2, story=told)                              # quiet: the story was told
    _send(engine)
    assert [len(rows) for rows in _waiting(engine).values()] == [1, 1]
    new = _split(engine, told, _articles(engine, told)[1])
    parties = "Aurora Chips|Borealis Telecom"
    assert _waiting(engine) == {"digest_entries": [(told, parties), (new, parties)],
                                "deliveries": [(told, parties), (new, parties)]}
    with reading(engine) as connection:
        assert [row.state for row in connection.execute(sa.select(Delivery.state).order_by(Delivery.id))] == [
            "sent", "pending"]
        assert story(connection, told)["split"] == [new]
    assert check(engine) == []


def test_a_split_takes_its_message_along_and_the_rest_is_told(engine):
    _, told = _hit(engine, 1)
    _hit(engine, 2, story=told)
    new = _split(engine, told, _articles(engine, told)[0])
    assert [sorted(id_ for id_, _ in rows) for rows in _waiting(engine).values()] == [sorted([told, new])] * 2
    assert check(engine) == []


def test_a_split_says_nothing_to_a_route_that_the_story_never_reached(engine):
    _, kept = _hit(engine, 1, score=0.1)
    routes = [RouteSettings(name="later", channel="console", send="immediate")]
    _hit(engine, 2, story=kept)
    with writing(engine) as connection:
        connection.execute(sa.delete(DigestEntry))
        connection.execute(sa.delete(Delivery))
        last = connection.scalars(sa.select(sa.func.max(Article.id))).one()
        split(connection, kept, [last], [*ROUTES, *routes], LATER)
    assert _waiting(engine) == {"digest_entries": [], "deliveries": []}


def test_a_split_and_a_merge_leave_nothing_to_send_again(engine):
    _, told = _hit(engine, 1)
    _hit(engine, 2, story=told)
    _send(engine)
    new = _split(engine, told, _articles(engine, told)[1])
    _merge(engine, told, new)
    assert [len(rows) for rows in _waiting(engine).values()] == [1, 1]
    with reading(engine) as connection:
        assert story(connection, told)["split"] == []
    assert check(engine) == []


def test_a_split_refuses_what_makes_no_sense(engine):
    _, one = _hit(engine, 1)
    _, other = _hit(engine, 2)
    article = _articles(engine, one)[0]
    with pytest.raises(UserError, match="leave at least one"):
        _split(engine, one, article)
    with pytest.raises(UserError, match=f"article {article} is not in story {other}"):
        _split(engine, other, article)
    with pytest.raises(NotFoundError, match="no story 99"):
        _split(engine, 99, article)


def test_copies_are_told_anew_on_both_sides_of_a_split(engine):
    _, kept = add_hit(engine, ROUTES, NOW, outlet="First", url="https://a.example/1")
    for number in (2, 3):
        add_hit(engine, ROUTES, NOW, outlet=f"Copy {number}", url=f"https://a.example/{number}", story=kept)
    first, second, third = _articles(engine, kept)
    new = _split(engine, kept, second, third)
    with reading(engine) as connection:
        copies = dict(connection.execute(sa.select(Article.id, Article.copy_of)).all())
        assert copies == {first: None, second: None, third: second}
        assert connection.scalar(sa.select(Story.independent_count).where(Story.id == new)) == 1
    assert check(engine) == []
