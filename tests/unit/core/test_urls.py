"""Canonical addresses: one spelling for each page, and never a wrong page."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.urls import canonical

SAME = [
    ("HTTP://Example.COM:80/News#top", "http://example.com/News"),
    ("https://example.com:443", "https://example.com/"),
    ("https://example.com./a", "https://example.com/a"),
    ("https://example.com/a?utm_source=rss&utm_medium=feed", "https://example.com/a"),
    ("https://example.com/a?fbclid=x&gclid=y&mc_cid=z&ref=home&igshid=1", "https://example.com/a"),
    ("https://example.com/a?b=2&utm_campaign=c&a=1", "https://example.com/a?b=2&a=1"),
    ("https://example.com/a;jsessionid=0A1B2C?id=7", "https://example.com/a?id=7"),
    ("https://example.com/a?PHPSESSID=q1w2e3r4&id=7", "https://example.com/a?id=7"),
    ("https://example.com/a?sid=9f86d081884c7d659a2feaa0&id=7", "https://example.com/a?id=7"),
    ("https://example.com/a?osCsid=q1&srsltid=x&amp;utm_medium=feed&%75tm_source=y&id=7", "https://example.com/a?id=7"),
    ("https://example.com/(S(lit3py55t21z5v55vlm25s55))/story-7.aspx", "https://example.com/story-7.aspx"),
    ("https://example.com/2026/story/amp/", "https://example.com/2026/story/"),
    ("https://example.com/2026/story/amp", "https://example.com/2026/story"),
    ("https://example.com/story.amp.html", "https://example.com/story.html"),
    ("https://example.com/story?amp=1", "https://example.com/story"),
    ("https://example.com/story?outputType=amp", "https://example.com/story"),
    ("https://amp.example.com/2026/story", "https://www.example.com/2026/story"),
    ("https://amp.example.co.kr/2026/story", "https://www.example.co.kr/2026/story"),
    ("https://m.example.com/view/AKR20261120001", "https://www.example.com/view/AKR20261120001"),
    ("https://example-com.cdn.ampproject.org/c/s/example.com/story", "https://example.com/story"),
    ("https://www.google.com/amp/s/example.com/story.amp.html", "https://example.com/story.html"),
    ("https://예시.example/경로", "https://xn--vv4b11d.example/%EA%B2%BD%EB%A1%9C"),
    ("http://127.0.0.1:8080/a?b=1", "http://127.0.0.1:8080/a?b=1"),
    ("http://[::1]:80/", "http://[::1]/"),
    ("  https://example.com/a\n", "https://example.com/a"),
]


@pytest.mark.parametrize(("given_address", "expected"), SAME)
def test_variants_of_an_address_become_one(given_address: str, expected: str) -> None:
    assert canonical(given_address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/article.php?sid=101",  # a short id names a section or a story
        "https://example.com/newsView.html?idxno=12345&page=2",
        "https://m.example.com/",  # nothing says that the main host has the same page
        "https://m.example.com/news_view.asp?article_id=2026",
        "https://example.com/amp-up-your-network",
        "https://example.com/lamp",
        "https://example.com/?p=12",
        "https://example.com/a/?b=",
    ],
)
def test_what_names_the_page_is_kept(address: str) -> None:
    assert canonical(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "mailto:desk@example.org",
        "ftp://example.org/a",
        "data:text/html,x",
        "file:///etc/hosts",
        "",
        "/only/a/path",
        "http://",
        "https://user:secret@example.org/",
        "http://a b/",
        "http://example.org:99999/",
        "http://[::1",
        "https://exa_mple..org/",
        "https://example.org/" + "a" * 3000,
    ],
)
def test_what_cannot_be_fetched_has_no_canonical_form(address: str) -> None:
    assert canonical(address) is None


def test_a_relative_link_is_resolved_against_its_page() -> None:
    assert canonical("../b?utm_source=x", "https://example.com/a/c/d") == "https://example.com/a/b"
    assert canonical("//other.example/a", "https://example.com/") == "https://other.example/a"


TEXT = st.text(max_size=200)
VISIBLE = st.text(st.characters(categories=("L", "N", "P", "S"), exclude_characters="#"), max_size=100)
ADDRESS = st.builds(
    lambda host, path, query: f"https://{host}.example/{path}?{query}",
    st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8})?", fullmatch=True),
    VISIBLE,
    VISIBLE,
)


@settings(deadline=None)
@given(TEXT, st.none() | TEXT)
def test_wild_text_never_fails(text: str, base: str | None) -> None:
    result = canonical(text, base)
    assert result is None or result.startswith(("http://", "https://"))


@settings(deadline=None)
@given(ADDRESS)
def test_a_canonical_address_is_its_own_canonical_address(address: str) -> None:
    once = canonical(address)
    assert once is None or canonical(once) == once


@settings(deadline=None)
@given(ADDRESS, st.sampled_from(["utm_source=x", "fbclid=1", "gclid=2", "mc_cid=3"]))
def test_a_tracker_changes_nothing(address: str, tracker: str) -> None:
    plain = canonical(address)
    tracked = canonical(address + "&" + tracker)
    assert plain is None or tracked is None or tracked == plain
