"""The writer of articles: new ones, corrections, copies, known ones, and what all of it leaves in the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from archive.engine import Engine, writing
from archive.store import Stored, store
from archive.tables import (
    Address,
    Article,
    Delivery,
    DigestEntry,
    Event,
    EventParty,
    Fetch,
    Hit,
    Mention,
    Organisation,
    SignatureBand,
    Source,
    Story,
    Version,
)
from core.records import Annotation, EventStatus, Evidence, OrganisationFacts, Outcome, Party, Processed, Span
from core.records import Article as Extracted
from core.records import Event as Found
from core.records import Hit as Flagged
from core.records import Mention as Named
from core.settings import RouteSettings
from core.text import search_form
from pipeline.dedupe import signature

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DIGEST = RouteSettings(name="daily", channel="console")
ALERTS = RouteSettings(name="now", channel="console", send="immediate")
TEXT = (
    "Norvane Robotics and Halcyon Semiconductor will design a chip for walking robots together. The two firms said on "
    "Monday that the first samples are due next autumn, and that both will sell the finished part under their own "
    "names. Engineers of the two companies have shared a laboratory near the harbour since the spring, and forty more "
    "are to join them before the year ends. "
    "Neither side would say what the work costs. "
)


@pytest.fixture(autouse=True)
def _sources(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(
            sa.insert(Source),
            [
                {"id": id_, "name": id_.title(), "enabled": True, "added_at": NOW, "failures": 0}
                for id_ in ("harbour", "wire")
            ],
        )
        connection.execute(
            sa.insert(Address),
            [
                {
                    "url": f"http://a.example/{n}",
                    "source_id": "harbour" if n < 10 else "wire",
                    "state": "discovered",
                    "discovered_at": NOW,
                    "attempts": 0,
                }
                for n in range(1, 20)
            ],
        )


def processed(
    number: int,
    *,
    title: str = "Norvane and Halcyon design a robot chip",
    text: str = TEXT,
    hit: bool = False,
    status: EventStatus = EventStatus.ANNOUNCED,
    canonical: str | None = None,
    at: datetime = NOW,
) -> Processed:
    url = f"http://a.example/{number}"
    article = Extracted(url=url, canonical_url=canonical or url, title=title, text=text, language="en", published_at=at)
    span = Span("title", 0, 7, title[:7])
    event = Found(
        "partnership",
        "alliance",
        status,
        0.8,
        (Party("Norvane Robotics", span=span), Party("Halcyon Semiconductor")),
        Span("title", 0, len(title), title),
        span,
        topics=("ai",),
    )
    annotation = Annotation((Named("Norvane Robotics", span),), {"ai": 0.7}, (event,)) if hit else Annotation()
    hits = (Flagged("ai-alliances", 0.8, (Evidence("party", span),), 0),) if hit else ()
    return Processed(
        number,
        "harbour" if number < 10 else "wire",
        url,
        at,
        Outcome.OK,
        article=article,
        annotation=annotation,
        hits=hits,
        signature=signature(title, text),
        search_title=search_form(title),
        search_text=search_form(text),
        facts={"Norvane Robotics": OrganisationFacts("company", "SE")},
        knowledge_version="test",
        etag=f'"{number}"',
    )


def run(engine: Engine, *pages: Processed, at: datetime = NOW) -> Stored:
    with writing(engine) as connection:
        return store(connection, pages, [DIGEST, ALERTS], now=at)


def rows(engine: Engine, query: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(query))


def count(engine: Engine, table: Any) -> int:
    return int(rows(engine, sa.select(sa.func.count()).select_from(table))[0][0])


def test_an_article_is_stored_with_its_meaning_and_its_address_is_settled(engine: Engine) -> None:
    counts = run(engine, processed(1, hit=True))
    assert (counts.new["harbour"], counts.hits) == (1, 1)
    [address] = rows(engine, sa.select(Address.state, Address.etag, Address.article_id).where(Address.id == 1))
    assert address.state == "stored"
    assert address.etag == '"1"'
    [organisation] = rows(
        engine, sa.select(Organisation.type, Organisation.known).where(Organisation.name == "Norvane Robotics")
    )
    assert organisation == ("company", True)
    assert (count(engine, Mention), count(engine, Event), count(engine, EventParty)) == (1, 1, 2)
    assert [r.outcome for r in rows(engine, sa.select(Fetch.outcome))] == ["ok"]


def test_a_hit_and_what_is_to_be_sent_of_it_are_one_transaction(engine: Engine) -> None:
    with engine.connect().execution_options(writes=True) as connection:
        store(connection, [processed(1, hit=True)], [DIGEST, ALERTS], now=NOW)  # and the process dies before the commit
    assert [count(engine, t) for t in (Article, Hit, DigestEntry, Delivery)] == [0, 0, 0, 0]
    run(engine, processed(1, hit=True))
    assert [count(engine, t) for t in (Article, Hit, DigestEntry, Delivery)] == [1, 1, 1, 1]


def test_the_same_page_again_changes_nothing(engine: Engine) -> None:
    run(engine, processed(1, hit=True))
    counts = run(engine, processed(1, hit=True), at=NOW + timedelta(hours=1))
    assert (counts.new.total(), counts.updated.total(), counts.known["harbour"], counts.hits) == (0, 0, 1, 0)
    assert [count(engine, t) for t in (Article, Version, Hit, Delivery)] == [1, 0, 1, 1]


def test_a_correction_keeps_the_earlier_text_as_a_version_and_alerts_only_if_the_match_changes(engine: Engine) -> None:
    run(engine, processed(1, hit=True))
    later = NOW + timedelta(hours=2)
    corrected = processed(1, hit=True, text=TEXT.replace("forty", "fifty"), at=later)
    assert run(engine, corrected, at=later).updated["harbour"] == 1
    [version] = rows(engine, sa.select(Version.number, Version.text))
    assert version.number == 1
    assert "forty" in version.text
    [article] = rows(engine, sa.select(Article.version, Article.text))
    assert article.version == 2
    assert "fifty" in article.text
    assert (count(engine, Event), count(engine, Delivery)) == (1, 1)
    denied = processed(1, hit=True, text=TEXT + "Both firms now deny it.", status=EventStatus.DENIED, at=later)
    run(engine, denied, at=later + timedelta(hours=1))
    assert (count(engine, Version), count(engine, Delivery)) == (2, 2)


def test_copies_join_one_story_across_batches_and_within_one(engine: Engine) -> None:
    edited = TEXT.replace("next autumn", "in the autumn of next year")
    run(engine, processed(1, hit=True))
    run(
        engine,
        processed(11, title="Robot chip planned by two firms", text=edited, hit=True),
        processed(12, title="Chip for walking robots", text=edited, hit=True),
        at=NOW + timedelta(minutes=5),
    )
    [story] = rows(engine, sa.select(Story.article_count, Story.source_count))
    assert story == (3, 2)
    assert (count(engine, Hit), count(engine, Delivery), count(engine, DigestEntry)) == (3, 1, 1)


def test_other_news_is_another_story(engine: Engine) -> None:
    other = (
        "The harbour authority will close the northern basin for repairs from January. "
        "Ferries will use the old pier until the summer. "
    )
    run(engine, processed(1), processed(2, title="Basin closes", text=other))
    assert count(engine, Story) == 2


def test_an_old_text_with_the_same_words_is_news_again(engine: Engine) -> None:
    run(engine, processed(1))
    run(engine, processed(2), at=NOW + timedelta(days=40))
    assert count(engine, Story) == 2


def test_a_second_address_of_an_article_is_known_not_stored_again(engine: Engine) -> None:
    first = processed(1)
    second = replace(processed(2), article=replace(first.article, url="http://a.example/2"))  # type: ignore[type-var]
    third = replace(processed(3), article=replace(first.article, url="http://a.example/3"))  # type: ignore[type-var]
    assert run(engine, first, second).known["harbour"] == 1
    assert run(engine, third).known["harbour"] == 1
    assert count(engine, Article) == 1
    states = rows(
        engine, sa.select(Address.state, Address.article_id).where(Address.id.in_([1, 2, 3])).order_by(Address.id)
    )
    assert [s.state for s in states] == ["stored", "known", "known"]
    assert len({s.article_id for s in states}) == 1


def test_a_canonical_address_that_all_pages_share_is_not_believed(engine: Engine) -> None:
    home = "http://a.example/"
    other = (
        "The council voted to widen the ring road, and work on it begins once the frost is over, "
        "the mayor's office said on Tuesday. " * 3
    )
    run(engine, processed(1, canonical=home), processed(2, canonical=home, title="Ring road widened", text=other))
    assert count(engine, Article) == 2


def test_pages_without_an_article_end_in_a_named_state(engine: Engine) -> None:
    def lost(number: int, outcome: Outcome) -> Processed:
        return Processed(number, "harbour", f"http://a.example/{number}", NOW, outcome, "why")

    counts = run(engine, lost(1, Outcome.EMPTY), lost(2, Outcome.EXTRACTION_FAILED), lost(3, Outcome.TOO_LARGE))
    assert counts.failed["harbour"] == 3
    found = {
        r.id: r
        for r in rows(
            engine, sa.select(Address.id, Address.state, Address.outcome, Address.reason, Address.next_try_at)
        )
    }
    assert [found[n].state for n in (1, 2, 3)] == ["skipped", "failed", "skipped"]
    assert found[2].next_try_at > NOW
    assert found[1].next_try_at is None
    assert (found[3].outcome, found[3].reason) == ("too_large", "why")


def test_a_page_that_its_process_cannot_read_is_tried_again_but_not_for_ever(engine: Engine) -> None:
    lost = Processed(1, "harbour", "http://a.example/1", NOW, Outcome.TOO_SLOW, "more than 8 s")
    states = []
    for day in range(9):
        run(engine, lost, at=NOW + timedelta(days=day))
        [address] = rows(engine, sa.select(Address.state, Address.next_try_at).where(Address.id == 1))
        states.append((address.state, address.next_try_at is None))
    assert states[0] == ("failed", False)
    assert states[-1] == ("skipped", True)


def test_a_stored_article_stays_when_its_page_is_empty_later(engine: Engine) -> None:
    run(engine, processed(1))
    run(
        engine,
        Processed(1, "harbour", "http://a.example/1", NOW, Outcome.EMPTY, "no text"),
        at=NOW + timedelta(hours=1),
    )
    [address] = rows(engine, sa.select(Address.state, Address.outcome).where(Address.id == 1))
    assert address == ("stored", "empty")


def test_band_rows_follow_the_present_version(engine: Engine) -> None:
    run(engine, processed(1))
    before = count(engine, SignatureBand)
    run(engine, processed(1, text=TEXT.replace("forty", "fifty")), at=NOW + timedelta(hours=1))
    assert count(engine, SignatureBand) == before > 0


def test_a_batch_of_hundreds_is_written_at_once(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(
            sa.insert(Address),
            [
                {
                    "id": n,
                    "url": f"http://a.example/{n}",
                    "source_id": "wire",
                    "state": "discovered",
                    "discovered_at": NOW,
                    "attempts": 0,
                }
                for n in range(100, 400)
            ],
        )
    words = [f"word{n}" for n in range(5000)]
    pages = [processed(n, title=f"Title {n}", text=" ".join(Random(n).sample(words, 80))) for n in range(100, 400)]
    assert run(engine, *pages).new["wire"] == 300
    assert count(engine, Story) == 300


def test_where_a_redirect_ended_is_known_and_not_fetched_for_itself(engine: Engine) -> None:
    page = processed(1)
    assert page.article is not None
    landed = "http://a.example/landed"
    run(engine, replace(page, article=replace(page.article, url=landed)))
    [alias] = rows(engine, sa.select(Address.state, Address.article_id).where(Address.url == landed))
    assert alias.state == "known"
    assert alias.article_id is not None
