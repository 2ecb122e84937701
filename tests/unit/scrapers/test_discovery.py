"""What entry points list: feeds of every make, sitemaps, JSON, listing pages, and what is none of these."""

from __future__ import annotations

import gzip
import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import clock
from core.encoding import decode
from core.errors import SkipDocument
from core.records import Discovery
from scrapers.discovery.read import Ask, Found, read_entry

FEED = "https://example.org/feeds/all.xml"
TEN = datetime(2020, 1, 6, 10, 0, tzinfo=UTC)


def read(text: str | bytes, **values: object) -> Found:
    ask = Ask(**{"url": FEED, **values})  # type: ignore[arg-type]
    return read_entry(text.encode() if isinstance(text, str) else text, ask)


def only(text: str | bytes, **values: object) -> Discovery:
    [found] = read(text, **values).discoveries
    return found


def rss(items: str, head: str = '<?xml version="1.0"?>') -> str:
    return f'{head}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title>{items}</channel></rss>'


def test_rss_gives_address_title_and_date() -> None:
    entry = only(
        rss(
            "<item><title><![CDATA[Chips &amp; <b>cars</b>]]></title><link>https://example.org/a?utm_source=rss</link>"
            "<pubDate>Mon, 06 Jan 2020 19:00:00 KST</pubDate><guid isPermaLink='false'>77</guid>"
            "<description>&lt;p&gt;Two firms&lt;/p&gt;</description></item>"
        )
    )
    assert entry == Discovery("https://example.org/a", "Chips & cars", TEN, None, "77", "Two firms")


def test_rss_without_a_link_uses_a_guid_that_is_one() -> None:
    assert only(rss("<item><guid>https://example.org/a</guid></item>")).url == "https://example.org/a"
    with pytest.raises(SkipDocument):
        read(rss("<item><guid isPermaLink='false'>https://example.org/</guid></item>"))


def test_dublin_core_dates_and_relative_links_are_read() -> None:
    entry = only(rss("<item><link>../a/1</link><dc:date>2020-01-06T10:00:00Z</dc:date></item>"))
    assert (entry.url, entry.published_at) == ("https://example.org/a/1", TEN)


def test_an_atom_entry_has_its_alternate_link_and_both_dates() -> None:
    entry = only(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/b/">'
        '<entry><title type="html">A &amp;amp; B</title>'
        '<link rel="self" href="https://example.org/self"/><link rel="enclosure" type="audio/mpeg" href="/a.mp3"/>'
        '<link href="story"/><id>tag:1</id><published>2020-01-06T10:00:00Z</published>'
        "<updated>2020-01-06T12:00:00Z</updated>"
        "<summary>S</summary></entry></feed>"
    )
    assert entry == Discovery("https://example.org/b/story", "A & B", TEN, TEN + timedelta(hours=2), "tag:1", "S")


@pytest.mark.parametrize("link", [
    '<link rel="http://www.iana.org/assignments/relation/alternate" href="/a"/>',
    '<link rel="Alternate" href="/a"/>', '<link rel="" href="/a"/>', '<content type="text/html" src="http://a.example/a"/>',
])
def test_an_atom_entry_names_its_page_in_any_form_of_the_standard(link: str) -> None:
    text = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>One</title>{link}</entry></feed>'
    assert only(text, url="http://a.example/feed").url == "http://a.example/a"


def test_the_title_of_a_picture_or_an_episode_is_not_that_of_the_entry() -> None:
    head = ('<?xml version="1.0"?><rss xmlns:media="http://search.yahoo.com/mrss/" '
            'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>')
    item = ("<item><media:title>Photo: an agency</media:title><itunes:title>Ep 7</itunes:title>"
            "<media:description>A hall</media:description><title>Two firms ally</title><link>http://a.example/a</link>"
            "<description>They said so.</description></item>")
    found = only(f"{head}{item}</channel></rss>")
    assert (found.title, found.summary) == ("Two firms ally", "They said so.")


@pytest.mark.parametrize("item", [
    "<item><title>One</titel><link>http://a.example/1</link></item>",
    "<item><title>One</title><link/>http://a.example/1</item>",
])
def test_a_wrong_end_of_a_tag_costs_no_entry(item: str) -> None:
    found = read(rss(item + "<item><title>Two</title><link>http://a.example/2</link></item>"))
    assert {(entry.title, entry.url) for entry in found.discoveries} == {
        ("One", "http://a.example/1"), ("Two", "http://a.example/2")}


def test_an_apostrophe_of_windows_is_one() -> None:
    found = only(rss("<item><title>The harbour&#146;s firms</title><link>/a</link></item>"))
    assert found.title == "The harbour’s firms"


def test_the_lists_of_wordpress_have_rendered_titles_and_times_of_greenwich() -> None:
    post = {"link": "http://a.example/a", "title": {"rendered": "Two &amp; three"}, "date": "2020-01-06T19:00:00",
            "date_gmt": "2020-01-06T10:00:00"}
    menu = [{"url": f"http://a.example/m{n}", "title": "Menu"} for n in range(9)]
    found = only(json.dumps({"menu": menu, "posts": [post]}))
    assert (found.title, found.published_at) == ("Two & three", datetime(2020, 1, 6, 10, tzinfo=UTC))


def test_a_sitemap_gives_no_lists_of_tags_sections_and_authors() -> None:
    places = ["tag/ships", "category/harbour", "author/jo-lee", "category/two-firms-join-forces-in-ai", "news/quay-one"]
    found = read(sitemap("".join(f"<url><loc>http://a.example/{p}/</loc></url>" for p in places)), kind="sitemap")
    assert {entry.url for entry in found.discoveries} == {
        "http://a.example/category/two-firms-join-forces-in-ai/", "http://a.example/news/quay-one/"}


def test_rss_1_0_has_its_items_beside_the_channel() -> None:
    entry = only(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="x"><title>T</title></channel><item rdf:about="y"><title>A</title><link>https://example.org/a</link>'
        "<dc:date>2020-01-06T10:00:00Z</dc:date></item></rdf:RDF>"
    )
    assert (entry.url, entry.title, entry.published_at) == ("https://example.org/a", "A", TEN)


def test_json_feed_is_read() -> None:
    entry = only(
        '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 7, "url": "/a", "title": "A",'
        '"date_published":"2020-01-06T10:00:00Z", "date_modified": "2020-01-06T11:00:00Z"}, {"id": 8}]}'
    )
    assert entry == Discovery("https://example.org/a", "A", TEN, TEN + timedelta(hours=1), "7", None)


def test_other_json_gives_its_longest_list_with_addresses() -> None:
    entry = only('{"menu": [{"name": "x"}], "data": {"list": [{"subject": "A", "link": "/news/1"}]}}', kind="json")
    assert (entry.url, entry.title) == ("https://example.org/news/1", "A")


def sitemap(entries: str) -> str:
    return (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        f"{entries}</urlset>"
    )


def test_a_news_sitemap_keeps_title_and_date_and_no_sign_of_change() -> None:
    day = clock.now().replace(microsecond=0)
    entry = only(
        sitemap(
            f"<url><loc>https://example.org/a</loc><lastmod>{day.isoformat()}</lastmod><news:news><news:publication_date>{day.isoformat()}"
            "</news:publication_date><news:title>A</news:title></news:news></url>"
        ),
        kind="sitemap",
    )
    assert entry == Discovery("https://example.org/a", "A", day)


def test_old_pages_of_a_sitemap_are_left_out_unless_the_source_asks() -> None:
    text = sitemap(
        "<url><loc>https://example.org/a</loc><lastmod>2020-01-06</lastmod></url><url><loc>https://example.org/b</loc></url>"
    )
    assert [d.url for d in read(text).discoveries] == ["https://example.org/b"]
    assert len(read(text, age=timedelta(days=36_500)).discoveries) == 2


def test_an_index_gives_its_news_and_newest_sitemaps() -> None:
    now = clock.now()
    parts = [
        ("old", now - timedelta(days=90)),
        ("a", now - timedelta(days=2)),
        ("b", now - timedelta(days=1)),
        ("category-x", now),
        ("news", now),
    ]
    text = (
        "<sitemapindex>"
        + "".join(f"<sitemap><loc>/{n}.xml</loc><lastmod>{d.isoformat()}</lastmod></sitemap>" for n, d in parts)
        + "</sitemapindex>"
    )
    found = read(text, sitemaps=3)
    assert found.sitemaps == ("https://example.org/news.xml", "https://example.org/b.xml", "https://example.org/a.xml")
    with pytest.raises(SkipDocument, match="nested too deeply"):
        read(text, depth=2)


def test_gzip_is_unpacked_up_to_the_limit() -> None:
    packed = gzip.compress(sitemap("<url><loc>https://example.org/a</loc></url>").encode())
    assert only(packed).url == "https://example.org/a"
    with pytest.raises(SkipDocument) as caught:
        read(gzip.compress(b"<rss>" + b" " * 3_000_000), max_bytes=1_000_000)
    assert caught.value.outcome == "too_large"


@pytest.mark.parametrize(
    "broken",
    [
        rss("<item><title>A & B</title><link>https://example.org/a</link></item>"),
        rss("<item><title>A&nbsp;B</title><link>https://example.org/a</link></item>"),
        rss("<item><title>A</title><link>https://example.org/a</link></item>").replace("</rss>", ""),
        "\n\n" + rss("<item><title>A\x0b</title><link>https://example.org/a</link></item>"),
        rss("<item><title>A</title><link>https://example.org/a</link></item>") + "<!-- trailing -- comment -->junk",
        rss("<item><media:title>A</media:title><link>https://example.org/a</link></item>"),
    ],
)
def test_ill_formed_feeds_are_still_read(broken: str) -> None:
    assert only(broken).url == "https://example.org/a"


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        ("utf-8", "utf-8", None),
        ("cp949", "euc-kr", None),
        ("cp949", "euc-kr", "utf-8"),
        ("cp949", None, "euc-kr"),
        ("utf-8", "euc-kr", None),
        ("cp949", "utf-8", None),
        ("utf-16", "utf-16", None),
        ("utf-8-sig", None, "iso-8859-1"),
        ("cp949", "ks_c_5601-1987", None),
    ],
)
def test_feeds_are_decoded_whatever_they_declare(encoding: str, declared: str | None, header: str | None) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = rss("<item><title>삼각 반도체와 똠방 통신</title><link>https://example.org/a</link></item>", head).encode(
        encoding
    )
    assert only(body, encoding=header, language="ko").title == "삼각 반도체와 똠방 통신"


@pytest.mark.parametrize(
    ("text", "codec", "language"),
    [
        ("日本語の見出し", "shift_jis", "ja"),
        ("日本語の見出し", "euc_jp", "ja"),
        ("中文标题", "gb18030", "zh"),
        ("Café “quoted”", "cp1252", "fr"),
    ],
)
def test_text_without_a_declaration_is_decoded_by_its_language(text: str, codec: str, language: str) -> None:
    assert decode(text.encode(codec), None, language) == text


@settings(deadline=None)
@given(st.binary(max_size=300), st.none() | st.sampled_from(["utf-8", "euc-kr", "nonsense", "utf-16"]))
def test_decoding_never_fails(body: bytes, declared: str | None) -> None:
    assert isinstance(decode(body, declared, "ko"), str)


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["feed", "listing", "json", "sitemap"]))
def test_wild_bytes_end_in_a_named_outcome(body: bytes, kind: str) -> None:
    outcome = "ok"
    try:
        read(body, kind=kind)
    except SkipDocument as skipped:
        outcome = skipped.outcome
    assert outcome in {"ok", "not_a_feed", "empty", "too_large"}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        (rss(""), "empty"),
        ('{"items": []}', "empty"),
        ("<urlset/>", "empty"),
        ("<!doctype html><html><body>Sign in</body></html>", "not_a_feed"),
        ("<html/>", "not_a_feed"),
        ("<note>hello</note>", "not_a_feed"),
        ("plain text", "not_a_feed"),
        ("{broken", "not_a_feed"),
        ('{"a": 1}', "not_a_feed"),
        ("[" * 100_000, "not_a_feed"),
    ],
)
def test_what_is_no_feed_is_named(text: str, outcome: str) -> None:
    with pytest.raises(SkipDocument) as caught:
        read(text)
    assert caught.value.outcome == outcome
    assert str(caught.value)


LAUGHS = (
    '<!DOCTYPE r [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]>"
)


@pytest.mark.parametrize(
    "attack",
    [
        LAUGHS + rss("<item><title>&j;</title><link>https://example.org/a</link></item>", ""),
        LAUGHS + rss("<item><title>&j;<link>https://example.org/a</link></item>", ""),
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        + rss("<item><title>&x;</title><link>https://example.org/a</link></item>", ""),
        "<rss>" * 100_000,
        rss("<item><title>" + "<b>" * 50_000 + "</title></item>"),
    ],
)
def test_xml_attacks_expand_nothing_and_end_soon(attack: str) -> None:
    began = time.process_time()
    title, outcome = "", "ok"
    try:
        title = only(attack).title or ""
    except SkipDocument as skipped:
        outcome = skipped.outcome
    assert outcome in {"ok", "not_a_feed", "empty"}
    assert title in {"", "&j;", "&x;"}
    assert time.process_time() - began < 5


def test_a_hundred_thousand_entries_are_read_in_reasonable_time() -> None:
    body = rss(
        "".join(f"<item><title>T{i}</title><link>https://example.org/a/{i}</link></item>" for i in range(20_000))
    )
    began = time.process_time()
    assert len(read(body).discoveries) == 20_000
    assert time.process_time() - began < 20


LISTING = """<html><head><title>News</title></head><body>
<header><a href="/">Example</a><nav><ul><li><a href="/tech">Technology and science news</a></li>
<li><a href="/category/ai/">All about AI</a></li></ul></nav></header>
<main>
<article><a href="/2026/11/20/chip-makers-sign-deal"><img alt="A chip" src="x.jpg"></a>
 <h2><a href="/2026/11/20/chip-makers-sign-deal">Chip makers sign a deal on memory</a></h2>
 <time datetime="2026-11-20T09:00:00Z">today</time></article>
<article>
 <h2><a href="https://www.example.org/2026/11/19/telecom-opens-lab">
 Telecom operator opens a research lab</a></h2></article>
<article><h2><a href="/articleView.html?idxno=12345">반도체 협력 발표</a></h2></article>
<aside><a href="/2026/11/01/sponsored-story-of-the-week">A sponsored story of the week</a></aside>
<a href="https://other.example/2026/11/20/elsewhere-on-the-web">A story that stands on another site</a>
<a href="/report.pdf">The yearly report as a file for download</a>
</main>
<footer><a href="/about-us-and-our-terms">About us and our long terms of use</a></footer></body></html>"""


def test_a_listing_gives_its_articles_and_not_its_navigation() -> None:
    found = read(LISTING, kind="listing", url="https://www.example.org/news").discoveries
    assert {d.url for d in found} == {
        "https://www.example.org/2026/11/20/chip-makers-sign-deal",
        "https://www.example.org/2026/11/19/telecom-opens-lab",
        "https://www.example.org/articleView.html?idxno=12345",
    }
    first = next(d for d in found if "chip" in d.url)
    assert first.title == "Chip makers sign a deal on memory"
    assert first.published_at == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_a_listing_with_selectors_gives_what_they_select() -> None:
    page = (
        '<div class="item"><a href="/a"><img></a><p class="head">First</p><span class="day">2026.11.20</span></div>'
        '<div class="item"><a href="/b"></a><p class="head">Second</p></div>'
        '<a href="/2026/11/20/not-this-one-here">Not this one, though it looks right</a>'
    )
    found = read(
        page, kind="listing", url="https://example.org/news", links="div.item", title=".head", date=".day", country="KR"
    ).discoveries
    assert {(d.url, d.title) for d in found} == {
        ("https://example.org/a", "First"),
        ("https://example.org/b", "Second"),
    }
    assert next(d for d in found if d.url.endswith("/a")).published_at == datetime(2026, 11, 19, 15, tzinfo=UTC)


def test_a_listing_without_articles_is_empty() -> None:
    with pytest.raises(SkipDocument) as caught:
        read("<html><body><a href='/'>Home</a></body></html>", kind="listing")
    assert caught.value.outcome == "empty"


def test_entries_come_once_newest_first_and_never_the_front_page() -> None:
    items = "".join(
        f"<item><link>https://example.org/{p}</link><pubDate>{d}</pubDate></item>"
        for p, d in [
            ("old", "2020-01-05"),
            ("new", "2020-01-06"),
            ("new?utm_source=x", "2020-01-06"),
            ("", "2020-01-06"),
        ]
    )
    assert [d.url for d in read(rss(items)).discoveries] == ["https://example.org/new", "https://example.org/old"]
