"""Who allied with whom, as the stories of the archive tell it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from archive.engine import reading, writing
from archive.graph import SHOWN, alliance_graph
from archive.tables import Article, Organisation
from core.records import EventStatus
from tests.factories import article, event, organisation


def day(year, month=1, day=1):
    return datetime(year, month, day, tzinfo=UTC)


@pytest.fixture
def tell(engine):
    """Write a story that says something of two or more organisations. Returns its id."""

    def told(*parties, at=None, status="announced", story=None, outlet="wire", **more):
        with writing(engine) as connection:
            of = article(connection, source_id=outlet, story=story, published_at=at or day(2026),
                         copy_of=more.pop("copy_of", None))
            event(connection, of, *parties, status=status, **more)
            return connection.scalar(sa.select(Article.story_id).where(Article.id == of))

    return told


@pytest.fixture
def graph(engine):
    def read(*around, **more):
        with reading(engine) as connection:
            return alliance_graph(connection, around=around, **more)

    return read


def pairs(graph):
    return {(link.a, link.b) for link in graph.links}


def test_a_link_names_kind_status_topics_dates_outlets_and_the_sentence_that_says_it(tell, graph):
    story = tell("SK Telecom", "Samsung Electronics", at=day(2020), sentence="They said so.", topics=["ai"], score=0.9)
    tell("SK Telecom", "Samsung Electronics", at=day(2020, 1, 3), story=story, outlet="aju", topics=["cloud"])
    [link] = graph("SK Telecom").links
    assert (link.a, link.b, link.type, link.status, link.alive) == (
        "SK Telecom", "Samsung Electronics", "partnership", EventStatus.ANNOUNCED, True)
    assert (link.topics, link.first, link.last, link.outlets) == (("ai", "cloud"), day(2020), day(2020, 1, 3), 2)
    assert (link.evidence.sentence, link.evidence.outlet, link.evidence.story) == ("They said so.", "Wire", story)
    assert len(link.alliances) == 1


def test_a_copy_is_no_outlet_of_its_own(tell, graph, engine):
    story = tell("A", "B")
    with reading(engine) as connection:
        original = connection.scalar(sa.select(Article.id))
    tell("A", "B", story=story, outlet="aju", copy_of=original)
    assert graph().links[0].outlets == 1


@pytest.mark.parametrize(("told", "comes_to"), [
    ([("announced", 2020), ("ended", 2022)], "ended"),
    ([("announced", 2020), ("ended", 2022), ("planned", 2023)], "planned"),
    ([("rumoured", 2020), ("denied", 2021)], "denied"),
    ([("announced", 2020), ("rumoured", 2021), ("denied", 2022)], "announced"),
    ([("denied", 2020)], "denied"),
    ([("announced", 2020), ("rumoured", 2021)], "announced"),
])
def test_denied_and_ended_alliances_are_told_and_not_alive(tell, graph, told, comes_to):
    for status, year in told:
        tell("A", "B", at=day(year), status=status)
    found = graph("A")
    assert found.links[0].status == comes_to
    assert [one.status for one in found.links[0].alliances] == [status for status, _ in told]
    assert [node.partners for node in found.nodes] == [int(comes_to not in {"denied", "ended"})] * 2


def test_within_a_story_a_denial_has_the_last_word_over_late_copies_of_the_news(tell, graph):
    story = tell("A", "B", at=day(2020), status="rumoured")
    tell("A", "B", at=day(2020, 1, 2), status="denied", story=story, outlet="aju")
    tell("A", "B", at=day(2020, 1, 3), status="rumoured", story=story, outlet="post")
    assert graph().links[0].status == "denied"
    assert graph().nodes[0].first is None


def test_an_alliance_begins_with_its_first_report_and_not_with_that_of_its_end(tell, graph):
    story = tell("A", "B", at=day(2020))
    tell("A", "B", at=day(2020, 6), status="ended", story=story)
    tell("C", "D", at=day(2021), status="ended")
    assert [(node.name, node.first) for node in graph().nodes] == [
        ("A", day(2020)), ("B", day(2020)), ("C", None), ("D", None)]


def test_only_what_is_asked_for_is_in_the_graph(tell, graph):
    tell("A", "B", at=day(2019), topics=["ai"])
    tell("A", "C", at=day(2021), topics=["cloud"])
    tell("A", "D", at=day(2021), family="acquisition")
    tell("A", "E", at=day(2021), score=0.3)
    tell("A", "F", at=day(2021), status="background")
    assert pairs(graph()) == {("A", "B"), ("A", "C")}
    assert pairs(graph(since=day(2020))) == {("A", "C")}
    assert pairs(graph(until=day(2020))) == {("A", "B")}
    assert pairs(graph(topics=["ai"])) == {("A", "B")}
    assert pairs(graph(statuses=["background"])) == {("A", "F")}
    assert pairs(graph(least=0.1, statuses=(*SHOWN, "background"))) == {("A", x) for x in "BCEF"}


def test_a_graph_around_an_organisation_ends_after_its_depth(tell, graph):
    for a, b in ("AB", "BC", "CD", "XY"):
        tell(a, b)
    assert pairs(graph("A")) == {("A", "B")}
    assert pairs(graph("A", depth=2)) == {("A", "B"), ("B", "C")}
    assert pairs(graph("A", depth=9)) == {("A", "B"), ("B", "C"), ("C", "D")}
    assert pairs(graph("A", "Y")) == {("A", "B"), ("X", "Y")}
    assert graph("nobody").nodes == ()


def test_a_unit_stands_for_its_group_and_is_no_partner_of_it(tell, graph, engine):
    with writing(engine) as connection:
        organisation(connection, "Samsung Electronics")
        connection.execute(sa.update(Organisation).values(parent="Samsung"))
    story = tell("Samsung", "SK Telecom")
    tell("Samsung Electronics", "Samsung", "SK Telecom", story=story, outlet="aju")
    assert pairs(graph()) == {("SK Telecom", "Samsung Electronics")}


def test_the_links_of_one_organisation_and_their_other_ends(tell, graph):
    tell("A", "B", "C")
    whole = graph()
    assert [link.other("B") for link in whole.links_of("B")] == ["A", "C"]
