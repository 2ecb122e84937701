"""Evidence and corrections as marks in a text: every place right, nothing but text from strangers."""

from __future__ import annotations

from typing import Any

import lxml.html
from hypothesis import given, settings
from hypothesis import strategies as st

from web import marking, text
from web.svg import Bar, bars

WILD = st.text(alphabet=st.sampled_from("<>&\"'ab \n*\u202e\u0000\ud800x"), max_size=60)


def words(html: Any) -> str:
    return lxml.html.fragment_fromstring(str(html), create_parent="div").text_content() if str(html).strip() else ""


def test_evidence_is_marked_by_its_role_in_every_paragraph_that_it_reaches() -> None:
    html = marking.evidence("Aurora and\nBorealis ally", [(0, 6, "party"), (7, 19, "relation"), (20, 24, "topic")])
    assert str(html) == (
        '<p><mark class="party" title="party">Aurora</mark> <mark class="relation" title="relation">and</mark></p>\n'
        '<p><mark class="relation" title="relation">Borealis</mark> <mark class="topic" title="topic">ally</mark></p>')


def test_places_that_overlap_or_lie_outside_are_left_out() -> None:
    html = marking.line("Aurora allies", [(0, 6, "party"), (3, 9, "relation"), (7, 99, "topic"), (5, 5, "party")])
    assert str(html) == '<mark class="party" title="party">Aurora</mark> allies'


@settings(max_examples=150, deadline=None)
@given(WILD, st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70), st.just("party")), max_size=6), WILD)
def test_no_text_becomes_anything_but_text(given_text: str, spans: list[tuple[int, int, str]], other: str) -> None:
    for html in (marking.evidence(given_text, spans), marking.line(given_text, spans), text.bdi(given_text),
                 marking.changes(given_text, other), text.snippet(given_text), text.bold(given_text, ())):
        tree = lxml.html.fragment_fromstring(str(html), create_parent="div") if str(html).strip() else []
        tags = {element.tag for element in tree.iter()} - {"div"} if len(tree) else set()
        assert tags <= {"p", "mark", "bdi", "del", "ins"}
    shown = text.visible(given_text)
    assert "".join(words(marking.evidence(given_text, spans)).split()) == "".join(shown.split())


def test_a_correction_shows_what_went_and_what_came_and_leaves_out_what_stayed() -> None:
    html = str(marking.changes("It pays 3 million.\nThe rest.", "It pays 5 million.\nThe rest."))
    assert html == "<p>It pays <del>3</del> <ins>5</ins> million.</p>"
    assert str(marking.changes("the same", "the same")) == ""


def test_huge_texts_are_compared_without_end() -> None:
    old, new = "a " * 40_000, "b " * 40_000
    assert str(marking.changes(old, new)).startswith("<p><del>a a")
    assert "<ins>" in str(marking.changes("x\n" * 30_000, "y\n" * 30_000))


def test_a_snippet_shows_its_marks_and_no_sign_of_its_writer() -> None:
    assert str(text.snippet("a **<b>** c")) == "a <mark>&lt;b&gt;</mark> c"


def test_a_name_is_quoted_for_a_query_where_it_needs_to_be() -> None:
    assert [text.quoted(name) for name in ("samsung", "SK Telecom", 'A "B"', "OR", "삼성")] == [
        "samsung", '"SK Telecom"', '"A \\"B\\""', '"OR"', "삼성"]


def test_links_lead_to_the_web_only() -> None:
    assert text.link("https://example.org/a b") == "https://example.org/a%20b"
    for wrong in ("javascript:alert(1)", "data:text/html,x", "//example.org", "https://u:p@example.org", "", None):
        assert text.link(wrong) is None


def test_bars_are_links_with_their_number_and_part() -> None:
    svg = str(bars([Bar("2026-01", 4, "/search?q=a&since=2026-01", 1), Bar("<b>", 0)], "Articles"))
    assert 'aria-label="2026-01: 4, 1 flagged"' in svg
    assert "<b>" not in svg
    assert svg.count("<a ") == 1
    assert str(bars([], "none")) == ""


def test_spans_of_time_are_told_in_one_unit() -> None:
    assert [text.lasting(s) for s in (None, 30, 900, 7200, 3 * 86400)] == ["", "30 s", "15 min", "2 h", "3 days"]
