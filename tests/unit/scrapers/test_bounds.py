"""What a list may cost: addresses without end are left out, and the word of a server counts for a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from core import clock
from core.fetching import EntryState
from core.records import Outcome
from scrapers.conditions import conditions
from scrapers.discovery.traps import is_endless
from scrapers.landing import led_elsewhere


@pytest.mark.parametrize("path", [
    "/calendar/2026/12", "/events/2027-01", "/2026/11/",
    "/2026/11/02", "/news/page/77", "/news?page=4",
    "/list?sort=date&page=2", "/?month=2027-01", "/archive/2019/"])
def test_a_list_that_goes_on_for_ever_is_known(path: str) -> None:
    assert is_endless(urlsplit("https://news.example" + path))


@pytest.mark.parametrize("path", [
    "/2026/11/02/quay-one-reopens", "/news/articleView.html?idxno=1001&page=1",
    "/events/harbour-day-returns-to-the-quay",
    "/read?id=20261102&date=20261102", "/news/20261102001",
    "/page/about-the-new-harbour-crane?page=2"])
def test_an_article_is_none(path: str) -> None:
    assert not is_endless(urlsplit("https://news.example" + path))


def test_a_list_is_asked_for_as_a_whole_once_a_day() -> None:
    now = clock.now()
    state = EntryState("one", "feed", "https://news.example/rss", '"v1"', "Mon, 02 Nov 2026 10:00:00 GMT")
    recent = replace(state, read_at=now - timedelta(hours=23))
    assert set(conditions(recent)) == {"If-None-Match", "If-Modified-Since"}
    assert conditions(replace(state, read_at=now - timedelta(hours=25))) == {}
    assert conditions(state) == {}
    assert conditions(replace(recent, failures=1)) == {}, "some servers choke on conditions"



@pytest.mark.parametrize(("asked", "final", "outcome"), [
    ("/news/quay-one-is-open", "/", Outcome.SOFT_404),
    ("/news/quay-one-is-open", "/news", Outcome.SOFT_404),
    ("/news/quay-one-is-open", "/index.html?from=404", Outcome.SOFT_404),
    ("/news/quay-one-is-open", "/en/", Outcome.SOFT_404),
    ("/news/quay-one-is-open", "/home", Outcome.SOFT_404),
    ("/index.php?id=2026", "/index.php?id=2026", None),
    ("/news/quay-one-is-open", "/index.php?story=20261", None),
    ("/news/quay-one-is-open", "/members/login?next=x", Outcome.LOGIN_PAGE),
    ("/news/quay-one-is-open", "/news/2026/quay-one-is-open", None),
    ("/news/quay-one-is-open/2", "/news/quay-one-is-open", None),
    ("/login-trouble-at-the-bank", "/news/login-trouble-at-the-bank", None)])
def test_where_a_redirect_led_is_named(asked: str, final: str, outcome: Outcome | None) -> None:
    led = led_elsewhere("https://news.example" + asked, "https://news.example" + final)
    assert (led and led[0]) == outcome
