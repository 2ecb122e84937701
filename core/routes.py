"""The routes of a workspace: which hits go where, in which form, when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from core.channels import FORMS
from core.section import ChannelName, Country, Hours, Language, Section, WallClock, Weekdays, Zone, days_of

WATCH = "@watch"                         # stands for the watch list among the organisations of a route
_ONLY_IMMEDIATE = ("quiet", "budget", "overflow", "on_top")


class RouteSettings(Section):
    """Which hits go where, in which form, when. All routes that take a hit send it."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="Unique name")
    rules: tuple[str, ...] = Field(("*",), min_length=1, description='Rule ids, or ["*"] for every rule')
    channel: ChannelName = Field(description=FORMS)
    send: Literal["digest", "immediate", "picture"] = Field(
        "digest", description="digest, immediate, or picture: of the week before, by `at` and `days`"
    )
    format: Literal["full", "short"] = Field(
        "full", description="full: with the sentence that says so; short: headline and title"
    )
    at: tuple[WallClock, ...] = Field(("08:00",), min_length=1, description="Wall-clock times of the digest or picture")
    days: Weekdays = Field(
        "daily", description="Days of the digest: daily, mon-fri, or mon,wed,fri; of a picture without this key: mon"
    )
    zone: Zone = Field("UTC", description="IANA time zone of `at` and `quiet`, and of times in messages")
    min_score: float = Field(0.5, ge=0, le=1, description="Hits below this score are not sent")
    organisations: tuple[str, ...] = Field(
        (), description="Only hits with one of these as a party, by canonical name; a group stands for its units, "
        "@watch for the watch list"
    )
    languages: tuple[Language, ...] = Field(
        (), description='Only hits in articles in these languages, e.g. ["ko", "en"]'
    )
    countries: tuple[Country, ...] = Field((), description='Only hits of outlets in these countries, e.g. ["KR"]')
    first_link: tuple[tuple[str, ...], ...] | None = Field(
        None, description='Only the first alliance ever told between two groups of organisations, e.g. '
        '[["Samsung Group", "LG Group"], ["type:university"]]; also country:KR and @watch'
    )
    bridges: bool = Field(
        False, description="Only alliances that are the first link between two clusters of organisations"
    )
    quiet: Hours | None = Field(
        None, description="Hours without alerts, e.g. 22:00-07:00; what comes in them is sent at their end"
    )
    budget: int | None = Field(
        None, ge=1, le=1000,
        description="Alerts within an hour; the rest goes into a digest, later news of told stories not"
    )
    overflow: str | None = Field(
        None, description="Digest route for what is above the budget; default: one of the same channel, else the first"
    )
    on_top: bool = Field(
        False, description="Show a denial, an end, a new party in the channel too, and not only in the story's thread"
    )

    @model_validator(mode="before")
    @classmethod
    def _a_picture_comes_once_a_week(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("send") == "picture":
            return {"days": "mon", **given}
        return given

    @model_validator(mode="after")
    def _keys_fit_the_kind(self) -> RouteSettings:
        wrong = [key for key in _ONLY_IMMEDIATE if key in self.model_fields_set]
        if wrong and self.send != "immediate":
            msg = f"{wrong[0]!r} is for routes with send = \"immediate\""
            raise ValueError(msg)
        return self

    @field_validator("first_link")
    @classmethod
    def _there_are_two_groups(cls, given: tuple[tuple[str, ...], ...] | None) -> tuple[tuple[str, ...], ...] | None:
        if given is not None and (len(given) != 2 or not all(given)):
            msg = 'is not two lists of organisations; write for example [["SK Telecom"], ["OpenAI", "Anthropic"]]'
            raise ValueError(msg)
        return given

    @property
    def weekdays(self) -> frozenset[int]:
        """Weekdays with a digest; Monday is 0."""
        return days_of(self.days)

    @property
    def tz(self) -> ZoneInfo:
        """The zone of `at`."""
        return ZoneInfo(self.zone)

    @property
    def has_slots(self) -> bool:
        """Whether it sends at fixed times."""
        return self.send != "immediate"

    @property
    def slots(self) -> tuple[time, ...]:
        """The times of `at`, in order."""
        return tuple(sorted(time.fromisoformat(t) for t in set(self.at)))

    @property
    def is_filtered(self) -> bool:
        """Whether more than rule and score decides what the route takes."""
        return bool(self.organisations or self.languages or self.countries or self.first_link or self.bridges)

    def takes(self, rule: str, score: float) -> bool:
        """Whether a hit of this rule with this score goes to this route, as far as these two decide."""
        return score >= self.min_score and ("*" in self.rules or rule in self.rules)

    def local(self, moment: datetime) -> datetime:
        """The moment on this route's wall clock."""
        return moment.astimezone(self.tz)

    def quiet_until(self, moment: datetime) -> datetime | None:
        """The end of the quiet hours that a moment lies in."""
        if self.quiet is None:
            return None
        first, last = (time.fromisoformat(part) for part in self.quiet.split("-"))
        local = self.local(moment)
        at = local.time()
        inside = first <= at < last if first < last else at >= first or at < last
        if not inside:
            return None
        day = local.date() if at < last else local.date() + timedelta(days=1)
        return datetime.combine(day, last, self.tz).astimezone(UTC)


def overflow_of(route: RouteSettings, routes: tuple[RouteSettings, ...] | list[RouteSettings]) -> RouteSettings | None:
    """The digest route that takes what is above a route's budget."""
    digests = [r for r in routes if r.send == "digest"]
    if route.overflow is not None:
        return next((r for r in digests if r.name == route.overflow), None)
    return next((r for r in digests if r.channel == route.channel), digests[0] if digests else None)
