"""An entry, a receipt and a route for tests of messages."""

from __future__ import annotations

from datetime import UTC, datetime

from alerts.message import Message, digest_message
from archive.digests import Contents, Window
from archive.entries import Entry, Outlet
from core.settings import RouteSettings

ROUTE = RouteSettings(name="daily", channel="slack:C0000000001", zone="Asia/Seoul")
NOW = datetime(2026, 1, 8, 23, 0, 20, tzinfo=UTC)
RECEIPT = {
    "sources": 42,
    "checked": 41,
    "new": 1208,
    "updated": 2,
    "pages_failed": 0,
    "unchecked": [],
    "runs": 3,
    "runs_broken": 0,
    "failed": [{"name": "Example Wire", "outcome": "timeout", "reason": "", "times": 3}],
    "silent": [{"name": "Quiet Post", "days": 9}],
    "pending": 2,
}


def entry(number: int = 1, **values: object) -> Entry:
    sentence = "Aurora Chips and Borealis Telecom will join forces in AI."
    usual: dict[str, object] = {
        "hit_id": number,
        "story_id": number,
        "rule": "ai-alliances",
        "score": 0.8,
        "title": f"Two firms join forces, part {number}",
        "url": f"https://news.example/{number}",
        "outlet": "Example Wire",
        "language": "en",
        "published_at": NOW,
        "first_seen_at": NOW,
        "parties": ("Aurora Chips", "Borealis Telecom"),
        "event_type": "joint_venture",
        "status": "announced",
        "topics": ("ai",),
        "sentence": sentence,
        "bold": ((0, 12), (17, 33)),
        "outlets": (
            Outlet("Example Wire", "https://news.example/1", False),
            Outlet("Daily Copy", "https://copy.example/1", True),
        ),
    }
    return Entry(**{**usual, **values})  # type: ignore[arg-type]


def digest(entries: list[Entry], *, developments: list[Entry] | None = None, late: bool = False) -> Message:
    window = Window("daily", "2026-01-09", "08:00", NOW, NOW, late)
    return digest_message(window, Contents(tuple(entries), tuple(developments or ()), RECEIPT), ROUTE, NOW)
