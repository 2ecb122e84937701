"""The ledger: what is to be fetched, what became of it, and that nothing is lost or fetched twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from archive import catalogue, entry_points, ledger, polls
from archive.engine import reading, writing
from archive.tables import Address, EntryPoint, Fetch, Source
from core.fetching import Answer, EntryState, FetchOrder, FetchReport, Gap, Poll, Recorded
from core.records import Discovery, Outcome

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENTRY = EntryState("daily", "feed", "https://example.org/rss")


@pytest.fixture
def archive(engine: Engine) -> Engine:
    entry = SimpleNamespace(kind="feed", url=ENTRY.url)
    sources: Any = {
        id_: SimpleNamespace(name=id_, country=None, language="en", enabled=True, interval=None, entries=(entry,))
        for id_ in ("daily", "other")
    }
    with writing(engine) as connection:
        catalogue.sync_sources(connection, sources, NOW)
    return engine


def poll(
    engine: Engine, *found: Discovery, now: datetime = NOW, entry: EntryState = ENTRY, limit: int = 500, **answer: Any
) -> Recorded:
    given = Answer(**{"outcome": Outcome.OK, "at": now, "etag": '"1"', "body_hash": "h", **answer})
    with writing(engine) as connection:
        [recorded] = ledger.record_polls(connection, [Poll(entry, given, found, limit)], now)
    return recorded


def report(engine: Engine, order: FetchOrder, outcome: Outcome, now: datetime = NOW, **answer: Any) -> None:
    with writing(engine) as connection:
        ledger.record_failures(connection, [FetchReport(order, Answer(outcome, now, "why", **answer))], now)


def store(engine: Engine, order: FetchOrder, now: datetime = NOW) -> None:
    """What the writer of articles does to the address."""
    with writing(engine) as connection:
        connection.execute(
            sa.update(Address)
            .where(Address.id == order.address_id)
            .values(state="stored", outcome="ok", fetched_at=now, attempts=0, next_try_at=None, etag='"a"')
        )


def address(engine: Engine, url: str) -> Any:
    with reading(engine) as connection:
        return connection.execute(sa.select(Address.__table__).where(Address.url == url)).one()


def urls(orders: Any) -> list[str]:
    return [order.url for order in orders]


A, B = "https://example.org/a", "https://example.org/b"


def test_a_new_address_is_ordered_once_it_is_stored_no_more(archive: Engine) -> None:
    first = poll(archive, Discovery(A, "A"), Discovery(B, "B"))
    assert urls(first.orders) == [A, B]
    assert (first.new, first.listed) == (2, 2)
    store(archive, first.orders[0])
    second = poll(archive, Discovery(A, "A"), Discovery(B, "B"))
    assert urls(second.orders) == [B]
    assert second.new == 0


def test_an_address_of_another_source_is_left_to_that_source(archive: Engine) -> None:
    poll(archive, Discovery(A))
    theirs = poll(archive, Discovery(A), Discovery(B), entry=EntryState("other", "feed", ENTRY.url))
    assert urls(theirs.orders) == [B]


def test_two_polls_of_one_batch_that_list_the_same_make_one_address(archive: Engine) -> None:
    answer = Answer(Outcome.OK, NOW)
    second = EntryState("daily", "listing", "https://example.org/news")
    with writing(archive) as connection:
        recorded = ledger.record_polls(
            connection, [Poll(ENTRY, answer, (Discovery(A),)), Poll(second, answer, (Discovery(A),))], NOW
        )
    assert {order.address_id for r in recorded for order in r.orders} == {address(archive, A).id}


def test_left_over_addresses_come_back_without_being_listed(archive: Engine) -> None:
    orders = poll(archive, Discovery(A, "A", NOW), Discovery(B)).orders
    store(archive, orders[1])
    with reading(archive) as connection:
        left = ledger.left_over(connection, ["daily", "other"], NOW)
    assert left == {"daily": [FetchOrder(orders[0].address_id, "daily", A, title_hint="A", published_hint=NOW)]}


def test_left_over_addresses_are_limited_and_the_newest_ones(archive: Engine) -> None:
    poll(archive, *(Discovery(f"{A}/{i}") for i in range(5)))
    with reading(archive) as connection:
        left = ledger.left_over(connection, ["daily"], NOW, limit=2)
    assert len(urls(left["daily"])) == 2


def test_a_failed_address_is_tried_again_later_and_never_given_up(archive: Engine) -> None:
    [order] = poll(archive, Discovery(A)).orders
    now, waits = NOW, []
    for _ in range(10):
        report(archive, order, Outcome.TIMEOUT, now)
        row = address(archive, A)
        assert row.state == "failed"
        assert row.reason == "why"
        waits.append(row.next_try_at - now)
        assert poll(archive, Discovery(A), now=row.next_try_at - timedelta(seconds=1)).orders == ()
        now = row.next_try_at
        assert urls(poll(archive, Discovery(A), now=now).orders) == [A]
    assert waits[:3] == [timedelta(minutes=2), timedelta(minutes=8), timedelta(minutes=32)]
    assert max(waits[:8]) == timedelta(days=1)
    assert waits[-1] == timedelta(days=7)


def test_what_a_site_asks_for_is_kept_up_to_a_day(archive: Engine) -> None:
    [order] = poll(archive, Discovery(A)).orders
    report(archive, order, Outcome.HTTP_ERROR, retry_after=7200.0)
    assert address(archive, A).next_try_at == NOW + 2 * HOUR
    report(archive, order, Outcome.HTTP_ERROR, retry_after=10_000_000.0)
    assert address(archive, A).next_try_at == NOW + 24 * HOUR


def test_what_can_never_work_is_skipped_with_its_reason(archive: Engine) -> None:
    [order] = poll(archive, Discovery(A)).orders
    report(archive, order, Outcome.NOT_HTML, final=True)
    row = address(archive, A)
    assert (row.state, row.outcome, row.reason, row.next_try_at) == ("skipped", "not_html", "why", None)
    assert poll(archive, Discovery(A), now=NOW + 100 * HOUR).orders == ()


def test_a_feeds_own_date_of_change_brings_an_article_in_again(archive: Engine) -> None:
    [order] = poll(archive, Discovery(A, "A", updated_at=NOW)).orders
    store(archive, order)
    assert poll(archive, Discovery(A, "A", updated_at=NOW)).orders == ()
    [again] = poll(archive, Discovery(A, "A", updated_at=NOW + HOUR)).orders
    assert again.etag == '"a"'
    assert address(archive, A).state == "discovered"  # so it is fetched even if this process dies now
    report(archive, again, Outcome.UNCHANGED)
    assert address(archive, A).state == "stored"
    assert poll(archive, Discovery(A, "A", updated_at=NOW + HOUR)).orders == ()


def test_a_changed_title_counts_and_a_listing_or_a_late_change_does_not(archive: Engine) -> None:
    [order] = poll(archive, Discovery(A, "A")).orders
    store(archive, order)
    listing = EntryState("daily", "listing", "https://example.org/news")
    assert poll(archive, Discovery(A, "A cut …"), entry=listing).orders == ()
    assert poll(archive, Discovery(A, "Not A"), now=NOW + 15 * 24 * HOUR).orders == ()
    assert urls(poll(archive, Discovery(A, "Not A")).orders) == [A]


def test_validators_are_kept_with_the_discoveries_and_not_while_some_wait(archive: Engine) -> None:
    def state() -> EntryState:
        with reading(archive) as connection:
            [found] = entry_points.states(connection, ["daily"])["daily"]
        return found

    assert poll(archive, Discovery(A), Discovery(B), limit=1).new == 1
    assert (state().etag, state().body_hash) == (None, None)
    poll(archive, Discovery(A), Discovery(B), limit=1)
    assert (state().etag, state().body_hash) == ('"1"', "h")
    poll(archive, entry=state(), outcome=Outcome.TIMEOUT, reason="no answer", etag=None, body_hash=None)
    assert (state().etag, state().body_hash) == ('"1"', "h")


def test_each_poll_and_each_failed_fetch_is_on_record(archive: Engine) -> None:
    [order] = poll(archive, Discovery(A), status=200, size=10, duration_ms=5).orders
    poll(archive, outcome=Outcome.HTTP_ERROR, reason="HTTP 500", status=500)
    poll(archive, outcome=Outcome.HTTP_ERROR, reason="HTTP 500", status=500)
    report(archive, order, Outcome.TIMEOUT)
    with reading(archive) as connection:
        fetches = connection.execute(sa.select(Fetch.outcome, Fetch.status, Fetch.address_id).order_by(Fetch.id)).all()
        entry = connection.execute(
            sa.select(EntryPoint.failures, EntryPoint.outcome, EntryPoint.reason).where(EntryPoint.source_id == "daily")
        ).one()
    assert [tuple(f) for f in fetches] == [
        ("ok", 200, None),
        ("http_error", 500, None),
        ("http_error", 500, None),
        ("timeout", None, order.address_id),
    ]
    assert tuple(entry) == (2, "http_error", "HTTP 500")


def test_where_an_address_led_is_known_and_an_existing_address_stays(archive: Engine) -> None:
    first = poll(archive, Discovery(A), Discovery(B)).orders[0]
    final = "https://example.org/final"
    with writing(archive) as connection:
        ledger.record_aliases(connection, [(final, first.address_id), (B, first.address_id)], NOW)
    assert address(archive, final).state == "known"
    assert address(archive, B).state == "discovered"
    assert poll(archive, Discovery(final)).orders == ()


def due(engine: Engine, sources: Any, now: datetime = NOW, **values: Any) -> list[str]:
    with reading(engine) as connection:
        return catalogue.due_sources(connection, sources, now, **values)


@pytest.fixture
def sources() -> Any:
    return {
        id_: SimpleNamespace(
            name=id_,
            country=None,
            language="en",
            enabled=id_ != "off",
            interval=None,
            entries=(),
            rests_at=lambda _: False,
        )
        for id_ in ("daily", "off", "other")
    }


def test_what_becomes_due_before_the_next_look_is_polled_with_this_one(engine: Engine, sources: Any) -> None:
    with writing(engine) as connection:
        catalogue.sync_sources(connection, sources, NOW)
        connection.execute(sa.update(Source).values(next_due_at=NOW + timedelta(seconds=5)))
    assert due(engine, sources) == []
    assert due(engine, sources, ahead=timedelta(seconds=4)) == []
    assert due(engine, sources, ahead=timedelta(seconds=5)) == ["daily", "other"]


def test_a_source_in_its_quiet_hours_is_polled_only_by_name(engine: Engine, sources: Any) -> None:
    sources["daily"].rests_at = lambda _: True
    with writing(engine) as connection:
        catalogue.sync_sources(connection, sources, NOW)
        assert catalogue.due_sources(connection, sources, NOW) == ["other"]
        assert catalogue.due_sources(connection, sources, NOW, everything=True) == ["other"]
        assert catalogue.due_sources(connection, sources, NOW, only=["daily"]) == ["daily"]


def finish(engine: Engine, sources: Any, now: datetime, **values: Any) -> datetime:
    with writing(engine) as connection:
        polls.finish(
            connection,
            [polls.SourceResult(**{"source_id": "daily", "outcome": Outcome.OK, **values})],
            sources,
            now,
        )
        due_at = connection.scalar(sa.select(Source.next_due_at).where(Source.id == "daily"))
    assert isinstance(due_at, datetime)
    return due_at


def test_sources_are_due_by_their_time_unless_all_or_some_are_named(engine: Engine, sources: Any) -> None:
    with writing(engine) as connection:
        catalogue.sync_sources(connection, sources, NOW)
    assert due(engine, sources) == ["daily", "other"]
    finish(engine, sources, NOW)
    assert due(engine, sources) == ["other"]
    assert due(engine, sources, everything=True) == ["other", "daily"]
    assert due(engine, sources, only=["daily"]) == ["daily"]
    assert due(engine, sources, NOW + 2 * HOUR) == ["other", "daily"]


def test_a_source_is_claimed_by_one_process_and_a_dead_ones_claim_is_void(
    engine: Engine, sources: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(engine) as connection:
        catalogue.sync_sources(connection, sources, NOW)
        assert catalogue.claim(connection, ["daily", "other"], NOW) == {"daily", "other"}
        catalogue.release(connection, ["other"])
        connection.execute(sa.update(Source).where(Source.id == "daily").values(claimed_by="elsewhere:1:2"))
        assert catalogue.claim(connection, ["daily", "other"], NOW) == {"other"}
        assert catalogue.claim(connection, ["daily"], NOW + catalogue.LEASE) == {"daily"}
        connection.execute(
            sa.update(Source).where(Source.id == "daily").values(claimed_by="here:1:2", claimed_until=NOW + HOUR)
        )
    assert "daily" not in due(engine, sources)
    monkeypatch.setattr("core.process.is_gone", lambda holder: holder == "here:1:2")
    assert "daily" in due(engine, sources)
    with writing(engine) as connection:
        assert catalogue.claim(connection, ["daily"], NOW) == {"daily"}


def test_files_decide_names_and_switches_and_rows_of_gone_files_stay(engine: Engine, sources: Any) -> None:
    with writing(engine) as connection:
        catalogue.sync_sources(connection, sources, NOW)
        sources["daily"].name = "The Daily"
        del sources["other"]
        catalogue.sync_sources(connection, sources, NOW)
        rows = {r.id: (r.name, r.enabled) for r in connection.execute(sa.select(Source.__table__))}
    assert rows == {"daily": ("The Daily", True), "off": ("off", False), "other": ("other", False)}


def test_of_an_older_list_only_what_fell_into_the_gap_is_taken(archive: Engine) -> None:
    """By its date; a date without a time may be of that day; without any it has to stand before what was known."""
    poll(archive, Discovery(A, "A"))
    since = NOW + timedelta(hours=1)
    gap = Gap(since, since + timedelta(hours=2), 9)

    def listed(name: str, **when: Any) -> Discovery:
        return Discovery(f"https://example.org/{name}", name, **when)

    midnight = datetime(since.year, since.month, since.day, tzinfo=UTC)
    older = Poll(ENTRY, Answer(Outcome.OK, gap.at), (
        listed("undated"), listed("later", published_at=since + timedelta(minutes=1)),
        listed("earlier", published_at=since - timedelta(minutes=1)), listed("that-day", published_at=midnight),
        listed("the-day-before", published_at=midnight - timedelta(days=1)), Discovery(A, "A"), listed("undated-old"),
    ), gap=gap)
    with writing(archive) as connection:
        entry_points.note_gaps(connection, [{"source_id": "daily", "day": gap.at.date(), "gaps": 1, "missed": 9}])
        [recorded] = ledger.record_polls(connection, [older], gap.at)
        left = connection.execute(sa.text("SELECT gaps, missed FROM source_days")).all()
        query = sa.text("SELECT last_polled_at FROM entry_points WHERE source_id = 'daily'")
        last = [str(at)[:13] for at in connection.execute(query).scalars()]
    assert urls(recorded.orders) == [f"https://example.org/{name}" for name in ("undated", "later", "that-day")]
    assert recorded.overlap
    assert [tuple(row) for row in left] == [(0, 0)]  # nothing is missing any more
    assert last == ["2026-11-20 12"]  # and it counts as no poll


def test_a_gap_that_older_lists_fill_in_part_stays_with_the_rest(archive: Engine) -> None:
    gap = Gap(NOW, NOW + timedelta(hours=2), 9)
    older = Poll(ENTRY, Answer(Outcome.OK, gap.at), (Discovery(A, "A"), Discovery(B, "B")), gap=gap)
    with writing(archive) as connection:
        entry_points.note_gaps(connection, [{"source_id": "daily", "day": gap.at.date(), "gaps": 1, "missed": 9}])
        [recorded] = ledger.record_polls(connection, [older], gap.at)
        left = connection.execute(sa.text("SELECT gaps, missed FROM source_days")).all()
    assert not recorded.overlap
    assert [tuple(row) for row in left] == [(1, 7)]
