"""What a graph of alliances tells beyond its links. networkx says what is right, where it knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.graph import Alliance, Graph, Link, Node
from archive.network import bridges, brokers, by_period, newcomers, path
from core.records import EventStatus


def day(year, month=1, day=1):
    return datetime(year, month, day, tzinfo=UTC)


def link(a, b, *told):
    """A link of two organisations by the dates and statuses of its stories."""
    alliances = tuple(Alliance(number, "partnership", EventStatus(status), ("ai",), at, at,
                               None if status in {"denied", "ended"} else at, ("wire",), 0.9, number, "Title", "https://news.example/1",
                               "Wire", "They join forces.")
                      for number, (status, at) in enumerate(told or [("announced", day(2020))], 1))
    a, b = sorted((a, b))
    return Link(a, b, alliances[-1].status, "partnership", ("ai",), alliances[0].first, alliances[-1].last, 1,
                alliances[-1], alliances)


def relabelled(whole, at, story):
    """The graph with all alliances of one day in one story, and every other one in a story of its own."""
    numbers = count(100)
    links = [replace(one, alliances=tuple(replace(told, story=story if told.first == at else next(numbers))
                                          for told in one.alliances)) for one in whole.links]
    return Graph(whole.nodes, tuple(links))


def graph(*links):
    names = sorted({name for one in links for name in (one.a, one.b)})
    firsts = {name: min((told.begun for one in links if name in {one.a, one.b} for told in one.alliances
                         if told.begun is not None), default=None) for name in names}
    return Graph(tuple(Node(name, None, None, None, firsts[name], 1, 1) for name in names), links)


def test_newcomers_had_no_alliance_before():
    whole = graph(link("A", "B", ("announced", day(2019))), link("B", "C", ("announced", day(2021))),
                  link("C", "D", ("announced", day(2022))), link("E", "F", ("denied", day(2022))))
    assert [node.name for node in newcomers(whole, day(2020))] == ["D", "C"]


def test_a_way_leads_over_living_alliances_only():
    whole = graph(link("A", "B"), link("B", "C"), link("C", "D"), link("A", "D", ("ended", day(2020))))
    assert [(one.a, one.b) for one in path(whole, "D", "A")] == [("C", "D"), ("B", "C"), ("A", "B")]
    assert path(whole, "A", "A") == []
    assert path(whole, "A", "Z") is None


@given(st.lists(st.tuples(st.sampled_from("ABCDEFGH"), st.sampled_from("ABCDEFGH")), max_size=16))
def test_brokers_are_those_that_networkx_finds(ends):
    pairs = sorted({tuple(sorted(pair)) for pair in ends if pair[0] != pair[1]})
    right = networkx.betweenness_centrality(networkx.Graph(pairs)) if pairs else {}
    found = {one.node.name: one.share for one in brokers(graph(*(link(a, b) for a, b in pairs)))}
    assert found == pytest.approx({name: share for name, share in right.items() if share})


def test_a_large_graph_is_estimated_from_some_of_its_organisations():
    star = [link("hub", f"leaf {number:03}") for number in range(60)]
    [one] = brokers(graph(*star), pivots=20)
    assert one.node.name == "hub"
    assert one.share == pytest.approx(1, abs=0.05)


def test_who_with_whom_by_year_and_quarter_with_the_pairs_that_are_new():
    whole = graph(link("A", "B", ("announced", day(2020, 2)), ("ended", day(2020, 5)), ("announced", day(2021))),
                  link("A", "C", ("announced", day(2021, 12, 31))), link("A", "D", ("denied", day(2021))))
    years = by_period(whole)
    assert [(one.name, one.alliances, one.pairs, one.first) for one in years] == [
        ("2020", 1, (("A", "B"),), (("A", "B"),)), ("2021", 2, (("A", "B"), ("A", "C")), (("A", "C"),))]
    assert [one.name for one in by_period(whole, "quarter")] == ["2020-Q1", "2021-Q1", "2021-Q4"]


def test_a_bridge_is_the_first_link_between_two_clusters():
    whole = graph(link("A", "B", ("announced", day(2018))), link("C", "D", ("announced", day(2019))),
                  link("B", "C", ("announced", day(2020)), ("announced", day(2021))),
                  link("A", "D", ("announced", day(2022))), link("A", "E", ("announced", day(2023))))
    [one] = bridges(relabelled(whole, None, 0))
    assert (one.parties, one.alliance.first, one.sizes) == (("B", "C"), day(2020), (2, 2))


def test_a_consortium_is_one_bridge_between_all_its_clusters():
    joint = [("announced", day(2020))]
    whole = graph(link("A", "B", ("announced", day(2018))), link("C", "D", ("announced", day(2019))),
                  *(link(a, b, *joint) for a, b in ("AC", "AX", "CX")))
    [one] = bridges(relabelled(whole, day(2020), 9))
    assert (one.parties, one.sizes) == (("A", "C"), (2, 2))
