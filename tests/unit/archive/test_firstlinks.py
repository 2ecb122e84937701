"""Routes that take only the first link between two groups, or between two clusters of the graph."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from archive import outbox, watchlist
from archive.engine import reading, writing
from archive.firstlinks import first_between
from archive.tables import Delivery, DigestEntry, Organisation
from core.records import EventStatus
from core.routes import RouteSettings
from tests.factories import article, event
from tests.stories import add_hit

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
GROUPS = [["Aurora Group"], ["Borealis Telecom", "Cirrus"]]
PARENTS = {"Aurora Chips": "Aurora Group"}


def route(**more):
    return RouteSettings(name="first", channel="console", send="immediate", **more)


def sent(engine):
    with reading(engine) as connection:
        return list(connection.scalars(sa.select(Delivery.story_id).order_by(Delivery.id)))


def test_only_the_story_that_links_two_groups_first_is_sent(engine):
    routes = [route(first_link=GROUPS)]
    add_hit(engine, routes, NOW, parties=("Aurora Chips", "Delta"), parents=PARENTS)
    _, first = add_hit(engine, routes, NOW, parties=("Aurora Chips", "Cirrus"))
    add_hit(engine, routes, NOW + timedelta(days=1), parties=("Aurora Group", "Borealis Telecom"))
    add_hit(engine, routes, NOW + timedelta(days=1), parties=("Cirrus", "Borealis Telecom"))
    assert sent(engine) == [first]


def test_asked_again_or_told_by_a_further_outlet_it_is_sent_once(sqlite_engine):
    routes = [route(first_link=GROUPS)]
    hit, story = add_hit(sqlite_engine, routes, NOW, parties=("Aurora Group", "Cirrus"))
    add_hit(sqlite_engine, routes, NOW, parties=("Aurora Group", "Cirrus"), story=story, outlet="Aju")
    with writing(sqlite_engine) as connection:
        outbox.enqueue(connection, [outbox.NewHit(hit, story, "ai-alliances", 0.8, "deal:Aurora Group|Cirrus")], routes,
                       NOW)
    assert sent(sqlite_engine) == [story]


def test_an_older_link_in_the_archive_speaks_against_it_and_a_denied_one_does_not(sqlite_engine):
    routes = [route(first_link=GROUPS)]
    with writing(sqlite_engine) as connection:
        denied = article(connection, published_at=NOW - timedelta(days=900))
        event(connection, denied, "Aurora Group", "Cirrus", status="denied")
    _, first = add_hit(sqlite_engine, routes, NOW, parties=("Aurora Group", "Cirrus"))
    with writing(sqlite_engine) as connection:
        old = article(connection, published_at=NOW - timedelta(days=800))
        event(connection, old, "Aurora Group", "Borealis Telecom", status="background")
    add_hit(sqlite_engine, routes, NOW, parties=("Aurora Group", "Borealis Telecom"))
    assert sent(sqlite_engine) == [first]


def test_groups_may_be_kinds_countries_and_the_watch_list(sqlite_engine):
    routes = [route(first_link=[["type:University", "country:jp"], ["@watch"]], min_score=0)]
    with writing(sqlite_engine) as connection:
        watchlist.add(connection, "Cirrus", None, NOW)
        connection.execute(sa.insert(Organisation), [
            {"name": "MIT", "type": "university", "country": "US", "known": True},
            {"name": "Toyota", "type": "company", "country": "JP", "known": True}])
    add_hit(sqlite_engine, routes, NOW, parties=("MIT", "Toyota"))
    _, first = add_hit(sqlite_engine, routes, NOW, parties=("MIT", "Cirrus"))
    add_hit(sqlite_engine, routes, NOW + timedelta(hours=1), parties=("Toyota", "Cirrus"))
    assert sent(sqlite_engine) == [first]


def test_a_route_for_bridges_takes_what_links_two_clusters_first(engine):
    routes = [route(bridges=True), RouteSettings(name="daily", channel="console", bridges=True)]
    add_hit(engine, routes, NOW, parties=("A", "B"))
    add_hit(engine, routes, NOW + timedelta(hours=1), parties=("C", "D"))
    add_hit(engine, routes, NOW + timedelta(hours=2), parties=("D", "E"), status=EventStatus.RUMOURED)
    _, joining = add_hit(engine, routes, NOW + timedelta(hours=3), parties=("B", "C"))
    add_hit(engine, routes, NOW + timedelta(hours=4), parties=("A", "D"))
    assert sent(engine) == [joining]
    with reading(engine) as connection:
        assert list(connection.scalars(sa.select(DigestEntry.story_id))) == [joining]


def test_the_first_link_can_be_asked_for_before_a_route_waits_for_it(sqlite_engine):
    add_hit(sqlite_engine, [], NOW, parties=("Aurora Chips", "Cirrus"), parents=PARENTS)
    with reading(sqlite_engine) as connection:
        found = first_between(connection, *GROUPS)
        assert found is not None
        assert (found[0].a, found[0].b, found[1].first) == ("Aurora Chips", "Cirrus", NOW)
        assert first_between(connection, ["Delta"], ["Cirrus"]) is None


@pytest.mark.parametrize("wrong", [[["A"]], [["A"], []], [["A"], ["B"], ["C"]]])
def test_a_first_link_names_two_groups(wrong):
    with pytest.raises(ValidationError, match="is not two lists of organisations"):
        route(first_link=wrong)
