"""What the tests of detection share: the shipped knowledge, loaded once, and short ways to annotate a text."""

from functools import cache

from core.records import Annotation, Article, Event
from pipeline.annotate import annotate
from pipeline.knowledge import Knowledge, load_knowledge, shipped_knowledge

_ALERTS = 0.5


@cache
def knowledge() -> Knowledge:
    return load_knowledge(shipped_knowledge())


def article(text: str, title: str = "", language: str | None = "en") -> Article:
    return Article(
        url="https://example.org/a", canonical_url="https://example.org/a", title=title, text=text, language=language
    )


def annotated(text: str, title: str = "", *, publisher: str | None = None, language: str | None = "en") -> Annotation:
    return annotate(article(text, title, language), knowledge(), publisher=publisher)


def alliance(text: str, title: str = "", *, publisher: str | None = None) -> Event | None:
    """The strongest alliance in a text, if there is one."""
    events = annotated(text, title, publisher=publisher).events
    return next((event for event in events if event.family == "alliance"), None)


def parties(text: str, title: str = "", *, publisher: str | None = None) -> set[str]:
    event = alliance(text, title, publisher=publisher)
    return {party.organisation for party in event.parties} if event else set()


def organisations(text: str) -> set[str]:
    return {mention.organisation for mention in annotated(text).mentions}


def told(text: str, language: str) -> tuple[str, set[str], str] | None:
    """Kind, parties and status of the AI alliance that a text tells, if it tells one that alerts."""
    for event in annotated(text, language=language).events:
        if event.family == "alliance" and "ai" in event.topics and event.score >= _ALERTS \
                and event.status in {"announced", "planned", "rumoured"}:
            return event.type, {party.organisation for party in event.parties}, event.status.value
    return None
