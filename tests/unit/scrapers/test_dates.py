"""The dates of feeds, in all the ways in which outlets write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.discovery.dates import read_date, zone_of

TEN = datetime(2020, 1, 6, 10, 0, tzinfo=UTC)
ONE = datetime(2020, 1, 6, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 06 Jan 2020 10:00:00 GMT", TEN),
        ("Mon, 06 Jan 2020 10:00:00 +0900", ONE),
        ("Mon, 06 Jan 2020 10:00:00 KST", ONE),
        ("Mon, 06 Jan 2020 10:00:00 JST", ONE),
        ("Mon, 06 Jan 2020 11:00:00 CET", TEN),
        ("Mon, 6 Jan 2020 05:00 EST", TEN),
        ("06 Jan 2020 10:00:00 UT", TEN),
        ("Mon, 06 Jan 2020 19:00:00 GMT+9", TEN),
        ("2020-01-06T10:00:00Z", TEN),
        ("2020-01-06T19:00:00+09:00", TEN),
        ("2020-01-06T19:00:00+0900", TEN),
        ("2020-01-06T10:00:00.123456789Z", TEN.replace(microsecond=123456)),
        ("2020-01-06 10:00:00 +0000", TEN),
        ("2020-01-06", datetime(2020, 1, 6, tzinfo=UTC)),
        ("Mon, 06 Jan 2020 19:00:00 +09:00", TEN),
        ("Mon Jan 06 2020 19:00:00 GMT+0900 (Korean Standard Time)", TEN),
        ("Mon, 06 Jan 2020 10:00:00 GMT+0900 (KST)", ONE),
        ("Mon, 6 Jan 2020 5:00:00 AM EST", TEN),
        ("Mon, 06 Jan 2020 10:00:00 PM GMT", TEN.replace(hour=22)),
        ("Mon, 06 Jan 2020 10:00:00 +9", ONE),
        ("Mon, 06 Jan 2020 09:59:60 GMT", TEN.replace(hour=9, minute=59, second=59)),
        ("6 Jan 2020", TEN.replace(hour=0)),
        ("Jan 6, 2020", TEN.replace(hour=0)),
        ("January 6, 2020 at 10:00 AM UTC", TEN),
        ("Sept. 6, 2020 1:00 pm", datetime(2020, 9, 6, 13, tzinfo=UTC)),
        ("20200106100000", TEN),
        ("20200106T100000Z", TEN),
        ("06.01.2020, 10:00 Uhr", TEN),
        ("2020-W02-1", TEN.replace(hour=0)),
        ("1월 6일, 2020", TEN.replace(hour=0)),
        ("20200106", None),
        ("yesterday", None),
        ("", None),
        ("1970-01-01T00:00:00Z", None),
        ("2999-01-01T00:00:00Z", None),
        ("2020-02-31", None),
    ],
)
def test_a_date_is_read_as_an_instant_in_utc(text: str, expected: datetime | None) -> None:
    assert read_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-06 10:00:00",
        "2020.01.06 10:00",
        "2020/01/06 10:00",
        "2020년 1월 6일 오전 10시 00분",
        "2020.01.06. 오전 10:00",
        "2020年1月6日 10:00",
        "2020-01-06(월) 10:00",
        "입력 2020.01.06 10:00",
        "2020. 1. 6. 10:00",
    ],
)
def test_local_forms_without_a_zone_are_in_the_outlets_zone(text: str) -> None:
    assert read_date(text, zone_of("KR")) == ONE


def test_afternoon_is_twelve_hours_later() -> None:
    assert read_date("2020.01.06 오후 3:05", zone_of("KR")) == datetime(2020, 1, 6, 6, 5, tzinfo=UTC)
    assert read_date("2020.01.06 오후 12:05", zone_of("KR")) == datetime(2020, 1, 6, 3, 5, tzinfo=UTC)


def test_a_country_with_several_zones_counts_as_utc() -> None:
    assert read_date("2020-01-06 10:00:00", zone_of("US")) == TEN


@settings(deadline=None)
@given(st.text(max_size=60))
def test_wild_text_is_never_an_error(text: str) -> None:
    result = read_date(text)
    assert result is None or result.tzinfo is UTC


def test_an_untold_zone_is_utc_wherever_the_outlet_is() -> None:
    assert read_date("Thu, 09 Jan 2020 01:41:00 -0000", zone_of("KR")) == datetime(2020, 1, 9, 1, 41, tzinfo=UTC)
