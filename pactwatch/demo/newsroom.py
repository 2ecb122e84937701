"""The newsroom: every outlet on a loopback port of its own, and what a run over them should find."""

from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from pactwatch.demo.content import Article, EntryKind, load_outlets
from pactwatch.demo.site import ENTRY_PATHS, Site


@dataclass(frozen=True)
class OutletInfo:
    """A running outlet: what its source file needs."""

    id: str
    name: str
    language: str
    country: str
    topics: tuple[str, ...]
    publisher: str | None
    base_url: str
    entry_kind: EntryKind
    entry_url: str


@dataclass(frozen=True)
class ExpectedAlliance:
    """One story that the digest should hold, once; titles are those of its articles, newest first."""

    story: str
    parties: tuple[str, ...]
    event_type: str
    status: str
    titles: tuple[str, ...]


class Newsroom:
    """The demo's outlets on loopback. Use it as a context manager, or call start and stop."""

    def __init__(self) -> None:
        self._outlets = load_outlets()
        self._sites: list[Site] = []
        self._corrected = False

    def start(self) -> None:
        """Open every outlet; articles are dated back from this moment. RuntimeError when already open."""
        if self._sites:
            raise RuntimeError("the newsroom is open already")
        opened = datetime.now(UTC).replace(microsecond=0)
        for outlet in self._outlets:
            site = Site(outlet, opened)
            site.start()
            self._sites.append(site)

    def stop(self) -> None:
        """Close every outlet; nothing happens when the newsroom is closed."""
        while self._sites:
            self._sites.pop().stop()
        self._corrected = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.stop()

    def publish_corrections(self) -> None:
        """Second phase: articles with a correction change their title, text and date of update."""
        moment = datetime.now(UTC).replace(microsecond=0)
        for site in self._open_sites():
            site.publish_corrections(moment)
        self._corrected = True

    @property
    def outlets(self) -> list[OutletInfo]:
        """The running outlets, in the order of their ids. RuntimeError when the newsroom is closed."""
        return [
            OutletInfo(site.outlet.id, site.outlet.name, site.outlet.language, site.outlet.country,
                       site.outlet.topics, site.outlet.publisher, site.base_url, site.outlet.entry,
                       site.base_url + ENTRY_PATHS[site.outlet.entry])
            for site in self._open_sites()
        ]

    @property
    def articles(self) -> tuple[Article, ...]:
        """Every article of every outlet, with its label; a correction is no article of its own."""
        return tuple(article for outlet in self._outlets for article in outlet.articles)

    def expected(self) -> list[ExpectedAlliance]:
        """The alliances that a run should find, newest first, one for each story."""
        stories: dict[str, list[Article]] = {}
        for article in sorted(self.articles, key=lambda item: item.hours_ago):
            if article.expect == "alliance":
                stories.setdefault(article.key, []).append(article)
        return [
            ExpectedAlliance(story, found[0].parties, found[0].event_type or "", found[0].status or "",
                             tuple(self._title(article) for article in found))
            for story, found in stories.items()
        ]

    def _title(self, article: Article) -> str:
        return article.correction.title if self._corrected and article.correction else article.title

    def _open_sites(self) -> list[Site]:
        if not self._sites:
            raise RuntimeError("the newsroom is closed: call start() first")
        return self._sites
