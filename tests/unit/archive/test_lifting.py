"""Deciding on the story: one confident report lifts the weak ones beside it, and original and copies are told apart."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from archive.check import check
from archive.engine import reading
from archive.found import found_articles
from archive.show import show
from archive.tables import Article, Delivery, Hit, Story
from core.query import parse
from core.records import EventStatus
from core.settings import RouteSettings
from pipeline.rulebook import load_rules
from tests.reports import at_day, knowledge, put, read

ROUTES = [RouteSettings(name="now", channel="console", send="immediate")]
STRONG = ("Tarvela Robotics and Quillon Systems form joint venture for AI in warehouses",
          "Tarvela Robotics and Quillon Systems formed a joint venture to build artificial intelligence for robots.")
# No word of artificial intelligence: by itself it is no AI alliance.
WEAK = ("Quillon Systems and Tarvela Robotics set up joint venture for warehouses",
        "Quillon Systems and Tarvela Robotics formed a joint venture that makes machines for parcel centres.")
DENIED = ("Quillon Systems denies joint venture with Tarvela Robotics for warehouses",
          "Quillon Systems denied that it forms a joint venture with Tarvela Robotics for robots in warehouses.")
ENDED = ("Quillon Systems and Tarvela Robotics end their joint venture",
         "Quillon Systems and Tarvela Robotics have ended their joint venture, and gave no reasons.")
PARAGRAPH = " ".join(f"Machine {n} lifts boxes of {n * 7} kilograms over the {n}th shelf." for n in range(40, 70))


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return knowledge(tmp_path_factory.mktemp("knowledge"))


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    (folder / "ai.yaml").write_text("title: AI\nquery: event:alliance AND topic:ai\nmin_score: 0.5\n"
                                    "status: [announced, planned, rumoured]\n")
    return load_rules(folder)[0]


def _put(engine, known, rules, *told, batch=False):
    pages = [read(number, title, text, "en", at_day(day), known, rules, f"outlet-{number}")
             for number, ((title, text), day) in enumerate(told, 1)]
    for some in [pages] if batch else [[page] for page in pages]:
        put(engine, some, ROUTES)


def _rows(engine, *columns):
    with reading(engine) as connection:
        return connection.execute(sa.select(*columns).order_by(columns[0])).all()


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("order", [(STRONG, WEAK), (WEAK, STRONG)])
def test_a_weak_report_becomes_a_hit_by_its_story_and_nothing_more_is_sent(engine, known, rules, order, batch):
    _put(engine, known, rules, *((report, place / 10) for place, report in enumerate(order)), batch=batch)
    hits = {row.title: row for row in _hits(engine)}
    strong, weak = hits[STRONG[0]], hits[WEAK[0]]
    assert weak.score <= strong.score
    assert [span["role"] for span in weak.evidence] == ["sentence", "story"]
    lifted = weak.evidence[1]
    assert lifted["article"] == strong.article_id
    assert lifted["reason"] == f"article {strong.article_id} of the same story is a hit with {strong.score:.2f}"
    assert lifted["text"] == (WEAK[0] if lifted["field"] == "title" else WEAK[1])[lifted["start"] : lifted["end"]]
    assert [hit for hit, in _rows(engine, Delivery.hit_id)] == [strong.id]
    with reading(engine) as connection:
        found = found_articles(connection, [weak.article_id, strong.article_id], parse("*"))
        assert [item.score for item in found] == [strong.score] * 2
        assert [(item.outlets, item.independent) for item in found] == [(2, 2)] * 2
        assert show(connection, weak.article_id)["story"]["score"] == strong.score
    assert check(engine) == []


def _hits(engine):
    with reading(engine) as connection:
        return connection.execute(sa.select(Hit.id, Hit.article_id, Hit.score, Hit.evidence, Article.title)
                                  .join(Article, Article.id == Hit.article_id)).all()


def test_a_denial_is_not_lifted_as_a_copy_of_the_deal(sqlite_engine, known, rules):
    _put(sqlite_engine, known, rules, (STRONG, 0), (DENIED, 1))
    statuses = {page.status for page in read(1, *DENIED, "en", at_day(1), known).annotation.events}
    assert statuses == {EventStatus.DENIED}
    assert len({story for _, story in _rows(sqlite_engine, Article.id, Article.story_id)}) == 1
    strong, denial = _hits(sqlite_engine)
    assert "story" not in {span["role"] for span in denial.evidence}
    assert denial.evidence[0]["text"] in (DENIED[0], DENIED[1])
    assert strong.title == STRONG[0]


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("ending", [DENIED, ENDED])
def test_a_denial_or_an_end_of_what_was_told_is_told_though_its_rule_takes_neither_alone(
        engine, known, rules, ending, batch):
    _put(engine, known, rules, (STRONG, 0), (ending, 1), batch=batch)
    first, second = [key.rpartition(":")[0].rpartition(":")[2] for _, key in _rows(engine, Delivery.id, Delivery.key)]
    assert (first, second) == ("deal", "denied" if ending is DENIED else "ended")
    assert check(engine) == []


def test_an_article_that_takes_its_news_back_is_told(sqlite_engine, known, rules):
    _put(sqlite_engine, known, rules, (STRONG, 0))
    put(sqlite_engine, [read(1, *DENIED, "en", at_day(0.2), known, rules, "outlet-1")], ROUTES)
    assert [":denied:" in key for _, key in _rows(sqlite_engine, Delivery.id, Delivery.key)] == [False, True]
    [hit] = _hits(sqlite_engine)
    assert "denied" in {span["text"] for span in hit.evidence if span["role"] == "status"}
    assert check(sqlite_engine) == []


def test_a_denial_of_what_was_never_flagged_is_no_news(sqlite_engine, known, rules):
    _put(sqlite_engine, known, rules, (WEAK, 0), (DENIED, 1))
    assert _hits(sqlite_engine) == []
    assert _rows(sqlite_engine, Delivery.id) == []


def test_a_lifted_report_that_is_corrected_into_a_hit_stands_for_itself(sqlite_engine, known, rules):
    _put(sqlite_engine, known, rules, (STRONG, 0), (WEAK, 0.1))
    put(sqlite_engine, [read(2, STRONG[0], STRONG[1] + " It starts in May.", "en", at_day(0.2), known, rules,
                             "outlet-2")], ROUTES)
    assert all("story" not in {span["role"] for span in row.evidence} for row in _hits(sqlite_engine))
    assert len(_rows(sqlite_engine, Delivery.id)) == 1


def test_the_first_published_text_is_the_original_whenever_it_is_read(engine, known):
    text = STRONG[1] + " " + PARAGRAPH
    reports = [((STRONG[0], text.replace("kilograms", "kilos", 2)), 0.2), ((WEAK[0], text), 0.3), (WEAK, 0.4),
               ((STRONG[0], text.replace("shelf", "rack", 2)), 0.1)]
    _put(engine, known, (), *reports)
    copies = _rows(engine, Article.id, Article.copy_of)
    first, second, own, original = [id_ for id_, _ in copies]
    assert [of for _, of in copies] == [original, original, None, None]
    assert (first, second, own) != (original,) * 3
    assert _rows(engine, Story.article_count, Story.source_count, Story.independent_count) == [(4, 4, 2)]
    assert check(engine) == []


def test_many_copies_in_one_batch_are_copies_of_one(sqlite_engine, known):
    text = STRONG[1] + " " + PARAGRAPH
    _put(sqlite_engine, known, (), *(((f"{STRONG[0]} {n}", text), n / 100) for n in range(30)), batch=True)
    assert _rows(sqlite_engine, Story.article_count, Story.independent_count) == [(30, 1)]
    assert check(sqlite_engine) == []
