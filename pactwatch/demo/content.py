"""The demo's outlets and articles, read from the YAML files under newsroom/."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import yaml

NEWSROOM = Path(__file__).parent / "newsroom"
EntryKind = Literal["rss", "atom", "json", "sitemap", "listing"]


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What a corrected article says from the second phase on; updated is in hours before that moment."""

    title: str
    text: str
    updated: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Article:
    """One article with the label that detection should give it; paragraphs of text are its lines."""

    outlet: str
    slug: str
    title: str
    summary: str
    section: str
    text: str
    hours_ago: float
    expect: Literal["alliance", "near_miss"]
    event_type: str | None = None
    status: str | None = None
    parties: tuple[str, ...] = ()
    kind: str | None = None
    story: str | None = None
    feed_link: Literal["plain", "tracking", "amp"] = "plain"
    correction: Correction | None = None

    @property
    def path(self) -> str:
        """The canonical path on the outlet's host."""
        return f"/{self.section}/{self.slug}"

    @property
    def key(self) -> str:
        """What this article's story is called: the shared key, or the article's own."""
        return self.story or f"{self.outlet}/{self.slug}"


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """One outlet: what its source file says about it, and its articles, newest first."""

    id: str
    name: str
    tagline: str
    country: str
    language: str
    topics: tuple[str, ...]
    entry: EntryKind
    publisher: str | None = None
    masthead: str = ""
    articles: tuple[Article, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Edition:
    """An article as its pages and feeds show it now: before or after its correction."""

    article: Article
    title: str
    paragraphs: tuple[str, ...]
    published: datetime
    updated: datetime


def edition(article: Article, opened: datetime, corrected: datetime | None) -> Edition:
    """The article as published before `opened`; its corrected form when `corrected` is a time."""
    published = opened - timedelta(hours=article.hours_ago)
    fix = article.correction
    if fix is None or corrected is None:
        return Edition(article, article.title, tuple(article.text.splitlines()), published, published)
    return Edition(article, fix.title, tuple(fix.text.splitlines()), published,
                   corrected - timedelta(hours=fix.updated))


def _article(outlet: str, path: Path) -> Article:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["text"] = data["text"].strip()
    data["parties"] = tuple(data.get("parties", ()))
    if fix := data.get("correction"):
        data["correction"] = Correction(**{**fix, "text": fix["text"].strip()})
    return Article(outlet=outlet, slug=path.stem, **data)


def load_outlets(root: Path = NEWSROOM) -> tuple[Outlet, ...]:
    """Every outlet under root, in the order of their ids; a missing or unknown key is a TypeError."""
    outlets = []
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        data = yaml.safe_load((folder / "outlet.yaml").read_text(encoding="utf-8"))
        data["topics"] = tuple(data["topics"])
        data.setdefault("masthead", data["name"])
        files = sorted(path for path in folder.glob("*.yaml") if path.name != "outlet.yaml")
        articles = sorted((_article(folder.name, path) for path in files), key=lambda item: item.hours_ago)
        outlets.append(Outlet(id=folder.name, articles=tuple(articles), **data))
    return tuple(outlets)
