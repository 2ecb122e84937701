"""A page becomes an article, or a named reason why not; nothing else ever leaves `extract`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import SkipDocument
from core.records import Article
from pipeline.extract import extract
from pipeline.htmlpage import MAX_HTML, MAX_TAGS
from pipeline.language import language_of

URL = "https://news.example.org/2020/01/06/alliance"
PARAGRAPHS = [
    "Example Robotics and Sample Telecom said on Monday that they will build a platform for artificial intelligence.",
    "The two companies signed a memorandum of understanding in Seoul and will open a joint laboratory in the spring.",
    "A spokesperson said that engineers of both sides have worked together since last year on speech and vision.",
    "Neither company gave the terms of the agreement, and both said that other partners are welcome to join later on.",
]
KOREAN = [
    "한빛전자와 새솔텔레콤은 인공지능 분야에서 전략적 제휴를 맺고 공동 연구소를 설립하기로 했다고 6일 밝혔다.",
    "두 회사는 서울에서 양해각서를 체결했으며 오는 봄에 공동 연구소의 문을 열 계획이라고 설명했다.",
    "회사 관계자는 지난해부터 두 회사의 연구원들이 음성과 영상 모델을 함께 개발해 왔다고 말했다.",
]
GERMAN = ("Die beiden Unternehmen haben in der Stadt ein gemeinsames Labor für die Forschung eröffnet und wollen mit "
          "anderen Partnern auch an der Sprache arbeiten, die nicht im Zentrum steht.")
NAVIGATION = "<nav><ul>" + "".join(f"<li><a href='/{i}'>Section {i}</a></li>" for i in range(30)) + "</ul></nav>"


def page(paragraphs: list[str], *, title: str = "Two firms join forces on AI", head: str = "", lang: str = "en") -> str:
    body = "".join(f"<p>{p}</p>" for p in paragraphs)
    return (f"<!DOCTYPE html><html lang='{lang}'><head><title>{title} | Example News</title>{head}</head>"
            f"<body>{NAVIGATION}<main><article><h1>{title}</h1>{body}</article></main>"
            "<footer><p>All rights reserved.</p></footer></body></html>")


def outcome(body: bytes, **options: object) -> str:
    with pytest.raises(SkipDocument) as caught:
        extract(body, URL, **options)  # type: ignore[arg-type]
    return caught.value.outcome


def attempt(body: bytes, **options: object) -> Article | str:
    """The article, or the outcome that says why there is none."""
    try:
        return extract(body, URL, **options)  # type: ignore[arg-type]
    except SkipDocument as skipped:
        return skipped.outcome


def test_a_page_becomes_its_paragraphs_without_title_and_navigation() -> None:
    article = extract(page(PARAGRAPHS).encode(), URL)
    assert article.title == "Two firms join forces on AI"
    assert article.text == "\n".join(PARAGRAPHS)
    assert (article.url, article.canonical_url, article.language) == (URL, URL, "en")


@pytest.mark.parametrize(("codec", "header"), [
    ("cp949", "euc-kr"), ("cp949", None), ("cp949", "utf-8"), ("utf-8", "euc-kr"), ("utf-16", None),
    ("utf-8-sig", None),
])
def test_a_korean_page_is_read_in_any_encoding(codec: str, header: str | None) -> None:
    article = extract(page(KOREAN, title="두 회사 인공지능 제휴", lang="ko").encode(codec), URL, encoding=header)
    assert article.title == "두 회사 인공지능 제휴"
    assert article.text == "\n".join(KOREAN)
    assert article.language == "ko"


@pytest.mark.parametrize(("body", "expected"), [
    (b"", "empty"), (b" \n\t\x00 ", "empty"), (b"\xef\xbb\xbf", "empty"),
    (b"<html><head><title>Only a title</title></head><body></body></html>", "empty"),
    (b"<html><body><script>var text = 'not for readers';</script></body></html>", "empty"),
    (b"%PDF-1.7 <html><p>text</p>", "not_html"), (b"\x89PNG\r\n\x1a\n" + bytes(200), "not_html"),
    (b'{"html": "<p>text</p>"}', "not_html"), (b'[{"a": "<p>"}]', "not_html"),
    (b"plain words without a tag", "not_html"),
    (b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title></channel></rss>', "not_html"),
    (b"<html><body><p>" + b"word " * (MAX_HTML // 5) + b"</p>", "too_large"),
    (b"<html><body>" + b"<a href=/x>link</a>" * MAX_TAGS, "too_large"),
])
def test_what_holds_no_article_has_a_named_outcome(body: bytes, expected: str) -> None:
    assert outcome(body) == expected


def test_the_limit_counts_letters_and_ten_megabytes_of_bytes_are_too_many() -> None:
    assert outcome(b"<html><p>" + b"x" * 10_000_000) == "too_large"


def test_control_characters_nul_bytes_and_references_to_them_do_not_reach_the_text() -> None:
    first = "\x00Example\x00 Robotics &#1;and &#7;Sample\x08 Telecom &#x200b;agreed. " + PARAGRAPHS[0]
    source = page([first, *PARAGRAPHS[1:]])
    text = extract(source.encode(), URL).text
    assert text.startswith("Example Robotics and Sample Telecom agreed.")
    assert all(c == "\n" or c.isprintable() for c in text)


@pytest.mark.parametrize("opening", ["<div>", "<b><i>", "<ul><li>", "<table><tr><td>", "<blockquote>", "<font>"])
def test_deeply_nested_elements_do_not_cost_the_article_before_them(opening: str) -> None:
    source = page(PARAGRAPHS).replace("</footer>", "</footer>" + opening * 7_000 + "deep")
    assert PARAGRAPHS[0] in extract(source.encode(), URL).text


@pytest.mark.parametrize("doctype", [
    "", "<!doctype html>", '<?xml version="1.0" encoding="euc-kr"?>',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">',
])
@pytest.mark.parametrize("root", ["<html>", "<html/>", "<html lang='en' />"])
def test_bent_prologues_do_not_hide_the_page(doctype: str, root: str) -> None:
    source = doctype + page(PARAGRAPHS).replace("<!DOCTYPE html><html lang='en'>", root)
    assert PARAGRAPHS[2] in extract(source.encode(), URL).text


def test_a_page_that_only_carries_its_text_as_json_is_rescued() -> None:
    head = ('<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Two firms join forces on AI",'
            f'"articleBody": "{" ".join(PARAGRAPHS * 3)}"}}</script>')
    source = f"<html><head>{head}</head><body><div id='app'></div><p>Please enable scripts.</p></body></html>"
    article = extract(source.encode(), URL)
    assert PARAGRAPHS[3] in article.text
    assert article.title == "Two firms join forces on AI"


def test_a_body_in_plain_divisions_is_not_lost() -> None:
    divisions = "".join(f"<div class='c{i}'>{p}</div>" for i, p in enumerate(PARAGRAPHS))
    source = f"<html><body>{NAVIGATION}<div class='wrap'>{divisions}</div></body></html>"
    text = extract(source.encode(), URL, title_hint="From the feed").text
    assert all(p in text for p in PARAGRAPHS)


def test_a_very_short_story_is_still_a_story() -> None:
    source = page(["Example Robotics buys a stake in Sample Telecom, both said."], title="Stake bought")
    assert "buys a stake" in extract(source.encode(), URL).text


def test_the_title_line_at_the_head_of_the_text_is_dropped() -> None:
    source = page(["<strong>Two firms join forces on AI!</strong>", *PARAGRAPHS])
    assert extract(source.encode(), URL).text.startswith(PARAGRAPHS[0])


def test_hints_fill_what_the_page_leaves_open() -> None:
    source = page(PARAGRAPHS, title="").replace("<h1></h1>", "").replace("<title> | Example News</title>", "")
    moment = datetime(2020, 1, 6, 1, 30, tzinfo=UTC)
    article = extract(source.encode(), "https://example.org/a", title_hint="From the feed", published_hint=moment,
                      fetched_at=datetime(2020, 1, 7, tzinfo=UTC))
    assert (article.title, article.published_at) == ("From the feed", moment)


def test_a_time_far_after_the_fetch_is_left_out() -> None:
    source = page(PARAGRAPHS, head="<meta property='article:published_time' content='2030-01-01T00:00:00Z'>")
    article = extract(source.encode(), "https://example.org/a", published_hint=datetime(2031, 1, 1, tzinfo=UTC),
                      fetched_at=datetime(2020, 1, 7, tzinfo=UTC))
    assert article.published_at is None


def test_a_title_is_never_empty() -> None:
    assert extract(f"<html><body><p>{'</p><p>'.join(PARAGRAPHS)}</p></body></html>".encode(), URL).title


@pytest.mark.parametrize(("text", "claims", "expected"), [
    (" ".join(PARAGRAPHS), (), "en"), (" ".join(PARAGRAPHS), ("en-US",), "en"), (" ".join(PARAGRAPHS), ("ko",), "en"),
    (" ".join(KOREAN), ("en",), "ko"),
    ("青空電機とみどり通信は人工知能の研究で提携すると発表した。" * 2, ("en",), "ja"),
    ("远山科技和清河通信在北京宣布双方将在人工智能领域进行合作。" * 2, (), "zh"),
    (GERMAN, ("en",), "de"), (GERMAN, ("de",), "de"), ("Компании создают общую лабораторию в городе", ("ru",), "ru"),
    ("Įmonės sutarė kartu kurti dirbtinio intelekto laboratoriją ir bendrą platformą šaliai. " * 3, ("lt",), "lt"),
    ("ok", ("de-AT",), "de"), ("ok", (None, "", "x-klingon-"), None), ("", (), None),
])
def test_the_language_is_the_texts_own(text: str, claims: tuple[str | None, ...], expected: str | None) -> None:
    assert language_of(text, *claims) == expected


FRAGMENTS = st.sampled_from([
    "<p>", "</p>", "<div class='author'>", "</div>", "<table><tr><td>", "<article>", "<h1>", "<title>", "<!--", "-->",
    "<![CDATA[", "<script type='application/ld+json'>", "</script>", "<svg><title>", "<iframe>", "<base href='//['>",
    '{"@type":"NewsArticle","author":[[{"name":{"name":1}}]],"headline":[null],"datePublished":{"a":1}}',
    "<meta property='article:published_time' content='2020-02-30T25:61'>", "<time datetime='x'>", "<html lang='\x01'>",
    "<link rel=canonical href='http://['>", "&#0;", "&#xD800;", "\x00", "\ud7ff", "word " * 30, "한국어 " * 20,
])
NAMED = {"empty", "not_html", "extraction_failed"}


@given(st.lists(FRAGMENTS, max_size=30).map("".join))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_markup_makes_extract_fail_without_a_name(source: str) -> None:
    result = attempt(("<html>" + source).encode("utf-8", "replace"), fetched_at=datetime(2020, 1, 7, tzinfo=UTC))
    if isinstance(result, str):
        assert result in NAMED
    else:
        assert result.title
        assert result.text.encode()


@given(st.binary(max_size=600), st.sampled_from([None, "utf-8", "euc-kr", "utf-16"]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_bytes_make_extract_fail_without_a_name(body: bytes, encoding: str | None) -> None:
    for wild in (body, b"<html><body><p>" + body * 3 + b"</p>"):
        result = attempt(wild, encoding=encoding)
        assert result in NAMED if isinstance(result, str) else result.text
