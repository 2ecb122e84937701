"""The page on searching: every query that it shows can be asked, and finds something in an archive made for it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from archive.engine import reading, writing
from archive.search import search
from archive.tables import DroppedLines, Organisation
from core.clock import now
from core.query import parse
from pipeline.knowledge import load_knowledge
from pipeline.rulebook import shipped_rules
from tests.factories import article, event, hit, person, source
from tests.unit.repository.code import ROOT

PAGE = (ROOT / "docs" / "how-to" / "search-the-archive.md").read_text(encoding="utf-8")
QUERIES = [query for line in PAGE.splitlines() if line.startswith("| `") for query in
           re.findall(r"`([^`]+)`", line.split(" | ")[0])]


@pytest.fixture
def archive(sqlite_engine):
    """Articles that hold what the page asks for."""
    with writing(sqlite_engine) as connection:
        source(connection, "aju", name="Aju Daily", country="KR")
        first = article(connection, "An alliance of Samsung and SK Telecom",
                        "Samsung, ally of robots and AI, will join forces with the telecom firm, says a spokesperson.",
                        source_id="aju", language="ko", published_at=datetime(2020, 6, 9, tzinfo=UTC), topics={"ai": 1},
                        mentions=["Naver"])
        made = event(connection, first, "Samsung Electronics", "SK Telecom", type_="joint_venture", score=0.75)
        hit(connection, first, event_id=made, score=0.75)
        person(connection, first, "Sam Altman")
        connection.execute(sa.insert(DroppedLines).values(article_id=first, text="Subscribe", search_text="subscribe"))
        second = article(connection, "인공지능 동맹을 부인", "人工智能合作",
                         published_at=datetime(2020, 1, 9, tzinfo=UTC))
        event(connection, second, "Samsung Electronics", "Naver", status="denied")
        third = article(connection, "It is over", published_at=now() - timedelta(hours=1))
        event(connection, third, "Harman", "SK Telecom", status="ended")
        connection.execute(sa.update(Organisation).where(Organisation.name == "Harman")
                           .values(parent="Samsung Electronics"))
    return sqlite_engine


def test_the_page_has_queries():
    assert len(QUERIES) > 40


def test_every_query_of_the_page_finds_something(archive):
    gazetteer = load_knowledge(shipped_rules().parent / "knowledge").gazetteer
    with reading(archive) as connection:
        silent = [query for query in QUERIES
                  if not search(connection, parse(query), aliases=lambda name: sorted(gazetteer.wanted(name))).total]
    assert silent == []


def test_every_field_of_the_language_stands_on_the_page():
    from core.query import FIELDS
    assert [field for field in FIELDS if f"`{field}:" not in PAGE] == []
