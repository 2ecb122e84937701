"""Failures weigh differently, and none of them ends the polling of a source."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.setbacks import DAY, Weight, wait, weight_of

QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(("outcome", "reason", "weight"), [
    ("timeout", "no complete answer in time", "temporary"),
    ("dns_error", "", "temporary"),
    ("http_error", "HTTP 503 Service Unavailable", "temporary"),
    ("http_error", "HTTP 429 Too Many Requests", "temporary"),
    ("robots_denied", "robots.txt cannot be read: HTTP 500", "temporary"),
    ("robots_denied", "robots.txt disallows this address", "hard"),
    ("http_error", "HTTP 404 Not Found", "hard"),
    ("http_error", "HTTP 410 Gone", "hard"),
    ("http_error", "more than 5 redirects", "soft"),
    ("tls_error", "expired", "hard"),
    ("bot_wall", "", "hard"),
    ("not_a_feed", "the document is a web page", "soft"),
    ("empty", "the feed has no entries", "soft"),
])
def test_a_failure_has_a_weight(outcome: str, reason: str, weight: str) -> None:
    assert weight_of(outcome, reason) == weight


def test_the_heavier_a_failure_the_longer_the_wait() -> None:
    waits = {w: [wait(w, n, QUARTER) for n in range(1, 6)] for w in Weight}
    assert waits[Weight.HARD][:3] == [timedelta(hours=1), timedelta(hours=3), timedelta(hours=9)]
    assert all(t < s < h for t, s, h in list(zip(*(waits[w] for w in Weight), strict=True))[1:])


@pytest.mark.parametrize("usual", [timedelta(minutes=1), QUARTER, timedelta(hours=2)])
def test_what_may_pass_is_asked_again_in_a_minute_for_its_list_goes_on(usual: timedelta) -> None:
    assert wait(Weight.TEMPORARY, 1, usual) == timedelta(minutes=1)


def test_a_wrong_answer_once_changes_nothing_and_from_the_second_on_the_source_is_left_alone() -> None:
    waits = [wait(Weight.SOFT, n, timedelta(minutes=5)) for n in (1, 2, 3)]
    assert waits == [timedelta(minutes=5), QUARTER, 2 * QUARTER]


@given(st.sampled_from(Weight), st.integers(1, 10**6), st.timedeltas(timedelta(0), DAY))
def test_a_wait_grows_with_each_failure_up_to_a_day(weight: Weight, times: int, usual: timedelta) -> None:
    assert wait(weight, times, usual) <= wait(weight, times + 1, usual) <= DAY
    assert wait(weight, 10**6, usual) == DAY
