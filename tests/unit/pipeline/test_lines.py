"""Lines that are no part of an article are dropped, kept apart, and never take most of a text with them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import KnowledgeFileError
from core.recipe import Recipe
from pipeline.extract import read_page
from pipeline.furniture import line_hash, line_hashes, repeated
from pipeline.linefilter import line_filter, read_filter
from pipeline.lines import PageSigns
from tests.unit.pipeline.test_extract import PARAGRAPHS, URL, page

SIGN_UP = "Sign up for our newsletter"
BIO = "Avery Example is a reporter. Follow her on Twitter"
RIGHTS = "Example News and its partners are licensed in all regions of the country under the rules of the trade."


def html(*more: str) -> bytes:
    """A page with lines in boxes below its paragraphs."""
    boxes = "".join(f"<div><div><p>{line}</p></div></div>" for line in more)
    return page(PARAGRAPHS).replace("</article>", f"{boxes}</article>").encode()


def test_a_request_to_sign_up_is_dropped_and_kept_beside_the_text():
    article = read_page(html(SIGN_UP, BIO), URL).article
    assert article.text == "\n".join(PARAGRAPHS)
    assert article.dropped == f"{SIGN_UP}\n{BIO}"


def test_a_source_may_switch_the_filter_off():
    article = read_page(html(SIGN_UP), URL, recipe=Recipe(filter=False)).article
    assert article.text.endswith(SIGN_UP)
    assert article.dropped == ""


def test_a_line_that_stands_on_other_pages_of_the_site_is_dropped_and_says_so():
    known = frozenset(line_hashes([RIGHTS]))
    assert RIGHTS in read_page(html(RIGHTS), URL).article.text
    reading = read_page(html(RIGHTS), URL, furniture=known)
    assert RIGHTS not in reading.article.text
    assert [line.why for line in reading.lines if line.text == RIGHTS] == ["stands on other pages of the site, too"]
    assert line_hash(RIGHTS) in reading.hashes, "the next page learns of it all the same"
    assert RIGHTS in read_page(html(RIGHTS), URL, furniture=known, recipe=Recipe(repeated=False)).article.text


def test_the_same_story_at_two_addresses_keeps_its_lines():
    assert repeated(PARAGRAPHS, frozenset(line_hashes(PARAGRAPHS))) == [False] * len(PARAGRAPHS)


def test_a_line_is_the_same_whatever_its_blanks_case_and_signs():
    assert line_hash("All rights  reserved — 2026!") == line_hash("all RIGHTS reserved 2026")
    assert line_hash("Germany") is None


def test_never_does_more_than_three_quarters_of_a_text_go():
    short = [f"Sign up {number}" for number in range(12)]
    text = read_page(page(short).encode(), URL).article.text
    assert len(text) >= 0.25 * sum(map(len, short))


LINE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(str.strip)
LINES = st.lists(LINE, max_size=9)


@settings(deadline=None, max_examples=60)
@given(LINES, st.text(max_size=40), st.text(max_size=300))
def test_any_lines_get_a_verdict_each(lines: list[str], title: str, declared: str):
    verdicts = line_filter().verdicts(lines, PageSigns(None, title, declared))
    assert len(verdicts) == len(lines)
    assert all(0 <= verdict.share <= 1 and math.isfinite(verdict.share) for verdict in verdicts)


@settings(deadline=None, max_examples=60)
@given(LINES, st.frozensets(st.integers(-5, 5)))
def test_repeated_lines_never_make_up_most_of_a_text(lines: list[str], others: frozenset[int]):
    known = frozenset(line_hashes(lines[::2])) | others
    gone = repeated(lines, known)
    assert len(gone) == len(lines)
    assert 2 * sum(gone) <= len(lines)


@pytest.mark.parametrize("text", ["threshold: x\nweights: {}\nwords: {}\n", "words: {}\n", "[1, 2]\n"])
def test_a_broken_filter_file_is_named(tmp_path, text):
    (tmp_path / "filter.yaml").write_text(text)
    with pytest.raises(KnowledgeFileError, match="is no line filter"):
        read_filter(tmp_path / "filter.yaml")
