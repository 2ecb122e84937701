"""The settings of a workspace: one typed table, filled from the file, the environment and options, in that order."""

from __future__ import annotations

import re
from datetime import datetime, time
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from core.errors import SettingsError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Section(BaseModel):
    """A section of pactwatch.toml. An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(name: str) -> str:
    if name not in available_timezones():
        msg = "is not a time zone of the IANA database; for example Asia/Seoul, Europe/Berlin, UTC"
        raise ValueError(msg)
    return name


def _wall_clock(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        msg = "is not a time of day; write HH:MM from 00:00 to 23:59"
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


Network = Annotated[str, AfterValidator(_network)]
Zone = Annotated[str, AfterValidator(_zone)]
WallClock = Annotated[str, AfterValidator(_wall_clock)]
CHANNEL = re.compile(r"slack:(#[^\s]+|[A-Z0-9]{6,})|console")


def _channel(text: str) -> str:
    if not CHANNEL.fullmatch(text):
        msg = "is not slack:ID, slack:#name or console"
        raise ValueError(msg)
    return text


class DatabaseSettings(Section):
    """Where the archive is."""

    url: str = Field("sqlite:///data/pactwatch.db", description="SQLite file relative to the workspace, or postgresql://user@host/name")


NO_CONTACT = (
    "crawl.contact is not set: site owners cannot tell whom to ask about our visits; "
    "set it to an e-mail address or a page"
)


class CrawlSettings(Section):
    """How sources are fetched."""

    contact: str = Field("", description="Address or page for site owners; stands in the user agent")
    allow_networks: tuple[Network, ...] = Field(
        (), description="Networks that the address guard lets through, e.g. 127.0.0.0/8"
    )
    processes: int = Field(0, ge=0, le=64, description="Extraction processes; 0 means one a core")
    delay: float = Field(
        1.0, ge=0, le=600, description="Seconds between two requests to one host; a source or a longer Crawl-delay wins"
    )
    concurrency: int = Field(32, ge=1, le=256, description="Requests in flight over all hosts")
    timeout: float = Field(30.0, gt=0, le=600, description="Seconds for one request, from connect to the last byte")
    max_page_mb: float = Field(10.0, gt=0, le=100, description="Largest page, after decompression")
    max_feed_mb: float = Field(50.0, gt=0, le=500, description="Largest feed or sitemap, after decompression")
    browser: str = Field(
        "", description="Program of the browser for sources with `render: true`; else chromium where it is installed"
    )
    browser_sandbox: bool = Field(
        True, description="Keep the browser's own sandbox; with it, it does not start as root"
    )


class CatalogSettings(Section):
    """Which sources are watched."""

    builtin: bool = Field(True, description="Layer the shipped sources under the workspace's own")


class SlackSettings(Section):
    """How Slack is reached."""

    token: SecretStr | None = Field(None, description="Bot token (xoxb-…); better by token_file or the environment")
    token_file: Path | None = Field(None, description="File that holds the bot token")
    app_token: SecretStr | None = Field(None, description="App token (xapp-…), for the buttons of a later version")
    app_token_file: Path | None = Field(None, description="File that holds the app token")
    api_url: str = Field("https://slack.com/api/", description="Base address of Slack's Web API")
    timeout: float = Field(30.0, gt=0, le=300, description="Seconds until an answer of Slack counts as missing")


class WebSettings(Section):
    """Where the web pages listen. Read by the pages, which come with a later version; accepted from now on."""

    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8420, ge=0, le=65535, description="Port to listen on")


class LogSettings(Section):
    """What is logged, and how."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Lowest level that is written")
    format: Literal["auto", "human", "json"] = Field("auto", description="auto: human on a terminal, JSON otherwise")


class HealthSettings(Section):
    """Who is told, beside the digests, what changes with the sources."""

    channel: Annotated[str, AfterValidator(_channel)] | None = Field(
        None, description="slack:ID, slack:#name or console; none: only digests and `pactwatch health` tell it"
    )


class RouteSettings(Section):
    """Which hits go where, in which form, when."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="Unique name")
    rules: tuple[str, ...] = Field(("*",), min_length=1, description='Rule ids, or ["*"] for every rule')
    channel: Annotated[str, AfterValidator(_channel)] = Field(description="slack:ID, slack:#name or console")
    send: Literal["digest", "immediate"] = Field("digest", description="digest or immediate")
    at: tuple[WallClock, ...] = Field(("08:00",), min_length=1, description="Wall-clock times of the digest")
    days: Annotated[str, AfterValidator(_days)] = Field("daily", description="daily, mon-fri, or mon,wed,fri")
    zone: Zone = Field("UTC", description="IANA time zone of `at`")
    min_score: float = Field(0.5, ge=0, le=1, description="Hits below this score are not sent")

    @property
    def weekdays(self) -> frozenset[int]:
        """Weekdays with a digest; Monday is 0."""
        return days_of(self.days)

    @property
    def tz(self) -> ZoneInfo:
        """The zone of `at`."""
        return ZoneInfo(self.zone)

    @property
    def slots(self) -> tuple[time, ...]:
        """The times of `at`, in order."""
        return tuple(sorted(time.fromisoformat(t) for t in set(self.at)))

    def takes(self, rule: str, score: float) -> bool:
        """Whether a hit of this rule with this score goes to this route."""
        return score >= self.min_score and ("*" in self.rules or rule in self.rules)

    def local(self, moment: datetime) -> datetime:
        """The moment on this route's wall clock."""
        return moment.astimezone(self.tz)


class Settings(Section):
    """All settings. `home` is the workspace; relative paths are relative to it."""

    home: Path = Field(Path(), exclude=True, description="The workspace")
    database: DatabaseSettings = DatabaseSettings()
    crawl: CrawlSettings = CrawlSettings()
    catalog: CatalogSettings = CatalogSettings()
    slack: SlackSettings = SlackSettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
    health: HealthSettings = HealthSettings()
    routes: tuple[RouteSettings, ...] = ()

    @model_validator(mode="after")
    def _route_names_are_unique(self) -> Settings:
        names = [r.name for r in self.routes]
        twice = next((n for n in names if names.count(n) > 1), None)
        if twice:
            msg = f"two routes are named {twice!r}"
            raise ValueError(msg)
        return self

    @cached_property
    def database_url(self) -> str:
        """The database's address with a SQLite path made absolute."""
        prefix = "sqlite:///"
        if self.database.url.startswith(prefix):
            return prefix + str((self.home / self.database.url.removeprefix(prefix)).absolute())
        return self.database.url

    def slack_token(self) -> str | None:
        """The bot token, from the setting, the environment or its file."""
        return _secret("slack.token_file", self.slack.token, self.slack.token_file, self.home)

    def slack_app_token(self) -> str | None:
        """The app token, likewise."""
        return _secret("slack.app_token_file", self.slack.app_token, self.slack.app_token_file, self.home)

    def route(self, name: str) -> RouteSettings | None:
        """The route of this name."""
        return next((r for r in self.routes if r.name == name), None)


def _secret(name: str, value: SecretStr | None, file: Path | None, home: Path) -> str | None:
    if value is not None:
        return value.get_secret_value()
    if file is None:
        return None
    try:
        return (home / file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as failure:
        raise SettingsError(f"{name} {str(file)!r} cannot be read: {failure.__class__.__name__}") from failure
