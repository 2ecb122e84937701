"""Title, times, authors and addresses come from whatever part of the page says them best."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from pipeline.agencies import own_names
from pipeline.authors import clean_authors
from pipeline.dates import read_moment
from pipeline.metadata import Metadata, read_metadata

URL = "https://www.example.co.kr/news/2020/01/article-1?page=1"


LENIENT = """<script type='application/ld+json'>/*<![CDATA[*/
    {"@graph": [{"@type": ["Article"], "datePublished": "2020-01-06T10:30+09:00",}]} /*]]>*/</script>"""


def read(head: str = "", body: str = "", *, url: str = URL, lang: str = "en", **options: object) -> Metadata:
    tree = document_fromstring(f"<html lang='{lang}'><head>{head}</head><body>{body}<p>Text.</p></body></html>")
    return read_metadata(tree, url, **options)  # type: ignore[arg-type]


def ld(**fields: object) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def test_the_heading_that_agrees_with_another_title_is_the_title() -> None:
    found = read("<title>Firms join forces on AI chips | The Daily</title>",
                 "<h1>The Daily</h1><h1>Firms join forces on <em>AI</em> chips</h1>")
    assert found.title == "Firms join forces on AI chips"


def test_without_a_fitting_heading_the_headline_is_taken() -> None:
    assert read("<title>Site</title>" + ld(headline="A &amp; B sign"), "<h1>Most read</h1>").title == "A & B sign"


def test_the_site_is_cut_from_the_title_of_the_page() -> None:
    site = "<meta property='og:site_name' content='Daily Example'>"
    head = f"<title>Two firms sign a memorandum - Daily Example</title>{site}"
    assert read(head).title == "Two firms sign a memorandum"


def test_a_dash_inside_a_headline_is_no_site() -> None:
    title = "Chips - the long road from sand to the market and back again"
    assert read(f"<title>{title}</title><meta property='og:site_name' content='Daily Example'>").title == title


def test_the_entry_points_title_stands_in_for_a_missing_one() -> None:
    assert read(title_hint="From the feed").title == "From the feed"


@pytest.mark.parametrize("head", [
    ld(datePublished="2020-01-06T10:30:00+09:00"),
    "<meta property='article:published_time' content='2020-01-06T01:30:00Z'>",
    "<meta name='date' content='Mon, 06 Jan 2020 10:30:00 +0900'>",
    "<meta name='pubdate' content='2020.01.06 10:30:00 KST'>",
    ld(datePublished="2020-01-06") + "<meta property='article:published_time' content='2020-01-06T01:30:00Z'>",
    LENIENT,
])
def test_published_is_an_instant_in_utc_whoever_says_it(head: str) -> None:
    assert read(head).published_at == datetime(2020, 1, 6, 1, 30, tzinfo=UTC)


def test_the_time_element_counts_where_nothing_else_does() -> None:
    body = ("<time datetime='2021-05-05T08:00:00Z'>other</time>"
            "<time itemprop='datePublished' datetime='2020-01-06T01:30Z'/>")
    assert read(body=body).published_at == datetime(2020, 1, 6, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(("lang", "hour"), [("ko", 1), ("ko-KR", 1), ("ja", 1), ("en", 10)])
def test_a_time_without_zone_is_in_the_zone_of_the_language(lang: str, hour: int) -> None:
    head = "<meta property='article:published_time' content='2020-01-06 10:30:00'>"
    assert read(head, lang=lang).published_at == datetime(2020, 1, 6, hour, 30, tzinfo=UTC)


def test_the_entry_points_time_completes_a_bare_date_but_does_not_replace_another_day() -> None:
    hint = datetime(2020, 1, 6, 4, 5, tzinfo=UTC)
    assert read(ld(datePublished="2020-01-06"), published_hint=hint).published_at == hint
    assert read(ld(datePublished="2020-01-02"), published_hint=hint).published_at == datetime(2020, 1, 2, tzinfo=UTC)
    assert read(published_hint=hint).published_at == hint


def test_a_date_in_the_visible_text_is_the_last_resort() -> None:
    body = "<article><p class='date'>Published January 6, 2020</p></article>"
    assert read(body=body, url="https://example.org/a").published_at == datetime(2020, 1, 6, tzinfo=UTC)


def test_times_after_the_fetch_are_not_believed() -> None:
    head = ld(datePublished="2031-01-01T00:00:00Z") + "<meta name='date' content='2020-01-06T01:30:00Z'>"
    assert read(head, latest=datetime(2020, 1, 8, tzinfo=UTC)).published_at == datetime(2020, 1, 6, 1, 30, tzinfo=UTC)


def test_updated_is_kept_unless_it_is_before_publication() -> None:
    head = ld(datePublished="2020-01-06T01:30:00Z", dateModified="2020-01-07T01:30:00Z")
    assert read(head).updated_at == datetime(2020, 1, 7, 1, 30, tzinfo=UTC)
    assert read(ld(datePublished="2020-01-06T01:30:00Z", dateModified="2019-01-07")).updated_at is None


@pytest.mark.parametrize("value", [
    "", "soon", "0001-01-01", "1970-01-01T00:00:00Z", "2020-13-45", "9999-12-31T23:59:59-12:00", None, {}, [],
    "99999999999999999999", "2020-01-06T99:99:99", float("nan"), float("inf"),
])
def test_what_is_no_time_is_none(value: object) -> None:
    assert read_moment(value) is None


@pytest.mark.parametrize(("line", "expected"), [
    ("By Avery Example and Sam Sample", ("Avery Example", "Sam Sample")),
    ("AVERY EXAMPLE, Staff Writer", ("Avery Example",)),
    ("View all posts by Avery Example", ("Avery Example",)),
    ("Avery Example | Sponsored", ("Avery Example",)),
    ("Von Avery Example und Sam Sample", ("Avery Example", "Sam Sample")),
    ("홍보기 기자", ("홍보기",)), ("https://example.org/author/avery", ()), ("desk@example.org", ()), ("admin", ()),
    ("The Daily Example", ()), ("Follow us", ()), ("Byron Example", ("Byron Example",)),
])
def test_by_lines_become_names(line: str, expected: tuple[str, ...]) -> None:
    assert clean_authors([line], own_names("https://example.org/", ["The Daily Example"])) == expected


def test_persons_come_before_the_organisation_that_signs() -> None:
    persons = [{"@type": "Organization", "name": "Wire"}, {"@type": "Person", "name": "Avery Example"}]
    assert read(ld(author=persons)).authors == ("Avery Example",)
    assert read(ld(author={"@type": "Organization", "name": "Wire"})).authors == ("Wire",)
    assert read(body="<div class='byline'>By <a rel='author'>Avery Example</a></div>").authors == ("Avery Example",)
    assert read(body="<p>By <a href='/author/ae'>Avery Example</a></p>").authors == ("Avery Example",)


@pytest.mark.parametrize(("declared", "expected"), [
    ("/news/article-1", "https://www.example.co.kr/news/article-1"),
    ("https://m.example.co.kr/a#top", "https://m.example.co.kr/a"),
    ("https://other.co.kr/a", URL), ("https://www.example.co.kr/", URL), ("javascript:alert(1)", URL),
    ("ftp://www.example.co.kr/a", URL), ("http://[broken", URL), ("", URL),
])
def test_the_canonical_address_is_a_page_of_the_same_site(declared: str, expected: str) -> None:
    assert read(f"<link rel='canonical' href='{declared}'>").canonical_url == expected


def test_site_section_picture_and_paywall_are_read() -> None:
    found = read(ld(isAccessibleForFree="False", articleSection=["Tech"], publisher={"name": "Daily"},
                    image=["/p.jpg"]))
    assert (found.site_name, found.section, found.paywalled) == ("Daily", "Tech", True)
    assert found.image == "https://www.example.co.kr/p.jpg"
    assert not read(ld(isAccessibleForFree=True)).paywalled


def test_of_several_articles_the_one_with_the_pages_address_counts() -> None:
    other, own = ld(headline="Other story here", url="/x"), ld(headline="Own story here", url=URL)
    assert read(other + own).title == "Own story here"


def test_control_characters_and_half_letters_do_not_pass() -> None:
    found = read(ld(headline="A\x00 b\ud800 c", author="A\u200bvery Example"))
    assert found.title == "A b c"
    assert found.authors == ("Avery Example",)
