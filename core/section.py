"""What the sections of pactwatch.toml share: a base that refuses unknown keys, and values with a form of their own."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict

from core import channels

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = r"([01]\d|2[0-3]):[0-5]\d"


class Section(BaseModel):
    """A section of pactwatch.toml. An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(name: str) -> str:
    if name not in available_timezones():
        msg = "is not a time zone of the IANA database; for example Asia/Seoul, Europe/Berlin, UTC"
        raise ValueError(msg)
    return name


def _wall_clock(text: str) -> str:
    if not re.fullmatch(_TIME, text):
        msg = "is not a time of day; write HH:MM from 00:00 to 23:59"
        raise ValueError(msg)
    return text


def _hours(text: str) -> str:
    first, _, last = text.partition("-")
    if not re.fullmatch(f"{_TIME}-{_TIME}", text) or first == last:
        msg = "is not a time from and to; write for example 22:00-07:00"
        raise ValueError(msg)
    return text


def _days(text: str) -> str:
    days_of(text)
    return text


def days_of(text: str) -> frozenset[int]:
    """Weekdays (Monday is 0) of `mon-fri`, `mon,wed,fri` or `daily`."""
    if text in {"daily", "*"}:
        return frozenset(range(7))
    days: set[int] = set()
    for part in text.lower().split(","):
        first, _, last = part.strip().partition("-")
        if first not in DAYS or (last and last not in DAYS):
            msg = f"is not a list of weekdays; write daily, mon-fri or {','.join(DAYS)}"
            raise ValueError(msg)
        a, b = DAYS.index(first), DAYS.index(last or first)
        days |= {(a + i) % 7 for i in range((b - a) % 7 + 1)}
    return frozenset(days)


def _network(text: str) -> str:
    try:
        ip_network(text, strict=False)
    except ValueError as failure:
        msg = "is not a network; write for example 127.0.0.0/8 or 10.1.0.0/16"
        raise ValueError(msg) from failure
    return text


def _language(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z]{2,4})?", text, re.IGNORECASE):
        msg = "is not a language; write its two or three letters, for example ko or zh-TW"
        raise ValueError(msg)
    return text


def _country(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2}", text, re.IGNORECASE):
        msg = "is not a country; write its two letters, for example KR"
        raise ValueError(msg)
    return text


Network = Annotated[str, AfterValidator(_network)]
Zone = Annotated[str, AfterValidator(_zone)]
WallClock = Annotated[str, AfterValidator(_wall_clock)]
Hours = Annotated[str, AfterValidator(_hours)]
Language = Annotated[str, AfterValidator(_language)]
Country = Annotated[str, AfterValidator(_country)]
Weekdays = Annotated[str, AfterValidator(_days)]
ChannelName = Annotated[str, AfterValidator(channels.checked)]
