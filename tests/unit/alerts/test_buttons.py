"""Buttons under a story, and what a click on them is taken to mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.blocks import parts
from alerts.buttons import buttons, read_click
from alerts.channels.slack import open_channel
from alerts.message import alert_message, digest_message, follow_message, outlets_message
from archive.digests import Contents, Window
from core.settings import Settings
from tests.fake_slack import problems
from tests.unit.alerts.wording import NOW, RECEIPT, ROUTE, entry

ANYTHING = st.recursive(st.none() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3)
                        | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6)


def click(value: str, action: str = "pactwatch:more") -> dict[str, Any]:
    return {"user": {"id": "U1", "username": "mina"}, "container": {"message_ts": "1.1"},
            "actions": [{"action_id": action, "action_ts": "2.2", "selected_option": {"value": value}}]}


def test_each_story_has_its_buttons_and_none_has_them_without_somebody_to_listen() -> None:
    message = digest_message(Window("daily", "2026-01-09", "08:00", NOW, NOW),
                             Contents((entry(), entry(2)), (), RECEIPT), ROUTE, NOW)
    assert [block["type"] for block in parts(message, 30)[0]["blocks"]].count("actions") == 2
    assert not any(block["type"] == "actions" for block in parts(message)[0]["blocks"])
    follow = parts(follow_message(entry(), ROUTE, "denied"), 30)[0]
    assert [block["type"] for block in follow["blocks"]].count("actions") == 1
    outlets = parts(outlets_message(entry(), ROUTE, entry().outlets), 30)[0]
    assert not any(block["type"] == "actions" for block in outlets["blocks"])


def test_a_long_digest_with_buttons_drops_nothing_and_stays_within_the_limits() -> None:
    entries = tuple(entry(number) for number in range(1, 41))
    window = Window("daily", "2026-01-09", "08:00", NOW, NOW)
    message = digest_message(window, Contents(entries, (), RECEIPT), ROUTE, NOW)
    made = parts(message, 30)
    assert all(problems(part) == [] for part in made)
    offered = [element["value"] for part in made for block in part["blocks"] if block["type"] == "actions"
               for element in block["elements"] if element["type"] == "button"]
    assert [value for value in offered if value.startswith("relevant")] == [
        f"relevant:{number}:{number}" for number in range(1, 41)]


def test_every_value_that_is_offered_is_understood() -> None:
    item = alert_message(entry(parties=("A:B", "삼성전자 & <x>", "Naver" * 40)), ROUTE).items[0]
    (block,) = buttons(item, 7)
    assert problems({"text": "x", "blocks": [block]}) == []
    values = [option["value"] for option in block["elements"][2]["options"]]
    said = [read_click(click(value), 7) for value in values]
    assert all(len(some) == 1 for some in said)
    assert {some[0].verdict for some in said} == {"wrong_party", "mute", "watch"}
    assert {some[0].details.get("name") for some in said if some[0].verdict == "watch"} == {"A:B", "삼성전자 & <x>"}
    assert {some[0].details["days"] for some in said if some[0].verdict == "mute"} == {7}


def test_two_people_and_two_clicks_have_keys_of_their_own_and_a_repeated_click_has_not() -> None:
    one, again = read_click(click("relevant:1:1", "pactwatch:relevant"), 30), read_click(click("relevant:1:1"), 30)
    other = click("relevant:1:1")
    other["user"]["id"] = "U2"
    assert one[0].key == again[0].key != read_click(other, 30)[0].key


def test_a_click_on_a_button_of_another_app_means_nothing() -> None:
    assert read_click(click("relevant:1:1", "approve"), 30) == []


@given(value=st.text(max_size=60) | st.from_regex(r"(relevant|watch|mute-story|wrong):\d+:\d+(:.*)?", fullmatch=True))
def test_no_value_makes_trouble(value: str) -> None:
    for said in read_click(click(value), 30):
        assert said.hit_id is not None
        assert 0 <= said.hit_id < 10**18


@pytest.mark.parametrize(("given", "offered"), [({}, False), ({"app_token": "xapp-1"}, True),
                                                ({"app_token_file": "app-token"}, True)])
def test_a_channel_of_slack_offers_buttons_where_there_is_an_app_token(given: dict[str, str], offered: bool) -> None:
    settings = Settings(home=Path(), slack={"token": "xoxb-1", **given}, alerts={"mute_days": 9})
    (made,) = open_channel("slack:C0000000001", settings).render(alert_message(entry(), ROUTE))
    assert ("for 9 days" in str(made["blocks"])) is offered
