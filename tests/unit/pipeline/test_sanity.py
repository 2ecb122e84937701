"""No input makes `extract` raise anything but its own errors, and what comes out is sane: see tests/fuzz/sanity.py."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.records import Article
from tests.fuzz.sanity import FETCHED, Input, check

PARAGRAPH = "<p>Samsung Electronics and SK Telecom signed a partnership on AI and robots, said Jane Doe, CEO of IBM."
WILD = st.sampled_from([
    "\x00", "\x0b", "\x1b[31m", "\x85", "\ud800", "\u2028", "\u202e", "\ufeff", "\uffff", "𝔖amsung", "İ", "e\u0301",
    "ﬁ", "\t", "&#0;", "&#xD800;", "&#x110000;", "&nbsp;", "&amp", "<!--", "-->", "]]>", "<p", "</p>", "<br>", "<pre>",
    "<table><td>",
])
NATIVE = st.sampled_from(["삼성전자와 SK텔레콤은 제휴를 맺었다. ", "阿里巴巴与腾讯合作。"])
TEXTS = st.lists(st.one_of(st.just(PARAGRAPH), NATIVE, WILD, st.text(max_size=12)), max_size=16).map("".join)
WORDS = st.one_of(WILD, st.text(max_size=20))
WHERE = st.sampled_from([
    "<title>{}</title>", "<h1>{}</h1>", "<meta property='og:title' content='{}'>", "<meta name=author content='{}'>",
    "<meta property='og:site_name' content='{}'>", "<meta property='article:published_time' content='{}'>",
    "<link rel=canonical href='http://a.example/{}'>", "<meta property='og:image' content='{}'>", "<html lang='{}'>",
    "<time datetime='{}'>{}</time>", "<span class=byline>By {}</span>",
    "<meta property='article:section' content='{}'>",
    "<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"{}\",\"author\":\"{}\"}}</script>",
])
ENCODINGS = st.sampled_from([None, "utf-8", "utf-16", "euc-kr", "shift_jis", "latin-1", "no such", "\x00"])
quick = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(st.lists(st.tuples(WHERE, WORDS), max_size=5), TEXTS, ENCODINGS, st.one_of(st.none(), WORDS), st.booleans())
def test_whatever_stands_in_a_page_what_comes_out_is_sane(
    parts: list[tuple[str, str]], text: str, encoding: str | None, hint: str | None, brief: bool
) -> None:
    head = "".join(where.replace("{}", word).replace("{{", "{").replace("}}", "}") for where, word in parts)
    source = f"<html>{head}<body>{PARAGRAPH}{text}".encode("utf-8", "surrogatepass")
    check(Input(source, encoding, hint, hint, None, brief))


@quick
@given(st.binary(max_size=200), ENCODINGS)
def test_whatever_bytes_a_page_holds_what_comes_out_is_sane(body: bytes, encoding: str | None) -> None:
    check(Input(f"<html><body>{PARAGRAPH}<p>".encode() + body + b"<p>" + body * 3, encoding))


@pytest.mark.parametrize("when", [datetime.min, datetime.max, FETCHED])
def test_an_entry_point_may_give_any_time(when: datetime) -> None:
    assert isinstance(check(Input(f"<html><body>{PARAGRAPH * 3}".encode(), published_hint=when)), Article)


# What the fuzzer found.
FOUND = {
    "not one element behind a mark of another encoding": Input(b"\xff\xfe<\x00h\x00t\x00m\x00l\x00 \x00l", "utf-16"),
    "neither title nor text where a sentence is enough": Input(b"<h\x02m\x01", brief=True),
    "a title of half a character from the entry point": Input(b"<html lan\xea", title_hint="\x00\ud800", brief=True),
    "a control character in an author": Input(
        f"<html><meta name=author content='0\x80'><body>{PARAGRAPH}".encode()),
    "a tab in the first words of a page without title": Input(
        f"<html><body>{PARAGRAPH[:40]}\tof news{PARAGRAPH}".encode()),
}


@pytest.mark.parametrize("case", FOUND)
def test_what_the_fuzzer_found_stays_mended(case: str) -> None:
    check(FOUND[case])
