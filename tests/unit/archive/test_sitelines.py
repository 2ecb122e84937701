"""Lines that repeat on a site are known after two other pages; lines left out of articles are found by `dropped:`."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from archive import sitelines
from archive.engine import reading, writing
from archive.replay import Needs, read_articles
from archive.search import search
from archive.show import show
from archive.store import store
from archive.tables import Address, DroppedLines, SitePage, Source
from core.errors import QueryError
from core.query import parse
from core.records import Article, Outcome, Processed, Signature
from core.text import search_form
from pipeline.match import match
from pipeline.rulebook import Rule
from tests.factories import NOW


@pytest.fixture(autouse=True)
def _addresses(engine):
    with writing(engine) as connection:
        connection.execute(sa.insert(Source), [{"id": "wire", "name": "Wire", "enabled": True, "added_at": NOW,
                                                "failures": 0}])
        connection.execute(sa.insert(Address), [
            {"url": f"http://www.a.example/{n}", "source_id": "wire", "state": "discovered", "discovered_at": NOW,
             "attempts": 0} for n in range(1, 61)])


def page(number, *lines, dropped="", host="www.a.example", title=None):
    url = f"http://{host}/{number}"
    text = f"The firm number {number} said so today."
    article = Article(url, url, title or f"Title {number}", text, language="en", dropped=dropped,
                      flags=("live_blog",) if dropped else ())
    return Processed(number, "wire", url, NOW, Outcome.OK, article=article, signature=Signature(f"hash {number}"),
                     search_title=search_form(article.title), search_text=search_form(text),
                     search_dropped=search_form(dropped), lines=lines)


def put(engine, *pages):
    with writing(engine) as connection:
        store(connection, pages, (), now=NOW)


def known(engine, address_id, site="a.example"):
    with reading(engine) as connection:
        return sitelines.furniture(sitelines.pages_of(connection, site), address_id)


def test_a_line_is_furniture_where_it_stands_on_two_other_pages(engine):
    put(engine, page(1, 7, -8), page(2, 7, 9))
    assert known(engine, 3) == {7}
    assert known(engine, 2) == frozenset(), "its own earlier version is no other page"
    put(engine, page(3, 7, -8))
    assert known(engine, 2) == {7, -8}
    assert known(engine, 9, "b.example") == frozenset()


def test_only_the_newest_pages_of_a_site_are_remembered(engine):
    put(engine, *(page(n, 5 if n < 4 else n) for n in range(1, 61)))
    with reading(engine) as connection:
        ids = list(connection.scalars(sa.select(SitePage.address_id).order_by(SitePage.address_id)))
    assert ids == list(range(61 - sitelines.NEWEST, 61))
    assert known(engine, 99) == frozenset()


def test_memory_and_table_agree(engine):
    pages: sitelines.Pages = {}
    for number in range(1, 61):
        sitelines.remember(pages, number, (1, number))
    put(engine, *(page(n, 1, n) for n in range(1, 61)))
    with reading(engine) as connection:
        assert sitelines.pages_of(connection, "a.example") == pages


def found(engine, query):
    with reading(engine) as connection:
        return [item.id for item in search(connection, parse(query)).items]


def test_dropped_lines_are_searched_only_where_a_query_asks_for_them(engine):
    put(engine, page(1, dropped="Norvane Robotics sponsors this page"), page(2, dropped="삼성전자 광고"), page(3))
    assert found(engine, "norvane") == []
    assert found(engine, "dropped:norvane") == [1]
    assert found(engine, 'dropped:"norvane robotics"') == [1]
    assert found(engine, 'dropped:"robotics norvane"') == []
    assert found(engine, "dropped:norv*") == found(engine, "dropped:norvane AND firm") == [1]
    assert found(engine, "dropped:vane") == []
    assert found(engine, "dropped:삼성") == [2]
    assert sorted(found(engine, "dropped:norvane OR title:3")) == [1, 3]
    assert sorted(found(engine, "NOT dropped:norvane")) == [2, 3]
    with pytest.raises(QueryError, match="dropped: takes words"):
        parse('dropped:"a b"~3')


def test_dropped_lines_and_flags_are_shown_and_follow_a_new_version(engine):
    put(engine, page(1, dropped="Norvane Robotics sponsors this page"))
    with reading(engine) as connection:
        shown = show(connection, 1)
    assert (shown["dropped"], shown["flags"]) == ("Norvane Robotics sponsors this page", ["live_blog"])
    again = page(1, dropped="Another note")
    put(engine, replace(again, signature=Signature("other"), article=replace(again.article, text="A new text of it.")))
    with reading(engine) as connection:
        assert connection.scalars(sa.select(DroppedLines.text)).all() == ["Another note"]


def test_a_rule_may_ask_for_dropped_lines_at_the_crawl_and_over_the_archive(engine):
    rule = Rule(id="names", title="Names", query="dropped:norvane", min_score=0.5)
    put(engine, page(1, dropped="Norvane Robotics sponsors this page"), page(2, dropped="Another note"))
    with reading(engine) as connection:
        stored = read_articles(connection, [1, 2], Needs(text=True))
    assert [[hit.rule for hit in match(one.article, one.annotation, [rule])] for one in stored] == [["names"], []]
