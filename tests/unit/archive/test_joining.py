"""Reports of one thing join one story, in other words and languages; other news of the same parties does not."""

from __future__ import annotations

from itertools import combinations

import pytest

from pipeline.knowledge import load_knowledge, shipped_knowledge
from tests.reports import at_day, knowledge, labelled, put, read, story_of

POSSIBLE_LEAST = {"precision": 0.97, "recall": 0.95}


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """The shipped knowledge with the invented organisations."""
    return knowledge(tmp_path_factory.mktemp("knowledge"))


@pytest.fixture(scope="module")
def pages(known):
    """The labelled reports as the store gets them, by number, with the story each belongs to."""
    return {number: (one.story, read(number, one.title, one.text, one.language, at_day(one.day), known))
            for number, one in enumerate(labelled(), 1)}


def _figures(pages, story):
    right = false = missed = 0
    for a, b in combinations(pages, 2):
        same, joined = pages[a][0] == pages[b][0], story[a] == story[b]
        right += same and joined
        false += joined and not same
        missed += same and not joined
    return {"precision": right / (right + false), "recall": right / (right + missed)}


@pytest.mark.parametrize("size", [1, 20, 1000])
def test_the_labelled_reports_join_their_stories_and_no_others(sqlite_engine, pages, size):
    batch = []
    for _, page in pages.values():
        batch.append(page)
        if len(batch) == size:
            put(sqlite_engine, batch)
            batch = []
    if batch:
        put(sqlite_engine, batch)
    figures = _figures(pages, story_of(sqlite_engine))
    assert all(figures[name] >= least for name, least in POSSIBLE_LEAST.items()), figures


PAIR = "Tarvela Robotics and Quillon Systems"
DEAL = f"""{PAIR} form joint venture for warehouse robots
{PAIR} have formed a joint venture to build artificial intelligence for robots in warehouses. It has 240 people."""
RETOLD = """Robots for parcels: Quillon Systems and Tarvela Robotics set up a company
Quillon Systems and Tarvela Robotics founded a joint venture. Their warehouse robots use machine learning, 240 people
are to work there."""
OTHER = f"""{PAIR} partner on AI for schools
{PAIR} announced a partnership to teach students about artificial intelligence."""
ENDED = f"""{PAIR} end joint venture
{PAIR} have ended their joint venture for warehouse robots."""


VENTURE = f"""{PAIR} form joint venture Calliope
{PAIR} will form a 50-50 joint venture in artificial intelligence called Calliope."""
CAMPUS = f"""{PAIR} build $900 million data centre in Turku
{PAIR} agreed to build a data centre for artificial intelligence with 150 megawatts at a cost of $900 million."""
STOCK = "Financial terms were not disclosed. Analysts said the move had been expected for some weeks by investors."
BARE = f"""{PAIR} in AI alliance
{PAIR} have formed an alliance."""


def _stories(engine, known, *told):
    for number, (report, day) in enumerate(told, 1):
        title, _, text = report.partition("\n")
        put(engine, [read(number, title, text, "en", at_day(day), known)])
    story = story_of(engine)
    return [story[number] for number in sorted(story)]


def test_a_retelling_days_later_joins_and_weeks_later_does_not(engine, known):
    first, soon, late = _stories(engine, known, (DEAL, 0), (RETOLD, 1.5), (RETOLD, 60))
    assert first == soon != late


def test_another_deal_of_the_same_two_is_another_story(engine, known):
    first, other = _stories(engine, known, (DEAL, 0), (OTHER, 0.5))
    assert first != other


def test_the_end_of_an_alliance_joins_its_story_months_later(engine, known):
    first, end = _stories(engine, known, (DEAL, 0), (ENDED, 120))
    assert first == end


def test_what_happened_before_joins_too_when_it_is_read_later(engine, known):
    first, earlier = _stories(engine, known, (RETOLD, 3), (DEAL, 2))
    assert first == earlier


@pytest.mark.parametrize("order", [(VENTURE, CAMPUS), (CAMPUS, VENTURE)])
def test_two_deals_of_a_pair_on_one_day_are_two_stories_whatever_stock_sentences_an_outlet_adds(engine, known, order):
    first, other = _stories(engine, known, *((f"{deal}\n{STOCK}", number / 10) for number, deal in enumerate(order)))
    assert first != other


def test_a_short_report_without_any_marks_joins_the_deal_of_its_day(engine, known):
    first, short = _stories(engine, known, (DEAL, 0), (BARE, 0.3))
    assert first == short


def test_a_group_and_its_unit_are_the_same_party(engine):
    known = load_knowledge(shipped_knowledge())
    group = """Hyundai Motor Group and Nvidia deepen AI alliance for robots
Hyundai Motor Group and Nvidia will partner on artificial intelligence for robots and factories."""
    unit = """Nvidia, Hyundai Motor ally on robots
Hyundai Motor and Nvidia have formed an alliance on artificial intelligence for robots in factories."""
    first, second = _stories(engine, known, (group, 0), (unit, 0.4))
    assert first == second
