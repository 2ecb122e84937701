"""What the settings of routes and channels mean, and which mistakes are told in one line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core import channels
from core.errors import SettingsError
from core.routes import RouteSettings
from core.workspace import effective, load_workspace

ROUTE = '[[routes]]\nname = "a"\n'
MISTAKES = [
    (ROUTE + 'channel = "mail:x"', "pactwatch.toml:3: routes.0.channel 'mail:x': is not slack:ID"),
    (ROUTE + 'channel = "webhook:ops"', "there is no section [channels.ops]; there are: none"),
    ('[alerts]\nfallback = "webhook:ops"', "alerts.fallback names the channel 'webhook:ops'"),
    (ROUTE + 'channel = "console"\nquiet = "22:00-07:00"', "pactwatch.toml:1: routes.0: 'quiet' is for routes with"),
    (ROUTE + 'channel = "console"\nsend = "immediate"\nquiet = "22-7"', "write for example 22:00-07:00"),
    (ROUTE + 'channel = "console"\nsend = "immediate"\noverflow = "b"', "overflow of route 'a' is 'b'; digest routes:"),
    (ROUTE + 'channel = "console"\nlanguages = ["ko", "korean"]',
     "pactwatch.toml:4: routes.0.languages.1 'korean': is not a language; write its two or three letters, for example"),
    (ROUTE + 'channel = "console"\ncountries = ["Korea"]',
     "pactwatch.toml:4: routes.0.countries.0 'Korea': is not a country; write its two letters, for example KR"),
    ("[channels.ops]\nurls = 1", "pactwatch.toml:2: unknown setting 'channels.ops.urls'; allowed: secret"),
    ("[channels.Ops]\nurl = 'x'", "channels.Ops"),
]


@pytest.mark.parametrize(("text", "problem"), MISTAKES)
def test_a_mistake_names_its_place_and_what_is_allowed(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "pactwatch.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_workspace(tmp_path, environ={})
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_address_of_a_named_channel_may_come_from_the_environment_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "pactwatch.toml").write_text(ROUTE + 'channel = "webhook:ops"\n[channels.ops]\n')
    space = load_workspace(tmp_path, environ={"PACTWATCH_CHANNELS__OPS__URL": "https://hook.example/secret"})
    assert space.settings.channel_address("webhook:ops") == "https://hook.example/secret"
    rows = {name: (value, origin) for name, value, origin in effective(space)}
    assert rows["channels.ops.url"] == ("********", "PACTWATCH_CHANNELS__OPS__URL")


@pytest.mark.parametrize(("channel", "shown"), [
    ("slack:C0123456789", "slack:C0123456789"), ("webhook:ops", "webhook:ops"), ("feed:a/b", "feed:a/b"),
    ("email:a@example.org", "email:a@example.org"), ("console", "console"),
    ("webhook:https://user:key@host.example/path?x=1", "webhook:https://host.example/…"),
    ("webhook:https://hooks.slack.com/services/T/B/x", "slack-webhook:https://hooks.slack.com/…"),
    ("apprise:discord://id/token", "apprise:discord://…"),
])
def test_a_channel_is_shown_without_what_is_secret_in_its_name(channel: str, shown: str) -> None:
    assert channels.shown(channels.checked(channel)) == shown


@pytest.mark.parametrize("channel", ["", "slack:", "slack:lower", "email:nobody", "email:a@b,c@d", "webhook:ftp://x",
                                     "webhook:Ops", "feed:", "feed:a:b", "irc:x", "email:a\n@b"])
def test_what_is_no_channel_is_refused(channel: str) -> None:
    with pytest.raises(ValueError, match="is not slack:ID"):
        channels.checked(channel)


@pytest.mark.parametrize(("moment", "until"), [
    ("2026-03-28T22:30", "2026-03-29T02:30"),            # 02:30 does not exist on the next day: the clocks jump
    ("2026-10-24T22:30", "2026-10-25T02:30"), ("2026-06-01T12:00", None)])
def test_quiet_hours_end_on_the_wall_clock_over_both_changes(moment: str, until: str | None) -> None:
    route = RouteSettings(name="a", channel="console", send="immediate", quiet="22:00-02:30", zone="Europe/Berlin")
    now = datetime.fromisoformat(moment).replace(tzinfo=route.tz)
    end = route.quiet_until(now.astimezone(UTC))
    assert (end is None) is (until is None)
    if end is not None and until is not None:
        wanted = datetime.fromisoformat(until).replace(tzinfo=route.tz).astimezone(UTC)
        assert abs((end - wanted).total_seconds()) <= 3600
        assert (end - now).total_seconds() < 6 * 3600
