"""Times as pages write them: ISO 8601 in all its bent forms, and what feeds and meta tags use."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_ISO = re.compile(
    r"(?P<year>\d{4})[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})"
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|KST|JST|[+-]\d{2}:?\d{2}|[+-]\d{2}(?!\d))?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(Z|[+-]\d{2}:?\d{2})?$")
_CJK = re.compile(r"(\d{4})\s*[년年]\s*(\d{1,2})\s*[월月]\s*(\d{1,2})\s*[일日]")
_NINE = timezone(timedelta(hours=9))
# Where a time has no zone, readers of these languages mean the one zone of their country.
_ZONE_OF_LANGUAGE = {"ko": _NINE, "ja": _NINE, "zh": timezone(timedelta(hours=8))}
_NAMED_ZONES = {"Z": UTC, "UTC": UTC, "GMT": UTC, "KST": _NINE, "JST": _NINE}
_EARLIEST = 1990  # before the web: a default of the publishing system, not a date


class Moment:
    """A time as written: `when` may lack a zone, and `has_time` is False for a bare date."""

    __slots__ = ("has_time", "when")

    def __init__(self, when: datetime, has_time: bool) -> None:
        self.when, self.has_time = when, has_time

    @property
    def precise(self) -> bool:
        """Has a time of day and a zone."""
        return self.has_time and self.when.tzinfo is not None

    def utc(self, language: str | None = None) -> datetime:
        """The instant in UTC. A bare date is its midnight in UTC, so that the calendar day stays."""
        if self.when.tzinfo is not None:
            return self.when.astimezone(UTC)
        zone = _ZONE_OF_LANGUAGE.get(language or "", UTC) if self.has_time else UTC
        return self.when.replace(tzinfo=zone).astimezone(UTC)


def read_moment(value: object) -> Moment | None:
    """The time that a page's field holds, or None where it holds none."""
    if isinstance(value, (int, float)) or (isinstance(value, str) and re.fullmatch(r"\d{10}|\d{13}", value.strip())):
        return _epoch(float(value))
    if not isinstance(value, str) or not 8 <= len(value.strip()) <= 120:
        return None
    text = value.strip()
    for pattern, read in ((_ISO, _from_iso), (_COMPACT, _from_compact), (_CJK, _from_cjk)):
        if match := pattern.search(text):
            try:
                return read(match)
            except ValueError:
                return None
    return _from_words(text)


def _from_iso(match: re.Match[str]) -> Moment:
    part = match.groupdict()
    when = datetime(int(part["year"]), int(part["month"]), int(part["day"]),  # noqa: DTZ001 - the zone may be unknown
                    int(part["hour"] or 0), int(part["minute"] or 0), int(part["second"] or 0))
    has_time = part["hour"] is not None
    return _checked(when.replace(tzinfo=_zone(part["zone"]) if has_time else None), has_time=has_time)


def _from_compact(match: re.Match[str]) -> Moment:
    year, month, day, hour, minute, second, zone = match.groups()
    when = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001
    return _checked(when.replace(tzinfo=_zone(zone) if hour else None), has_time=hour is not None)


def _from_cjk(match: re.Match[str]) -> Moment:
    return _checked(datetime(int(match[1]), int(match[2]), int(match[3])), has_time=False)  # noqa: DTZ001


def _from_words(text: str) -> Moment | None:
    """`Mon, 06 Jan 2020 10:00:00 +0900` and `January 6, 2020 10:00 AM`."""
    try:
        return _checked(parsedate_to_datetime(text), has_time=True)
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    if not re.search(r"\d{4}", text) or not re.search(r"[A-Za-z]{3}", text):
        return None
    from dateutil import parser

    try:
        when = parser.parse(text, ignoretz=not re.search(r"[+-]\d{2}:?\d{2}\b|\bUTC\b|\bGMT\b|Z$", text))
        return _checked(when, has_time=":" in text)
    except (ValueError, OverflowError, TypeError, AttributeError):
        return None


def _epoch(seconds: float) -> Moment | None:
    try:
        return _checked(datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC), has_time=True)
    except (ValueError, OverflowError, OSError):
        return None


def _zone(name: str | None) -> timezone | None:
    if not name:
        return None
    if name.upper() in _NAMED_ZONES:
        return _NAMED_ZONES[name.upper()]
    digits = name[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if name[0] == "-" else offset)


def _checked(when: datetime, *, has_time: bool) -> Moment:
    if when.year < _EARLIEST or when.year > 9990:  # the last years overflow when the zone is applied
        raise ValueError(when)
    return Moment(when, has_time)
