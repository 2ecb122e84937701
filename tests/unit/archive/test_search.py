"""Searching the archive: the same answers on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from archive.engine import reading, writing
from archive.search import search
from archive.tables import Article
from core.errors import UserError
from core.query import parse
from tests.factories import NOW, article, event, hit, source


def ids(engine, query, **options):
    with reading(engine) as connection:
        return [item.id for item in search(connection, parse(query), **options).items]


def one(engine, query, **options):
    with reading(engine) as connection:
        page = search(connection, parse(query), **options)
    assert page.total == 1
    return page.items[0]


@pytest.fixture
def library(engine):
    """Six articles of 2019 to 2024, by short names."""
    with writing(engine) as connection:
        def put(year, title, text, **more):
            return article(connection, title, text, published_at=datetime(year, 1, 9, tzinfo=UTC), **more)

        source(connection, "aju", country="KR", name="Aju Daily")
        names = {
            "english": put(2020, "Samsung and SK Telecom join forces",
                           "The two will build AI for phones, a spokesperson said.",
                           mentions=["Samsung Electronics", "SK Telecom"], topics={"ai": 0.8}),
            "korean": put(2021, "삼성전자, SK텔레콤과 인공지능 동맹", "두 회사는 AI칩을 함께 개발한다.",
                          source_id="aju", language="ko", topics={"ai": 0.6},
                          mentions=["Samsung Electronics", "SK Telecom"]),
            "chinese": put(2022, "三星与SK电讯合作", "双方将在人工智能领域合作。", language="zh", topics={"ai": 0.1}),
            "denial": put(2023, "Samsung denies talks with Naver", "It has no plan to join the forces of the two labs.",
                          mentions=["Samsung Electronics", "Naver"]),
            "purchase": put(2024, "Hyundai buys a robot maker", "Samsung was not named.", mentions=["Hyundai Motor"]),
            "other": put(2019, "Rain on Monday", "Forces of nature join in, says the Café."),
        }
        made = event(connection, names["english"], "Samsung Electronics", "SK Telecom", score=0.9)
        event(connection, names["korean"], "Samsung Electronics", "SK Telecom", type_="consortium", score=0.7)
        event(connection, names["denial"], "Samsung Electronics", "Naver", status="denied", score=0.6)
        event(connection, names["purchase"], "Hyundai Motor", type_="acquisition", family="deal", topics=["robots"])
        hit(connection, names["english"], event_id=made, score=0.95)
        hit(connection, names["korean"], "all-deals", score=0.5)
    return names


@pytest.mark.parametrize(("query", "expected"), [
    ("samsung", "purchase denial english"),
    ("title:samsung", "denial english"),
    ("text:samsung", "purchase"),
    ('"join forces"', "english"),
    ('"join forces"~1', "denial english"),
    ('"forces join"~3', "denial english other"),
    ('title:"forces join"~0', "english"),
    ("sams*", "purchase denial english"),
    ('"sk tel*"', "english"),
    ("삼성전자", "korean"),
    ("동맹", "korean"),
    ("전자", "korean"),
    ("지능", "korean"),
    ("개발", "korean"),
    ("칩", "korean"),
    ("AI칩", "korean"),
    ("合作", "chinese"),
    ("人工智能", "chinese"),
    ("cafe", "other"),
    ("samsung NOT title:samsung", "purchase"),
    ("NOT samsung", "chinese korean other"),
    ("동맹 OR NOT (samsung OR 合作)", "korean other"),
    ("robot OR (join AND nature)", "purchase other"),
    ("org:naver", "denial"),
    ('org:(naver OR "Hyundai Motor")', "purchase denial"),
    ("org:samsung", "denial korean english"),
    ("org:sams*", "denial korean english"),
    ("org:elect", ""),
    ("org:*", "purchase denial korean english"),
    ("org:unknown", ""),
    ("topic:ai", "korean english"),
    ("topic:A*", "korean english"),
    ("NOT topic:*", "purchase denial chinese other"),
    ("event:alliance", "denial korean english"),
    ("event:consortium", "korean"),
    ("event:alliance topic:ai", "denial korean english"),
    ("event:alliance NOT status:denied", "korean english"),
    ("event:alliance status:denied org:naver", "denial"),
    ("event:alliance org:hyundai", ""),
    ("event:denial", "denial"),
    ("event:Den*", "denial"),
    ("event:denial org:naver topic:ai", "denial"),
    ("event:(denial OR consortium)", "denial korean"),
    ("event:end", ""),
    ("event:alliance NOT event:denial", "korean english"),
    ("event:* topic:robots", "purchase"),
    ("status:(announced OR planned) org:samsung", "korean english"),
    ("rule:ai-alliances", "english"),
    ("rule:*", "korean english"),
    ("source:aju", "korean"),
    ('source:"aju daily"', "korean"),
    ("country:kr", "korean"),
    ("lang:ko OR lang:zh", "chinese korean"),
    ("score:>=0.9", "english"),
    ("score:[0.5 TO 0.6]", "denial korean"),
    ("score:>0", "purchase denial korean english"),
    ("published:2020..2021", "korean english"),
    ("published:>2022", "purchase denial"),
    ("published:2020-01-09", "english"),
    ("seen:>=2026-03-15", "purchase denial chinese korean english other"),
    ("*", "purchase denial chinese korean english other"),
    ("NOT *", ""),
])
def test_a_query_finds_these_newest_first(engine, library, query, expected):
    assert ids(engine, query) == [library[name] for name in expected.split()]


def test_filters_beside_an_event_must_hold_for_one_event(engine):
    with writing(engine) as connection:
        id_ = article(connection, mentions=["A", "B", "C"])
        event(connection, id_, "A", "B", status="denied")
        event(connection, id_, "B", "C", type_="acquisition", family="deal")
    assert ids(engine, "status:denied org:a") == [id_]
    assert ids(engine, "status:denied org:c") == []
    assert ids(engine, "org:c AND (status:denied OR x)") == [id_]


def test_aliases_say_what_a_name_means(engine, library):
    meanings = {"SKT": ["SK Telecom"], "네이버": ["Naver"]}
    aliases = lambda value: meanings.get(value, [])  # noqa: E731
    assert ids(engine, "org:SKT", aliases=aliases) == [library["korean"], library["english"]]
    assert ids(engine, "org:네이버", aliases=aliases) == [library["denial"]]


def test_since_and_until_bound_the_time_of_publication(engine, library):
    found = ids(engine, "*", since=datetime(2020, 1, 9, tzinfo=UTC), until=datetime(2021, 1, 9, tzinfo=UTC))
    assert found == [library["english"]]


def test_an_item_says_what_happened_and_marks_the_match(engine, library):
    item = one(engine, '"a spokesperson"')
    assert (item.title, item.source, item.language) == ("Samsung and SK Telecom join forces", "wire", "en")
    assert item.published_at == datetime(2020, 1, 9, tzinfo=UTC)
    assert item.seen_at == NOW
    assert (item.score, item.organisations) == (0.95, ("Samsung Electronics", "SK Telecom"))
    assert (item.event_type, item.status, item.rules) == ("partnership", "announced", ("ai-alliances",))
    assert item.snippet == "The two will build AI for phones, **a spokesperson** said."


def test_without_an_event_an_item_names_all_organisations_and_has_no_score(engine):
    with writing(engine) as connection:
        article(connection, "Naver and Kakao", mentions=["Naver", "Kakao", "Naver"])
    item = one(engine, "naver")
    assert (item.organisations, item.event_type, item.status, item.score) == (("Naver", "Kakao"), None, None, None)
    assert item.snippet == "**Naver** and Kakao — They said so on Monday."


def test_the_event_that_the_query_asks_for_is_the_one_that_is_shown(engine):
    with writing(engine) as connection:
        id_ = article(connection)
        event(connection, id_, "A", "B", score=0.9)
        event(connection, id_, "B", "C", type_="acquisition", family="deal", score=0.5, sentence="B buys C.")
    item = one(engine, "event:acquisition")
    assert (item.event_type, item.organisations, item.snippet) == ("acquisition", ("B", "C"), "B buys C.")


@pytest.mark.parametrize("sort", ["time", "relevance", "score"])
def test_pages_follow_each_other_without_gap_or_repeat(engine, sort):
    with writing(engine) as connection:
        for number in range(25):
            id_ = article(connection, f"robot {number}", "robot " * (number % 4),
                          published_at=NOW - timedelta(days=number % 6))
            if number % 3:
                event(connection, id_, "A", score=number % 5 / 10)
    seen, cursor = [], None
    with reading(engine) as connection:
        whole = [item.id for item in search(connection, parse("robot"), sort=sort).items]
        while True:
            page = search(connection, parse("robot"), sort=sort, limit=7, cursor=cursor)
            assert page.total == 25
            seen += [item.id for item in page.items]
            cursor = page.cursor
            if cursor is None:
                break
    assert seen == whole
    assert len(set(seen)) == 25


def test_by_relevance_the_title_counts_most(engine):
    with writing(engine) as connection:
        text = article(connection, "Phones", "A robot on the last page of a long report about phones and more phones.")
        title = article(connection, "Robot", "Nothing else.", published_at=NOW - timedelta(days=900))
        article(connection, "Weather", "Rain.")
    assert ids(engine, "robot OR phones NOT weather", sort="relevance")[0] in {text, title}
    assert ids(engine, "robot", sort="relevance") == [title, text]
    assert ids(engine, "robot", sort="time") == [text, title]


def test_by_score_the_surest_come_first(engine, library):
    order = ("english", "purchase", "denial", "korean")
    assert ids(engine, "event:*", sort="score") == [library[name] for name in order]


@pytest.mark.parametrize("cursor", ["", "x", "!!", "W10", "WyJ0aW1lIiwgMSwgMV0", "WyJzY29yZSIsIDAuNSwgMV0"])
def test_a_wrong_cursor_is_one_line(engine, library, cursor):
    with pytest.raises(UserError, match="cursor"):
        ids(engine, "*", cursor=cursor)


def test_a_changed_article_is_found_by_its_new_text_only(engine):
    with writing(engine) as connection:
        id_ = article(connection, "Old words", "old")
        changed = sa.update(Article).where(Article.id == id_)
        connection.execute(changed.values(search_title="new", search_text="new words"))
    assert ids(engine, "old") == []
    assert ids(engine, '"new words"') == [id_]
    with writing(engine) as connection:
        connection.execute(sa.delete(Article).where(Article.id == id_))
    assert ids(engine, "new") == []


def test_phrases_hold_beyond_the_places_that_postgresql_remembers(engine):
    with writing(engine) as connection:
        id_ = article(connection, "Long", "word " * 17000 + "needle in hay " + "needle " * 300 + "needle of gold")
        article(connection, "the needle", "of gold")
    assert ids(engine, '"needle in hay"') == [id_]
    assert ids(engine, '"needle of gold"') == [id_]


def test_hostile_values_are_only_values(engine, library):
    for text in ["org:\"x' OR 1=1 --\"", 'source:"%"', 'org:"_amsung*"', "\"a' & 'b\"", 'title:"\\"x"', 'lang:"a\x00"']:
        assert ids(engine, text) == []
