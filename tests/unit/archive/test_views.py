"""The views that analysts rely on: the same columns and rows on both databases, and as documented."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from archive.engine import open_engine, reading, writing
from archive.tables import Base, Organisation
from archive.tables.views import VIEWS
from tests.factories import NOW, alert, article, digest, event, hit, source
from tests.unit.repository.code import ROOT


def test_every_database_has_the_views_as_they_are_documented(engine: Engine):
    inspector = sa.inspect(engine)
    assert {view.name for view in VIEWS} == set(inspector.get_view_names())
    for view in VIEWS:
        assert [column["name"] for column in inspector.get_columns(view.name)] == [name for name, _, _ in view.columns]


def test_the_page_of_views_has_every_column():
    page = (ROOT / "docs" / "reference" / "views.md").read_text(encoding="utf-8")
    for view in VIEWS:
        section = page.partition(f"## {view.name}\n")[2].partition("\n## ")[0]
        assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [name for name, _, _ in view.columns]


@pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_migrations_make_the_views_that_the_code_says(dialect, request):
    url = request.getfixturevalue(f"{dialect.removesuffix('ql')}_url")
    engine = open_engine(url)
    tell(engine)
    migrated = rows(engine)
    with writing(engine) as connection:
        for view in VIEWS:
            connection.exec_driver_sql(f"DROP VIEW {view.name}")
            connection.exec_driver_sql(view.sql(dialect))
    assert rows(engine) == migrated
    engine.dispose()


def test_tables_made_without_migrations_have_the_views(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    Base.metadata.create_all(engine)
    assert {view.name for view in VIEWS} == set(sa.inspect(engine).get_view_names())
    assert rows(engine)["v_articles"] == []
    engine.dispose()


def tell(engine: Engine) -> None:
    with writing(engine) as connection:
        source(connection, "aju", country="KR")
        first = article(connection, "One", mentions=["Kakao", "SK Telecom"], topics={"cloud": 0.2, "ai": 0.9},
                        authors=["A", "B"])
        told = event(connection, first, "SK Telecom", "Kakao", topics=["ai", "cloud"])
        flagged = hit(connection, first, event_id=told)
        hit(connection, first, "a-rule", score=0.4)
        second = article(connection, "Two", source_id="aju", published_at=NOW + timedelta(days=1))
        event(connection, second, "SK Telecom", "Naver", status="ended")
        alert(connection, flagged)
        digest(connection, flagged)
        connection.execute(sa.update(Organisation).where(Organisation.name == "Kakao").values(parent="Kakao Group"))


def rows(engine: Engine) -> dict[str, list[dict]]:
    with reading(engine) as connection:
        return {view.name: [dict(row) for row in connection.execute(
            sa.text(f"SELECT * FROM {view.name} ORDER BY 1, 2, 3")).mappings()] for view in VIEWS}


def test_the_views_tell_what_the_archive_holds(engine: Engine):
    tell(engine)
    found = rows(engine)
    [one, two] = found["v_articles"]
    assert (one["title"], one["authors"], one["topics"], one["score"]) == ("One", "A; B", "ai; cloud", 0.9)
    assert (two["outlet"], two["country"], two["score"]) == ("Aju", "KR", None)
    assert [(row["parties"], row["status"], row["topics"]) for row in found["v_alliances"]] == [
        ("SK Telecom; Kakao", "announced", "ai; cloud"), ("SK Telecom; Naver", "ended", "ai")]
    assert [(row["organisation"], row["partner"], row["status"]) for row in found["v_partners"]] == [
        ("Kakao", "SK Telecom", "announced"), ("Naver", "SK Telecom", "ended"),
        ("SK Telecom", "Kakao", "announced"), ("SK Telecom", "Naver", "ended")]
    assert [(row["rule"], row["parties"]) for row in found["v_hits"]] == [
        ("ai-alliances", "SK Telecom; Kakao"), ("a-rule", None)]
    assert [(row["name"], row["parent"], row["articles"], row["alliances"]) for row in found["v_organisations"]] == [
        ("Kakao", "Kakao Group", 1, 1), ("SK Telecom", None, 1, 1), ("Naver", None, 0, 0)]
    assert [(row["title"], row["articles"], row["score"], row["rules"]) for row in found["v_stories"]] == [
        ("One", 1, 0.9, "a-rule; ai-alliances"), ("Two", 1, None, None)]
    assert [(row["kind"], row["state"], row["hit_id"] is None) for row in found["v_deliveries"]] == [
        ("alert", "sent", False), ("digest", "sent", True)]
    assert [(row["source"], row["articles"]) for row in found["v_sources"]] == [("aju", 1), ("wire", 1)]


def test_whom_did_sk_telecom_ally_with_is_one_statement(engine: Engine):
    tell(engine)
    asked = sa.text("SELECT DISTINCT partner FROM v_partners WHERE organisation = 'SK Telecom' AND topics LIKE '%ai%' "
                    "AND published_at >= :since AND status IN ('announced', 'planned', 'rumoured')")
    with reading(engine) as connection:
        assert connection.scalars(asked, {"since": datetime(2020, 1, 1, tzinfo=UTC)}).all() == ["Kakao"]
