"""What stands in an article's place is told from articles that use the same words; nothing true is thrown away."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from core import standins
from core.errors import SkipDocument
from core.records import Outcome
from pipeline.extract import extract

CORPUS = Path(os.environ.get("PACTWATCH_EXTRACTION_CORPUS", "/nonexistent"))


@pytest.mark.parametrize(
    ("title", "outcome"),
    [
        ("404", Outcome.SOFT_404),
        ("Error 404: Page not found", Outcome.SOFT_404),
        ("Page Not Found | The Harbour News", Outcome.SOFT_404),
        ("Oops! That page is missing", Outcome.SOFT_404),
        ("페이지를 찾을 수 없습니다 - 항만신문", Outcome.SOFT_404),
        ("ページが見つかりませんでした", Outcome.SOFT_404),
        ("页面不存在", Outcome.SOFT_404),
        ("Seite nicht gefunden", Outcome.SOFT_404),
        ("Cette page n’existe pas", Outcome.SOFT_404),
        ("Página no encontrada", Outcome.SOFT_404),
        ("Oops! That page can’t be found.", Outcome.SOFT_404),
        ("451: Unavailable due to legal reasons", Outcome.SOFT_404),
        ("Nothing found - Harbour News", Outcome.SOFT_404),
        ("Just a moment...", Outcome.BOT_WALL),
        ("Making sure you're not a bot!", Outcome.BOT_WALL),
        ("Client Challenge", Outcome.BOT_WALL),
        ("Robot Challenge Screen", Outcome.BOT_WALL),
        ("Harbour Security Checkpoint", Outcome.BOT_WALL),
        ("429 Too Many Requests", Outcome.BOT_WALL),
        ("Before you continue to Harbour", Outcome.CONSENT_PAGE),
        ("Sign in · Harbour News", Outcome.LOGIN_PAGE),
        ("harbour.example is for sale", Outcome.PARKED),
        ("We'll be right back", Outcome.MAINTENANCE),
    ],
)
def test_a_title_that_says_nothing_else_is_known(title: str, outcome: Outcome) -> None:
    assert standins.by_title([title])[0] is outcome


@pytest.mark.parametrize(
    "title",
    [
        "Page not found: why newspapers lose their links - and how libraries keep them for their readers",
        "Just a moment of courage",
        "Sorry, we are not a bot: how a bank hid its machines",
        "Too many requests for help reach the food bank",
        "Signing in: the minister's first day",
        "Maintenance of the old bridge costs two million",
        "The lost 404 steam locomotive is found",
        "Cookies without butter",
        "Privacy choices of the young differ from those of the old",
        "로그인 없이 쓰는 은행 앱 나왔다",
    ],
)
def test_a_headline_that_uses_the_words_is_none(title: str) -> None:
    assert standins.by_title([title]) is None


def test_the_title_in_the_feed_decides_between_a_lost_page_and_an_article_about_one() -> None:
    page = (b"<html><head><title>Page not found</title></head><body><h1>Page not found</h1>"
            b"<p>The page could not be found, says the server of the island's ferry. For a week nobody has read its "
            b"timetable, and the harbour office now prints it on paper, as it did before the web.</p></body></html>")
    with pytest.raises(SkipDocument) as skipped:
        extract(page, "https://news.example/a-1", title_hint="Ferry timetable is gone")
    assert skipped.value.outcome == Outcome.SOFT_404
    declared = page.replace(b"<head>", b"<head><meta property='article:published_time' content='2026-11-02T10:00:00Z'>")
    assert extract(declared, "https://news.example/a-1").title == "Page not found"


CONSENT = ("<p>We and our 812 partners store and read information on your device, such as cookies, and use personal "
           "data, such as your browsing, for ads. You may give your consent to cookies, or refuse, in the "
           "privacy settings. Our partners rely on consent or on their interest; see the policy of each of them.</p>")


def test_a_long_request_for_consent_is_one_and_an_article_about_cookies_is_kept() -> None:
    asked = f"<html><head><title>Harbour</title></head><body>{CONSENT * 5}<button>Accept all</button></body></html>"
    with pytest.raises(SkipDocument) as caught:
        extract(asked.encode(), "https://a.example/a", title_hint="Quay one reopens after the storm")
    assert caught.value.outcome == Outcome.CONSENT_PAGE
    story = asked.replace("<title>Harbour", "<title>Why cookies have no future")
    assert extract(story.encode(), "https://a.example/a", title_hint="Why cookies have no future").text


@pytest.mark.skipif(not CORPUS.is_dir(), reason="PACTWATCH_EXTRACTION_CORPUS names no folder of labelled pages")
def test_no_real_article_is_taken_for_something_else() -> None:
    wrong = []
    for entry in json.loads((CORPUS / "gold.json").read_text()):
        path = CORPUS / "pages" / Path(entry["file"]).name
        try:
            extract(gzip.decompress(path.read_bytes()), entry["url"])
        except SkipDocument as skipped:
            wrong.append((entry["id"], skipped.outcome, str(skipped)))
    assert wrong == []
