"""Read the dates of feeds as instants: RFC 822 with any zone name, ISO 8601, and Korean, Japanese and Chinese forms."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from core import clock
from scrapers.discovery import dateforms

# Names that RFC 822 does not know, or that email.utils reads as UTC.
_OFFSETS = {
    "KST": "+0900",
    "JST": "+0900",
    "HKT": "+0800",
    "SGT": "+0800",
    "PHT": "+0800",
    "AWST": "+0800",
    "MYT": "+0800",
    "WIB": "+0700",
    "ICT": "+0700",
    "IST": "+0530",
    "PKT": "+0500",
    "GST": "+0400",
    "MSK": "+0300",
    "EET": "+0200",
    "EEST": "+0300",
    "SAST": "+0200",
    "CET": "+0100",
    "CEST": "+0200",
    "MEZ": "+0100",
    "MESZ": "+0200",
    "WET": "+0000",
    "WEST": "+0100",
    "BST": "+0100",
    "AEST": "+1000",
    "AEDT": "+1100",
    "NZST": "+1200",
    "NZDT": "+1300",
    "BRT": "-0300",
    "ART": "-0300",
    "UTC": "+0000",
    "GMT": "+0000",
    "Z": "+0000",
    "AKST": "-0900",
    "HST": "-1000",
}
_ZONE_NAME = re.compile(r"\b(" + "|".join(_OFFSETS) + r")\b(?:\s*\([^)]*\))?\s*$")
_GMT_OFFSET = re.compile(r"\b(?:GMT|UTC)\s*([+-])(\d{1,2}):?(\d{2})?\s*$")
_UNTOLD_ZONE = re.compile(r"-0000$")
_ISO = re.compile(r"\d{4}-(?:\d{2}-\d{2}|W\d{2}-\d)(?:[T ].*)?|\d{8}T\d{4,6}(?:Z|[+-]\d{2}:?\d{2})?")
_IN_A_ROW = re.compile(r"(?:19|20)\d{12}")
_REMARK = re.compile(r"\s*\([^()]*\)\s*$")
_COLON_ZONE = re.compile(r"([+-]\d{2}):(\d{2})$")
_SHORT_ZONE = re.compile(r"(?<=\d )([+-])(\d)$")
_HALF_DAY = re.compile(r"\b(\d{1,2})(:\d{2}(?::\d{2})?)\s*([ap])\.?m\b\.?", re.IGNORECASE)
_LEAP = re.compile(r"(:\d{2}):60\b")
_LONG_FRACTION = re.compile(r"(\.\d{6})\d+")
_NUMBERS = re.compile(
    r"(?P<y>(?:19|20)\d{2})\s*[-./年년]\s*(?P<m>\d{1,2})\s*[-./月월]\s*(?P<d>\d{1,2})(?:\s*[日일.])?(?:\s*\([^)]*\))?,?[T\s]*"
    r"(?:(?P<half>오전|오후|午前|午後|上午|下午|am|pm)\s*)?"
    r"(?:(?P<H>\d{1,2})\s*[:時时시]\s*(?P<M>\d{1,2})(?:\s*[:分분]\s*(?P<S>\d{1,2}))?\s*(?P<late>[ap]m\b)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_AFTERNOON = {"오후", "午後", "下午", "pm"}
_FIRST = datetime(1995, 1, 1, tzinfo=UTC)
# Countries of one zone: feeds there often write the local time without saying so.
_COUNTRY_ZONES = {
    "KR": "Asia/Seoul",
    "JP": "Asia/Tokyo",
    "CN": "Asia/Shanghai",
    "TW": "Asia/Taipei",
    "HK": "Asia/Hong_Kong",
    "SG": "Asia/Singapore",
    "IN": "Asia/Kolkata",
    "VN": "Asia/Ho_Chi_Minh",
    "DE": "Europe/Berlin",
    "FR": "Europe/Paris",
    "AT": "Europe/Vienna",
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "NL": "Europe/Amsterdam",
    "SE": "Europe/Stockholm",
    "NO": "Europe/Oslo",
    "IL": "Asia/Jerusalem",
    "AE": "Asia/Dubai",
    "NG": "Africa/Lagos",
    "ZA": "Africa/Johannesburg",
    "IT": "Europe/Rome",
}


@lru_cache
def zone_of(country: str | None) -> tzinfo:
    """The zone in which a country's feeds write times without a zone; UTC where there is no single one."""
    name = _COUNTRY_ZONES.get(country or "")
    return ZoneInfo(name) if name else UTC


def read_date(text: str | None, zone: tzinfo = UTC) -> datetime | None:
    """The instant that a date says, in UTC; None where it cannot be read or cannot be true.

    `zone` is taken where the text names none. A date before 1995, or more than two days ahead, is not believed.
    """
    if not text or not (text := text.strip()) or len(text) > 100:
        return None
    text = _LEAP.sub(r"\1:59", text)
    try:
        moment = _iso(text) or _rfc822(text) or _numbers(text)
        moment = moment or dateforms.foreign_months(text) or dateforms.since_1970(text) or dateforms.ago(text)
        if moment is None:
            return None
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if _FIRST <= moment <= clock.now() + timedelta(days=2) else None


def _iso(text: str) -> datetime | None:
    if _IN_A_ROW.fullmatch(text):
        text = f"{text[:8]}T{text[8:]}"
    if not _ISO.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(_LONG_FRACTION.sub(r"\1", text).replace(" +", "+").replace(" Z", "Z"))
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | None:
    text = _HALF_DAY.sub(_of_whole_day, _REMARK.sub("", text))
    if found := _GMT_OFFSET.search(text):
        text = f"{text[: found.start()]}{found[1]}{int(found[2]):02d}{found[3] or '00'}"
    else:
        text = _SHORT_ZONE.sub(r"\g<1>0\g<2>00", _COLON_ZONE.sub(r"\1\2", text))
        text = _ZONE_NAME.sub(lambda m: _OFFSETS[m[1]], text)
    try:
        # RFC 5322 writes UTC as -0000 where the sender's zone is not told; Python drops the zone then.
        return parsedate_to_datetime(_UNTOLD_ZONE.sub("+0000", text))
    except (ValueError, TypeError, IndexError):
        return None


def _of_whole_day(found: re.Match[str]) -> str:
    """A time of the clock's twelve hours as one of twenty-four; what is none already stays."""
    hour = int(found[1])
    if hour <= 12:
        hour = hour % 12 + (12 if found[3].lower() == "p" else 0)
    return f"{hour:02d}{found[2]}"


def _numbers(text: str) -> datetime | None:
    found = _NUMBERS.search(text)
    if not found:
        return None
    hour = int(found["H"] or 0)
    half = (found["half"] or found["late"] or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half in _AFTERNOON else 0)
    year, month, day = int(found["y"]), int(found["m"]), int(found["d"])
    moment = datetime(year, month, day, hour, int(found["M"] or 0), int(found["S"] or 0))  # noqa: DTZ001 - the caller knows it
    return datetime.fromisoformat(moment.isoformat() + found["zone"]) if found["zone"] else moment
