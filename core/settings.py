"""The settings of a workspace: one typed table, filled from the file, the environment and options, in that order."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from core import channels
from core.errors import SettingsError
from core.routes import RouteSettings
from core.secrets import know
from core.section import ChannelName, Network, Section

__all__ = [
    "NO_CONTACT", "AlertSettings", "CatalogSettings", "ChannelSettings", "CrawlSettings", "DatabaseSettings",
    "EmailSettings", "HealthSettings", "JobSettings", "LogSettings", "MetricsSettings", "RetentionSettings",
    "RouteSettings", "Settings", "SlackSettings", "WebSettings",
]

class DatabaseSettings(Section):
    """Where the archive is."""

    url: str = Field("sqlite:///data/pactwatch.db", description="SQLite file relative to the workspace, or postgresql://user@host/name")
    password: SecretStr | None = Field(
        None, description="Password of PostgreSQL's user; better by password_file, the environment or ~/.pgpass"
    )
    password_file: Path | None = Field(None, description="File that holds the password of PostgreSQL's user")


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
    app_token: SecretStr | None = Field(
        None, description="App token (xapp-…), for buttons and questions; better by app_token_file"
    )
    app_token_file: Path | None = Field(None, description="File that holds the app token")
    api_url: str = Field("https://slack.com/api/", description="Base address of Slack's Web API")
    timeout: float = Field(30.0, gt=0, le=300, description="Seconds until an answer of Slack counts as missing")

    @property
    def interactive(self) -> bool:
        """Whether clicks and questions come in: only then messages have buttons."""
        return self.app_token is not None or self.app_token_file is not None


class WebSettings(Section):
    """The web pages, the JSON API and the feeds: where they listen, and who may come in."""

    enabled: bool = Field(
        False, description="Serve them from `pactwatch serve`, too; `pactwatch web` serves them in any case"
    )
    host: str = Field("127.0.0.1", description="Address to listen on; another than loopback needs a token")
    port: int = Field(8420, ge=0, le=65535, description="Port to listen on")
    public_url: str = Field(
        "", description="Address under which a proxy shows the pages, e.g. https://news.example.org"
    )
    token: SecretStr | None = Field(
        None, description="Token of editors, who may change things; better by token_file or the environment"
    )
    token_file: Path | None = Field(None, description="File that holds the token of editors")
    reader_token: SecretStr | None = Field(
        None, description="Token of readers, who may only look; better by reader_token_file or the environment"
    )
    reader_token_file: Path | None = Field(None, description="File that holds the token of readers")

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/")
                      or parts.query or parts.fragment):
            msg = "is not the address of a site; write for example https://news.example.org"
            raise ValueError(msg)
        return value.rstrip("/")


class MetricsSettings(Section):
    """A door for monitors alone, of `pactwatch serve` and of workers: /metrics, /healthz and /readyz."""

    host: str = Field(
        "127.0.0.1", description="Address to listen on; elsewhere than on loopback /metrics asks for a token of [web]"
    )
    port: int = Field(0, ge=0, le=65535, description="Port to listen on, e.g. 9464; 0: none")


class LogSettings(Section):
    """What is logged, and how."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Lowest level that is written")
    format: Literal["auto", "human", "json"] = Field("auto", description="auto: human on a terminal, JSON otherwise")


class JobSettings(Section):
    """Who does the work."""

    engine: Literal["local", "procrastinate"] = Field(
        "local", description="local: `serve` does it itself; procrastinate: it only schedules, and any number of "
        "`pactwatch worker` take jobs from the PostgreSQL of `database.url`"
    )

    @property
    def shared(self) -> bool:
        """Whether workers do the work."""
        return self.engine != "local"


class HealthSettings(Section):
    """Who is told, beside the digests, what changes with the sources."""

    channel: ChannelName | None = Field(
        None, description="Any channel; none: only digests and `pactwatch health` tell it"
    )


ChannelKey = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class AlertSettings(Section):
    """What holds for all messages."""

    fallback: ChannelName | None = Field(
        None, description="Channel that is told when another one refuses messages, and when it takes them again"
    )
    mute_days: int = Field(30, ge=1, le=365, description="Days for which the buttons in Slack mute something")


class RetentionSettings(Section):
    """What need not be kept for ever. Articles and their earlier texts are removed only where a key says so.

    What a rule flagged, what readers judged, and the stories that were sent are always kept.
    """

    unflagged_days: int | None = Field(
        None, ge=31, description="Days for which articles of stories are kept that no rule flagged; reports of a "
        "story find each other for 30"
    )
    articles_days: int | None = Field(
        None, ge=31, description="The same for every article: also for those that only tell more of a flagged story"
    )
    versions: int | None = Field(None, ge=0, description="Earlier texts that are kept of a corrected article")
    fetches_days: int = Field(400, ge=31, description="Days for which requests and passes are remembered")


class EmailSettings(Section):
    """The mail server that takes messages for `email:ADDRESS`."""

    host: str = Field("", description="Name of the SMTP server")
    port: int = Field(587, ge=1, le=65535, description="Its port; mostly 587, or 465 with security = tls")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="starttls, tls from the first byte, or none for a server on the same machine"
    )
    user: str = Field("", description="User name, where the server asks for one")
    password: SecretStr | None = Field(None, description="Its password; better by password_file or the environment")
    password_file: Path | None = Field(None, description="File that holds the password")
    sender: str = Field("", description="Address that messages come from, e.g. Pactwatch <news@example.org>")
    timeout: float = Field(30.0, gt=0, le=300, description="Seconds until an answer of the server counts as missing")


class ChannelSettings(Section):
    """An address that is a secret, by a name: `webhook:NAME`, `slack-webhook:NAME`, `apprise:NAME`."""

    url: SecretStr | None = Field(None, description="The address; better by url_file or the environment")
    url_file: Path | None = Field(None, description="File that holds the address")
    secret: SecretStr | None = Field(None, description="Key that signs a webhook's messages: whsec_… or any text")
    secret_file: Path | None = Field(None, description="File that holds the key")
    timeout: float = Field(30.0, gt=0, le=300, description="Seconds until an answer counts as missing")


class Settings(Section):
    """All settings. `home` is the workspace; relative paths are relative to it."""

    home: Path = Field(Path(), exclude=True, description="The workspace")
    database: DatabaseSettings = DatabaseSettings()
    crawl: CrawlSettings = CrawlSettings()
    catalog: CatalogSettings = CatalogSettings()
    slack: SlackSettings = SlackSettings()
    web: WebSettings = WebSettings()
    metrics: MetricsSettings = MetricsSettings()
    log: LogSettings = LogSettings()
    jobs: JobSettings = JobSettings()
    health: HealthSettings = HealthSettings()
    alerts: AlertSettings = AlertSettings()
    retention: RetentionSettings = RetentionSettings()
    email: EmailSettings = EmailSettings()
    channels: dict[ChannelKey, ChannelSettings] = Field({})
    routes: tuple[RouteSettings, ...] = ()

    @model_validator(mode="after")
    def _route_names_are_unique(self) -> Settings:
        names = [r.name for r in self.routes]
        twice = next((n for n in names if names.count(n) > 1), None)
        if twice:
            msg = f"two routes are named {twice!r}"
            raise ValueError(msg)
        digests = [r.name for r in self.routes if r.send == "digest"]
        for route in self.routes:
            if route.overflow is not None and route.overflow not in digests:
                msg = f"overflow of route {route.name!r} is {route.overflow!r}; digest routes: {', '.join(digests)}"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _workers_share_a_server(self) -> Settings:
        if self.jobs.shared and not self.database.url.startswith("postgresql"):
            msg = (f"jobs.engine = {self.jobs.engine!r} needs PostgreSQL, and database.url is {self.database.url!r}; "
                   "write postgresql://user@host/name, or engine = \"local\"")
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _named_channels_are_there(self) -> Settings:
        used = {f"route {r.name!r}": r.channel for r in self.routes}
        used |= {"health.channel": self.health.channel or "", "alerts.fallback": self.alerts.fallback or ""}
        for place, channel in used.items():
            name = channels.named(channel)
            if name is not None and name not in self.channels:
                msg = (f"{place} names the channel {channel!r}, but there is no section [channels.{name}]; "
                       f"there are: {', '.join(self.channels) or 'none'}")
                raise ValueError(msg)
        return self

    @cached_property
    def database_url(self) -> str:
        """The database's address with a SQLite path made absolute, and with the password where there is one."""
        prefix, url = "sqlite:///", self.database.url
        if url.startswith(prefix):
            return prefix + str((self.home / url.removeprefix(prefix)).absolute())
        password = _secret("database.password_file", self.database.password, self.database.password_file, self.home)
        parts = urlsplit(url)
        if password is None or not parts.username or parts.password is not None:
            return url
        user, _, place = parts.netloc.partition("@")
        return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{place}").geturl()

    def slack_token(self) -> str | None:
        """The bot token, from the setting, the environment or its file."""
        return _secret("slack.token_file", self.slack.token, self.slack.token_file, self.home)

    def slack_app_token(self) -> str | None:
        """The app token, likewise."""
        return _secret("slack.app_token_file", self.slack.app_token, self.slack.app_token_file, self.home)

    def web_token(self) -> str | None:
        """The token of the web's editors, likewise."""
        return _secret("web.token_file", self.web.token, self.web.token_file, self.home)

    def web_reader_token(self) -> str | None:
        """The token of the web's readers, likewise."""
        return _secret("web.reader_token_file", self.web.reader_token, self.web.reader_token_file, self.home)

    def email_password(self) -> str | None:
        """The password of the mail server, likewise."""
        return _secret("email.password_file", self.email.password, self.email.password_file, self.home)

    def channel_address(self, channel: str) -> str:
        """The address that a channel posts to: what stands in its name, or in the section that it names."""
        name = channels.named(channel)
        if name is None:
            return channels.split(channel)[1]
        section = self.channels[name]
        found = _secret(f"channels.{name}.url_file", section.url, section.url_file, self.home)
        if not found:
            raise SettingsError(f"[channels.{name}] has no address; set its url or url_file")
        return found

    def channel_secret(self, channel: str) -> str | None:
        """The key by which a channel's messages are signed, if it has one."""
        name = channels.named(channel)
        if name is None:
            return None
        section = self.channels[name]
        return _secret(f"channels.{name}.secret_file", section.secret, section.secret_file, self.home)

    def channel_timeout(self, channel: str) -> float:
        """The seconds that an answer of a channel may take."""
        return self.channels.get(channels.named(channel) or "", ChannelSettings()).timeout

    def route(self, name: str) -> RouteSettings | None:
        """The route of this name."""
        return next((r for r in self.routes if r.name == name), None)


def _secret(name: str, value: SecretStr | None, file: Path | None, home: Path) -> str | None:
    found = _read_secret(name, value, file, home)
    if found:
        know(found)
    return found


def _read_secret(name: str, value: SecretStr | None, file: Path | None, home: Path) -> str | None:
    if value is not None:
        return value.get_secret_value()
    if file is None:
        return None
    try:
        return (home / file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as failure:
        raise SettingsError(f"{name} {str(file)!r} cannot be read: {failure.__class__.__name__}") from failure
