"""Strangers' text made safe."""

from __future__ import annotations

import pytest

from alerts.text import clean, escape, names_other_host, safe_link, shorten


@pytest.mark.parametrize(("given", "expected"), [
    ("AT&amp;T and Co", "AT&T and Co"),
    ("R&amp;amp;D", "R&D"),
    ("a\x00b\nc\u202ed", "a b cd"),
    ("\ud800half", "half"),
    ("삼성전자와  SK텔레콤", "삼성전자와 SK텔레콤"),
    ("R&D &notreal; x", "R&D &notreal; x"),
])
def test_text_becomes_one_clean_line(given: str, expected: str) -> None:
    assert clean(given) == expected


def test_piled_up_accents_are_cut_and_real_ones_kept() -> None:
    assert len(clean("Z" + "\u0301" * 50)) <= 6
    assert clean("café cafe\u0301") == "café cafe\u0301"


def test_only_the_three_characters_of_slack_are_escaped() -> None:
    assert escape("<!channel> & *x*") == "&lt;!channel&gt; &amp; *x*"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "http://", "//x.example/a", "https://user@x.example/",
                                 "http://[bad", "https://x.example/" + "a" * 3000])
def test_addresses_that_are_none_of_the_web_give_no_link(url: str) -> None:
    assert safe_link(url) is None


def test_an_address_keeps_what_it_needs_and_loses_what_would_end_the_link() -> None:
    assert safe_link("https://x.example/a|b>c d?q=1&r=2") == "https://x.example/a%7Cb%3Ec%20d?q=1&r=2"


def test_an_entity_in_an_address_keeps_its_meaning_and_is_no_entity_any_more() -> None:
    assert safe_link("https://x.example/?a=1&amp;b=2") == "https://x.example/?a=1&amp%3Bb=2"


def test_a_label_that_names_another_host_is_noticed() -> None:
    assert names_other_host("Log in at bank.example now", "https://news.example/1")
    assert names_other_host("https://bank.example/", "https://news.example/1")
    assert not names_other_host("News.example reports", "https://www.news.example/1")
    assert not names_other_host("Two firms join forces", "https://news.example/1")


def test_long_text_is_cut_at_a_word() -> None:
    assert shorten("alpha beta gamma", 13) == "alpha beta…"
    assert shorten("x" * 20, 10) == "x" * 9 + "…"
    assert shorten("short", 10) == "short"
