"""Messages to look at. All firms, outlets and news in them are invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.message import Message, alert_message, digest_message, follow_message, outlets_message
from alerts.weekly import week_facts, weekly
from archive.alliances import Alliance
from archive.digests import Contents, Window
from archive.entries import Entry, Outlet
from core.routes import RouteSettings

NOW = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)
ROUTE = RouteSettings(name="daily", channel="console", at=["08:00"], zone="Europe/Berlin")
_OUTLETS = ("Tagwerk", "Le Circuit", "The Fathom", "Silicon Weekly", "Kreisel", "Datapost")


def entry(number: int, parties: tuple[str, ...], type_: str, status: str, score: float, title: str, sentence: str,
          marked: tuple[str, ...], outlets: int = 1, copies: int = 0, topics: tuple[str, ...] = ("ai",)) -> Entry:
    """A story whose sentence has these words marked."""
    bold = tuple(sorted((at, at + len(word)) for word in marked if (at := sentence.find(word)) >= 0))
    told = tuple(Outlet(name, f"https://news{i}.example/{number}", copy=i >= outlets)
                 for i, name in enumerate((_OUTLETS[number % 6:] + _OUTLETS)[:outlets + copies]))
    url = f"https://news.example/{number}"
    return Entry(number, number, "ai-alliances", score, title, url, told[0].name, "en", NOW,
                 NOW - timedelta(hours=3 + number), parties, type_, status, topics, sentence, bold, told)


STORIES = (
    entry(1, ("Aurora Chips", "Borealis Telecom"), "joint_venture", "announced", 0.94,
          "Aurora and Borealis put two billion into a data centre for AI",
          "Aurora Chips and Borealis Telecom will found a joint venture to build data centres for artificial "
          "intelligence in Norway, both said on Monday.",
          ("Aurora Chips", "Borealis Telecom", "joint venture", "artificial intelligence"), 3, 2, ("ai", "cloud")),
    entry(2, ("Cirrus Robotics", "Delta Motors"), "partnership", "planned", 0.81,
          "Delta Motors lets Cirrus teach its robots",
          "Delta Motors plans to train its factory robots with models of Cirrus Robotics from autumn on.",
          ("Delta Motors", "plans to train", "models", "Cirrus Robotics"), 1, 0, ("ai", "robotics")),
    entry(3, ("Elm Systems", "Université de Valmont"), "research", "rumoured", 0.63,
          "Elm Systems négocierait un laboratoire commun avec l’université",
          "Selon deux personnes proches du dossier, Elm Systems négocie un laboratoire commun d’intelligence "
          "artificielle avec l’Université de Valmont.",
          ("Elm Systems", "laboratoire commun", "intelligence artificielle", "Université de Valmont")),
)
DEVELOPMENTS = (entry(4, ("Fjord AI", "Gorse Bank"), "partnership", "denied", 0.72, "Gorse Bank: no deal with Fjord AI",
                      "Gorse Bank denied that it had agreed with Fjord AI on a common assistant.",
                      ("Gorse Bank", "denied", "Fjord AI"), 2),)
NOTES = (entry(5, ("Hazel Cloud", "Ivy Labs"), "investment", "background", 0.55, "Ivy Labs shows its new model",
               "Hazel Cloud, which invested in Ivy Labs two years ago, was not on the stage.",
               ("Hazel Cloud", "invested in", "Ivy Labs")),)
RECEIPT: dict[str, Any] = {
    "checked": 478, "sources": 481, "new": 3912, "updated": 41, "pages_failed": 7, "runs": 24, "runs_broken": 0,
    "failed": [{"name": "Kreisel", "outcome": "http_error", "reason": "HTTP 503", "times": 4,
                "since": "2026-03-15T09:00:00Z"}],
    "silent": [{"name": "Datapost", "days": 3, "usual": 20.0}], "unchecked": [], "pending": 1,
    "missed": {"days": 30, "polls": 0, "articles": 0}, "changes": []}


WINDOW = Window("daily", "2026-03-16", "08:00", NOW, NOW)


def digest() -> Message:
    """A digest with everything in it."""
    return digest_message(WINDOW, Contents(STORIES, DEVELOPMENTS, RECEIPT, NOTES), ROUTE, NOW)


def short_digest() -> Message:
    """One that shows in a README at a glance."""
    return digest_message(WINDOW, Contents(STORIES[:2], DEVELOPMENTS, RECEIPT), ROUTE, NOW)


def quiet_day() -> Message:
    """The digest of a day without news."""
    return digest_message(WINDOW, Contents((), (), RECEIPT), ROUTE, NOW)


def alert() -> list[Message]:
    """An alert and what comes into its thread."""
    first = STORIES[0]
    later = entry(6, first.parties, "joint_venture", "denied", 0.9, "Borealis Telecom: talks, but no contract",
                  "Borealis Telecom denied on Tuesday that the joint venture with Aurora Chips was signed.",
                  ("Borealis Telecom", "denied", "joint venture", "Aurora Chips"))
    return [alert_message(first, ROUTE, ["denied"]), outlets_message(first, ROUTE, first.outlets[1:4]),
            follow_message(later, ROUTE, "denied")]


def picture() -> Message:
    """A week with two dozen alliances."""
    names = ("Aurora Chips", "Borealis Telecom", "Cirrus Robotics", "Delta Motors", "Elm Systems", "Fjord AI",
             "Gorse Bank", "Hazel Cloud", "Ivy Labs", "Juniper Foundry", "Kestrel Energy", "Larch Pharma",
             "Marlin Shipping", "Nova Post", "Oriole Games", "Université de Valmont")
    ties = "01 02 03 05 07 12 14 23 27 45 4f 56 78 79 9a 0a bc de 7b 01"
    told = [Alliance(at, (names[int(tie[0], 16)], names[int(tie[1], 16)]), rumoured=at % 6 == 4)
            for at, tie in enumerate(ties.split())]
    numbers = (12, 18, 9, 22, 31, 15, 18, 20, 11, 25, 17, len(told))
    facts = week_facts(NOW.date(), numbers, told)
    return weekly(facts, Window("weekly", "2026-03-16", "08:00", NOW, NOW), ROUTE, NOW)
