"""One test message to a route's channel, past the outbox, and what the channel can promise."""

from __future__ import annotations

from time import monotonic
from typing import Any

from alerts.channels.base import Channel, Post
from alerts.channels.opening import open_channel
from alerts.message import Item, Message, Picture, Run, Section
from core import channels, clock
from core.errors import DisableRoute, NoHistoryError, NotFoundError, RetryLater, SkipDocument, UnclearDelivery
from core.settings import RouteSettings, Settings

PROMISES = {
    True: "exactly once: a message whose answer is lost is looked up before it is sent again",
    False: "a message whose answer is lost ends as possibly sent, because the channel's history cannot be read",
    None: "at least once: a message whose answer is lost is sent again, and says that it may be a repeat",
}


def send_test(settings: Settings, route: str, console: Any = None) -> dict[str, Any]:
    """Send one message now; whether the channel took it, in how long, and what it promises."""
    found = settings.route(route)
    if found is None:
        names = ", ".join(r.name for r in settings.routes) or "none"
        raise NotFoundError(f"no route is named {route!r}; routes: {names}")
    result: dict[str, Any] = {"route": route, "channel": channels.shown(found.channel), "posted": False,
                              "promise": None, "problem": None}
    began = monotonic()
    try:
        channel = open_channel(found.channel, settings, console)
        result["promise"] = PROMISES[_post(channel, found)]
        result["posted"] = True
    except (DisableRoute, RetryLater, SkipDocument, UnclearDelivery) as failure:
        result["problem"] = str(failure)
    result["seconds"] = round(monotonic() - began, 2)
    return result


def _post(channel: Channel, route: RouteSettings) -> bool | None:
    """Post the message. Returns whether it can be read again; None where the channel repeats what is doubtful."""
    now = clock.now()
    key = f"test:{route.name}:{now:%Y%m%dT%H%M%S.%f}"
    channel.post(Post(channel.render(_message(route))[0], key))
    if channel.repeats:
        return None
    try:
        return channel.find(key, None, now) is not None
    except NoHistoryError:
        return False
    except RetryLater:
        return True


def _message(route: RouteSettings) -> Message:
    now = route.local(clock.now())
    item = Item(
        "Aurora Chips ↔ Borealis Telecom", ("partnership", "announced", "AI"),
        "An example: two firms join forces", None,
        (Run("Aurora Chips", bold=True), Run(" and "), Run("Borealis Telecom", bold=True), Run(" will "),
         Run("join forces", bold=True), Run(" in artificial intelligence.")),
        ("this is what a story looks like; the firms are made up",),
        {"headline": "Aurora Chips ↔ Borealis Telecom", "test": True})
    subtitle = f"route {route.name} · {now:%Y-%m-%d %H:%M %Z}"
    picture = None
    if route.send == "picture":              # so that the right to upload one is tried, too
        one, other = "Aurora Chips", "Borealis Telecom"
        pair = {"a": one, "b": other, "stories": 1, "rumoured": False}
        firms: list[dict[str, Any]] = [{"name": name, "stories": 1, "with": []} for name in (one, other)]
        picture = Picture("test.png", "An example: two firms join forces", {
            "from": "2026-01-05", "to": "2026-01-11", "weeks": [{"from": "2026-01-05", "stories": 1}], "parties": 2,
            "organisations": firms, "pairs": [pair], "pairs_left_out": 0})
    return Message("Test message of Pactwatch", subtitle, (Section("", (item,)),), kind="test", route=route.name,
                   picture=picture)
