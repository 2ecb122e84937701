"""From hits to the outbox: what is worth a message, in the hit's own transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from archive import claims, outbox
from archive.engine import reading, writing
from archive.outbox import NewHit, change_of, is_news
from archive.tables import Delivery, DigestEntry
from core import process
from core.records import Event, EventStatus, Party, Span
from core.settings import RouteSettings
from tests.stories import add_hit

NOW = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
DAILY = RouteSettings(name="daily", channel="slack:C0000000001", rules=["ai-alliances"])
AT_ONCE = RouteSettings(name="now", channel="slack:C0000000001", send="immediate")
BOTH = (DAILY, AT_ONCE)
LEASE = timedelta(seconds=90)


def keys(engine: Engine) -> tuple[list[str], list[str]]:
    with reading(engine) as connection:
        return (list(connection.scalars(sa.select(DigestEntry.key).order_by(DigestEntry.id))),
                list(connection.scalars(sa.select(Delivery.key).order_by(Delivery.id))))


def test_the_change_of_an_event_names_its_kind_and_its_parties_in_one_order() -> None:
    span = Span("text", 0, 1, "x")
    event = Event("partnership", "alliance", EventStatus.PLANNED, 0.9, (Party("SK Telecom"), Party("Arm")), span, span)
    assert change_of(event) == "deal:Arm|SK Telecom"


@pytest.mark.parametrize(("told", "change", "news"), [
    ([], "deal:A|B", True),
    (["deal:A|B"], "deal:A|B", False),
    (["deal:A|B"], "rumour:A|B", False),
    (["deal:A|B"], "background:A|B", False),
    (["deal:A|B|C"], "deal:A|B", False),
    (["deal:A|B"], "deal:A|C", True),
    (["deal:A|B"], "denied:A|B", True),
    (["deal:A|B"], "ended:A|B", True),
    (["rumour:A|B"], "deal:A|B", True),
    (["deal:A|B", "deal:A|C"], "deal:B|C", False),
    ([""], "deal:A|B", True),
    ([""], "", False),
    (["deal:A|B"], "", False),
    (["deal:Group|B"], "deal:Unit|B", False),
    (["deal:Unit|B"], "deal:Group|B", False),
    (["deal:Unit|B"], "deal:Other unit|B", False),
    (["deal:Group|B"], "deal:Part of the unit|B", False),
    (["deal:Group|B"], "ended:Unit|B", True),
    (["deal:Group|B"], "deal:Unit|C", True),
])
def test_a_copy_is_no_news_and_a_denial_or_a_new_party_is(told: list[str], change: str, news: bool) -> None:
    parents = {"Part of the unit": "Unit", "Unit": "Group", "Other unit": "Group"}
    assert is_news(change, told, parents) is news


def test_a_hit_gives_each_route_that_takes_it_one_row(engine: Engine) -> None:
    strict = RouteSettings(name="strict", channel="console", min_score=0.9)
    other = RouteSettings(name="other", channel="console", rules=["hbm"])
    add_hit(engine, (*BOTH, strict, other), NOW, score=0.8)
    entries, deliveries = keys(engine)
    assert entries == ["1:deal:Aurora Chips|Borealis Telecom"]
    assert deliveries == ["alert:now:1:deal:Aurora Chips|Borealis Telecom"]


def test_copies_of_a_story_add_nothing_and_a_denial_does(engine: Engine) -> None:
    _, story = add_hit(engine, BOTH, NOW)
    add_hit(engine, BOTH, NOW, story=story, outlet="Second Post")
    add_hit(engine, BOTH, NOW, story=story, outlet="Third Post", status=EventStatus.DENIED)
    entries, deliveries = keys(engine)
    assert [key.split(":")[1] for key in entries] == ["deal", "denied"]
    assert len(deliveries) == 2


def test_of_the_copies_in_one_batch_the_best_speaks_for_the_story(engine: Engine) -> None:
    first, story = add_hit(engine, (), NOW, score=0.6)
    second, _ = add_hit(engine, (), NOW, score=0.9, story=story)
    hits = [
        NewHit(first, story, "ai-alliances", 0.6, "deal:A|B"),
        NewHit(second, story, "ai-alliances", 0.9, "deal:A|B"),
        NewHit(second, story, "hbm", 0.95, ""),
    ]
    with writing(engine) as connection:
        assert outbox.enqueue(connection, hits, BOTH, NOW) == 2
        assert list(connection.scalars(sa.select(DigestEntry.hit_id))) == [second]


def test_nothing_is_queued_when_the_hits_transaction_is_rolled_back(engine: Engine) -> None:
    hit, story = add_hit(engine, (), NOW)
    with engine.connect().execution_options(writes=True) as connection:
        outbox.enqueue(connection, [NewHit(hit, story, "ai-alliances", 0.9, "deal:A|B")], BOTH, NOW)
        connection.rollback()
    assert keys(engine) == ([], [])


def claim(engine: Engine, now: datetime = NOW) -> claims.Claimed | datetime | None:
    with writing(engine) as connection:
        return claims.claim(connection, AT_ONCE.channel, ["now"], now, LEASE)


def state(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(sa.select(Delivery.state).order_by(Delivery.id)))


def test_one_delivery_of_a_channel_is_claimed_at_a_time_in_order(engine: Engine) -> None:
    add_hit(engine, BOTH, NOW)
    add_hit(engine, BOTH, NOW)
    first = claim(engine)
    assert isinstance(first, claims.Claimed)
    assert claim(engine) == NOW + timedelta(seconds=1)
    with writing(engine) as connection:
        assert claims.record(connection, first, "sent", NOW, message_id="1.1")
    second = claim(engine)
    assert isinstance(second, claims.Claimed)
    assert second.id > first.id
    assert state(engine) == ["sent", "sending"]


def test_a_delivery_that_waits_holds_the_later_ones_back(engine: Engine) -> None:
    add_hit(engine, BOTH, NOW)
    add_hit(engine, BOTH, NOW)
    first = claim(engine)
    assert isinstance(first, claims.Claimed)
    later = NOW + timedelta(seconds=30)
    with writing(engine) as connection:
        claims.record(connection, first, "pending", NOW, next_try_at=later)
    assert claim(engine) == later
    again = claim(engine, later)
    assert isinstance(again, claims.Claimed)
    assert again.id == first.id
    assert not again.unclear


def test_after_a_day_of_tries_a_delivery_lets_the_later_ones_pass(engine: Engine) -> None:
    add_hit(engine, BOTH, NOW)
    add_hit(engine, BOTH, NOW)
    now = NOW + timedelta(days=2)
    with writing(engine) as connection:
        connection.execute(
            sa.update(Delivery).where(Delivery.id == 1).values(attempts=20, next_try_at=now + timedelta(seconds=60))
        )
    passed = claim(engine, now)
    assert isinstance(passed, claims.Claimed)
    assert passed.id == 2


@pytest.mark.parametrize("holder", ["dead", "late"])
def test_a_claim_that_was_left_behind_becomes_unclear_and_not_pending(engine: Engine, holder: str) -> None:
    add_hit(engine, BOTH, NOW)
    first = claim(engine)
    assert isinstance(first, claims.Claimed)
    now = NOW + (LEASE if holder == "late" else timedelta(seconds=1))
    if holder == "dead":
        host = process.identity().rsplit(":", 2)[0]
        with writing(engine) as connection:
            connection.execute(sa.update(Delivery).values(claimed_by=f"{host}:{2**22 + 1}:1"))
    assert claim(engine, now) == now + claims.SETTLE
    assert state(engine) == ["unclear"]
    again = claim(engine, now + claims.SETTLE)
    assert isinstance(again, claims.Claimed)
    assert again.unclear


def test_a_process_that_lost_its_claim_writes_nothing(engine: Engine) -> None:
    add_hit(engine, BOTH, NOW)
    first = claim(engine)
    assert isinstance(first, claims.Claimed)
    claim(engine, NOW + LEASE)
    with writing(engine) as connection:
        assert not claims.renew(connection, first, NOW + LEASE)
        assert not claims.record(connection, first, "sent", NOW)
    assert state(engine) == ["unclear"]


def test_a_wait_written_by_a_clock_that_was_ahead_does_not_hold_for_long(engine: Engine) -> None:
    add_hit(engine, BOTH, NOW)
    with writing(engine) as connection:
        connection.execute(sa.update(Delivery).values(next_try_at=NOW + timedelta(days=300)))
    assert isinstance(claim(engine), claims.Claimed)
