"""The buttons under a story in Slack: what is offered, and what a click on it means.

What comes back with a click is read as text of a stranger: only what was offered has a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from alerts.message import Item
from alerts.text import shorten
from archive.feedback import Said

ACTION = "pactwatch"                     # the action ids begin with it
_LONGEST_LABEL = 75                      # of an option, by Slack's limits
_LONGEST_VALUE = 150
_MOST_PARTIES = 4
_VALUE = re.compile(r"(relevant|not_relevant|wrong|mute-organisation|mute-source|mute-story|watch)"
                    r":(\d{1,18}):(\d{1,18})(?::(.{1,150}))?", re.DOTALL)
_NAMED = {"wrong", "mute-organisation", "watch"}


def buttons(item: Item, mute_days: int) -> list[dict[str, Any]]:
    """The block of buttons of a story; none for an item that is no hit."""
    hit, story = item.facts.get("hit"), item.facts.get("story")
    if hit is None or story is None:
        return []
    place = f"{hit}:{story}"
    parties = list(dict.fromkeys(filter(None, item.facts.get("parties", ()))))[:_MOST_PARTIES]
    options = [
        *(_option(f"Wrong party: {name}", f"wrong:{place}:{name}") for name in parties),
        _option(f"Mute this story for {mute_days} days", f"mute-story:{place}"),
        _option(f"Mute this outlet for {mute_days} days", f"mute-source:{place}"),
        *(_option(f"Mute {name} for {mute_days} days", f"mute-organisation:{place}:{name}") for name in parties),
        *(_option(f"Watch {name}", f"watch:{place}:{name}") for name in parties),
    ]
    return [{"type": "actions", "elements": [
        _button("Relevant", "relevant", place), _button("Not relevant", "not_relevant", place),
        {"type": "static_select", "action_id": f"{ACTION}:more", "placeholder": _plain("More…"),
         "options": [option for option in options if option is not None]},
    ]}]


def _button(label: str, verdict: str, place: str) -> dict[str, Any]:
    return {"type": "button", "action_id": f"{ACTION}:{verdict}", "text": _plain(label), "value": f"{verdict}:{place}"}


def _option(label: str, value: str) -> dict[str, Any] | None:
    """An option, unless its value is longer than Slack takes."""
    if len(value) > _LONGEST_VALUE:
        return None
    return {"text": _plain(shorten(label, _LONGEST_LABEL)), "value": value}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def read_click(payload: Mapping[str, Any], mute_days: int) -> list[Said]:
    """What the clicks of a `block_actions` payload say; those that are none of ours are left out."""
    user = payload.get("user") or {}
    message = (payload.get("container") or {}).get("message_ts", "")
    author = str(user.get("username") or user.get("name") or user.get("id") or "")[:100] or None
    found = []
    for action in payload.get("actions") or []:
        value = str(action.get("value") or (action.get("selected_option") or {}).get("value") or "")
        read = _VALUE.fullmatch(value)
        ours = str(action.get("action_id") or "").startswith(f"{ACTION}:")
        if read is None or not ours or (read[4] is None) is (read[1] in _NAMED):
            continue
        # Slack sends a click again when its answer is late; the moment of the click stays the same.
        key = ":".join(("slack", str(user.get("id")), str(message), str(action.get("action_ts")), value))
        found.append(_said(read[1], int(read[2]), int(read[3]), read[4], mute_days, author, key))
    return found


def _said(deed: str, hit: int, story: int, name: str | None, days: int, author: str | None, key: str) -> Said:
    verdict = deed
    details: dict[str, Any] = {}
    if deed == "wrong":
        verdict, details = "wrong_party", {"party": name}
    elif deed == "watch":
        details = {"name": name}
    elif deed.startswith("mute-"):
        kind = deed.removeprefix("mute-")
        verdict, details = "mute", {"kind": kind, "name": name, "days": days}
    return Said(verdict, hit_id=hit, story_id=story, author=author, details=details, key=key)
