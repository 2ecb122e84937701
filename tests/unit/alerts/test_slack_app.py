"""The manifest of the Slack app: Slack takes it as it is, and it asks for no more than is used."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest
import yaml

from pactwatch.cli import main
from tests.unit.repository.code import ROOT

TEXT = (files("alerts") / "slack_app.yaml").read_text(encoding="utf-8")
MANIFEST: dict[str, Any] = yaml.safe_load(TEXT)
SCOPES = MANIFEST["oauth_config"]["scopes"]["bot"]
# By https://docs.slack.dev/reference/methods what the calls of our client need.
NEEDED = {"chat_postMessage": {"chat:write"}, "chat_update": {"chat:write"},
          "conversations_history": {"channels:history", "groups:history"},
          "conversations_replies": {"channels:history", "groups:history"},
          "files_upload_v2": {"files:write"},
          "conversations_list": set()}           # for a channel by #name; the pages say to name it by its id


# What Slack sends us over Socket Mode, and the scope of it; pressing a button needs none.
SENT = {"slash_commands": "commands", "app_mention": "app_mentions:read"}


def test_it_keeps_to_the_limits_of_slacks_reference() -> None:
    about = MANIFEST["display_information"]
    assert set(MANIFEST) == {"display_information", "features", "oauth_config", "settings"}
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert 174 <= len(about["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-f]{6}", about["background_color"])
    assert len(MANIFEST["features"]["bot_user"]["display_name"]) <= 80


def test_it_asks_for_what_our_calls_need_and_for_nothing_else() -> None:
    calls = set(re.findall(r"self\._client\.(\w+)", (ROOT / "alerts/channels/slack.py").read_text(encoding="utf-8")))
    assert calls == set(NEEDED)
    assert set(SCOPES) == set().union(*NEEDED.values(), SENT.values())


def test_what_readers_do_in_slack_comes_over_socket_mode() -> None:
    settings = MANIFEST["settings"]
    assert settings["socket_mode_enabled"]
    assert settings["interactivity"] == {"is_enabled": True}
    assert settings["event_subscriptions"]["bot_events"] == ["app_mention"]
    assert [command["command"] for command in MANIFEST["features"]["slash_commands"]] == ["/pactwatch"]


def test_each_scope_has_its_reason_in_the_file_and_in_the_page_for_administrators() -> None:
    page = (ROOT / "docs/how-to/set-up-the-slack-app.md").read_text(encoding="utf-8")
    for scope in SCOPES:
        assert re.search(rf"- {scope} +# \w+", TEXT), scope
        assert f"| `{scope}` |" in page, scope
    assert set(re.findall(r"^ *\| `([\w:]+)` \| \w+[^|]*\| [^|]+\|$", page, re.MULTILINE)) == set(SCOPES)


def test_the_command_prints_it_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["alerts", "manifest"])
    assert not ended.value.code
    assert capsys.readouterr().out == TEXT
