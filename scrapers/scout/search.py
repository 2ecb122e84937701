"""Look for what announces an outlet's articles: link tags, anchors, robots.txt, well-known paths, the page itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from urllib.parse import urlsplit

from core import clock, standins
from core.fetching import EntryKind
from core.records import Discovery, Outcome, Page
from scrapers.discovery import feeds
from scrapers.outcomes import is_web_page
from scrapers.scout.choose import choose, main_language, refusal
from scrapers.scout.measure import Candidate, LanguageOf, fill, for_comments, measure
from scrapers.scout.page import Link, PageFacts, read_page, site_of
from scrapers.scout.reach import Got, Reach

WELL_KNOWN = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
NEWS_SITEMAPS = ("/sitemap_news.xml", "/news-sitemap.xml", "/sitemap-news.xml", "/sitemap.xml", "/sitemap_index.xml")
PREVIEWS = 5
PART = "part of the index"
_LINKED = 8  # feeds that a page names which are looked at
_CHILDREN = 2
_SECTIONS = 2
_OF_THE_HOST = {
    Outcome.DNS_ERROR, Outcome.TLS_ERROR, Outcome.TIMEOUT, Outcome.CONNECTION_ERROR, Outcome.BLOCKED_ADDRESS,
}


@dataclass(frozen=True, slots=True)
class Present:
    """An entry point that a source file names already."""

    kind: EntryKind
    url: str
    links: str | None = None
    title: str | None = None
    date: str | None = None


@dataclass(slots=True)
class Look:
    """What a look at an outlet brought."""

    asked: str
    home: str
    name: str = ""
    language: str | None = None
    country: str | None = None
    notes: list[str] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    chosen: list[Candidate] = field(default_factory=list)
    answered: bool = False  # whether anything of it could be read
    rendered: bool = False  # whether it announces its articles only when its scripts have run
    pages: list[Page] = field(default_factory=list)
    failures: list[Got] = field(default_factory=list)  # of the articles that were tried
    requests: int = 0
    seconds: float = 0.0


async def look(
    reach: Reach,
    url: str,
    language_of: LanguageOf,
    *,
    present: Sequence[Present] = (),
    country: str | None = None,
    language: str | None = None,
    render: bool = False,
) -> Look:
    """Look at an outlet from any of its addresses. What its source file says: `present`, country, language, render."""
    began = monotonic()
    search = _Search(reach, url, language_of, country)
    search.result.rendered = render
    search.facts.language = language.partition("-")[0] if language else None
    result = search.result
    if await search.begin(present):
        await search.linked()
        await search.sitemaps(reach.sitemaps)
        await search.well_known()
        await search.listings()
        await search.scripted()
    result.language = main_language(result.candidates, search.facts.language)
    result.chosen = choose(result.candidates, result.language)
    result.name = _name(search.facts, result.chosen, result.home)
    await search.preview()
    if reach.spent:
        result.notes.append(f"Not everything was looked at: {reach.spent}.")
    result.requests, result.seconds = reach.sent, round(monotonic() - began, 1)
    return result


class _Search:
    """The steps of one look; each leaves candidates behind."""

    def __init__(self, reach: Reach, url: str, language_of: LanguageOf, country: str | None) -> None:
        self._reach, self._language_of = reach, language_of
        self.result = Look(url if urlsplit(url).path else _front(url), _front(url), country=country)
        self.facts = PageFacts()
        self._pages: list[Got] = []

    async def begin(self, present: Sequence[Present]) -> bool:
        """Ask for the given address and the front page; whether it is worth to go on."""
        result = self.result
        for point in present:
            candidate = Candidate(point.url, "the present file", point.kind)
            await self._try(candidate, selectors=point)
        got = await self._reach.get(result.asked)
        if got is None:
            return False
        given = Candidate(got.url if got.moved else got.asked, "the given address", given=True)
        if got.ok and not present and self._is_feed(given, got):
            result.candidates.append(given)
            hosts = Counter(_front(entry.url) for entry in given.entries)
            result.home = hosts.most_common(1)[0][0] if hosts else _front(got.url)
            await self._parts(given)
        else:
            self._moved(got)
            self._take(got)
        if got.outcome in _OF_THE_HOST or got.outcome is Outcome.PARKED:
            result.notes.append(f"{result.asked} cannot be read: {got.outcome}, {got.reason}.")
            return False
        result.answered = got.ok
        if not got.ok:
            result.notes.append(f"{result.asked} cannot be read: {got.outcome}, {got.reason}.")
        front = await self._reach.get(result.home)
        if front is not None and front.url != got.url:
            self._take(front)
        return not any(page.outcome is Outcome.PARKED for page in self._pages)

    def _moved(self, got: Got) -> None:
        asked, front = self.result.asked, _front(got.url)
        if got.url != asked and site_of(got.url) != site_of(asked):
            self.result.notes.append(f"The outlet has moved: {asked} leads to {got.url}.")
        self.result.home = front

    def _is_feed(self, candidate: Candidate, got: Got) -> bool:
        measure(candidate, got, got.url, self._language_of, self.result.country)
        if candidate.entries:  # the outlet is who most entries lead to
            fill(candidate, candidate.entries, _front(candidate.entries[0].url), self._language_of)
        return bool(candidate.entries or candidate.further)

    def _take(self, got: Got) -> None:
        """Read a page of the outlet, and what stands in its place."""
        if not got.ok or not is_web_page(got.kind.encode(), got.body):
            return
        facts = read_page(got)
        if found := standins.by_title([facts.title] if facts.title else []) or _stands_in(got):
            outcome, words = found
            if outcome in {Outcome.PARKED, Outcome.BOT_WALL, Outcome.CONSENT_PAGE, Outcome.MAINTENANCE}:
                self.result.notes.append(f"{got.url} is no page of the outlet: {outcome}, “{words[:80]}”.")
                self._pages.append(replace(got, outcome=outcome))
                return
        self._pages.append(got)
        mine = self.facts
        mine.name, mine.language = facts.name or mine.name, mine.language or facts.language
        mine.title = facts.title or mine.title
        for name in ("declared", "feeds", "sitemaps", "sections"):
            known = getattr(mine, name)
            known += [link for link in getattr(facts, name) if link not in known]

    async def _try(self, candidate: Candidate, *, selectors: Present | None = None) -> Got | None:
        """Measure a candidate, once for each address; the end of a permanent redirect is the address to keep."""
        result = self.result
        if any(candidate.url == known.url for known in result.candidates):
            return None
        result.candidates.append(candidate)
        if for_comments(candidate.url, candidate.title) and candidate.found_by != "the present file":
            candidate.dropped = "a feed of comments"
            return None
        if self._reach.left <= PREVIEWS and candidate.found_by != "the present file":
            return None
        got = await self._reach.get(candidate.url, scripts=result.rendered and candidate.kind == "listing")
        if got is None:
            return None
        measure(candidate, got, result.home, self._language_of, result.country, selectors)
        if got.ok and got.url != candidate.url and candidate.entries:
            known = next((c for c in result.candidates if c.url == got.url and c is not candidate), None)
            if got.moved:  # else the address that was asked for is the one to keep
                candidate.moved_from, candidate.url = candidate.url, got.url
            if known is not None:
                candidate.dropped = f"leads to {got.url}"
        return got

    @property
    def _live(self) -> list[Candidate]:
        candidates = self.result.candidates
        language = main_language(candidates, self.facts.language)
        return [c for c in candidates if not refusal(c, language)]

    def _has_feed(self) -> bool:
        return any(c.kind in {"feed", "json"} for c in self._live)

    async def linked(self) -> None:
        """The feeds that the pages name; a page about feeds is read for those that it names."""
        await self._links(self.facts.declared, "a link tag of the page", _LINKED)
        follow = [link for link in self.facts.feeds if link not in self.facts.declared]
        listed = await self._links(follow, "a link of the page", _LINKED // 2)
        for got in listed[:1]:
            inner = read_page(got)
            own = [link for link in (*inner.declared, *inner.feeds) if link.url != got.url]
            await self._links(own, f"the page {got.url}", _LINKED)

    async def _links(self, links: Iterable[Link], found_by: str, most: int) -> list[Got]:
        """Try links; the web pages that came instead of feeds."""
        pages = []
        for link in list(links)[:most]:
            candidate = Candidate(link.url, found_by, title=link.words)
            got = await self._try(candidate)
            if got and got.ok and not candidate.entries and is_web_page(got.kind.encode(), got.body):
                pages.append(got)
                if not _feed_named(link):
                    self.result.candidates.remove(candidate)  # a page about feeds was never meant to be one
        return pages

    async def sitemaps(self, named: Sequence[str]) -> None:
        """The sitemaps that robots.txt and the page name, news first; of an index, those that are newest."""
        every = [*((url, "robots.txt") for url in named), *((url, "a link of the page") for url in self.facts.sitemaps)]
        ranked = sorted(every, key=lambda pair: "news" not in pair[0].lower())
        for url, found_by in ranked[:3]:
            await self._sitemap(url, found_by)

    async def _sitemap(self, url: str, found_by: str) -> None:
        candidate = Candidate(url, found_by, "sitemap")
        await self._try(candidate)
        await self._parts(candidate)

    async def _parts(self, candidate: Candidate) -> None:
        """What the newest sitemaps of an index list stands for it."""
        if not candidate.further:
            return
        brought: list[Discovery] = []
        for address in candidate.further[:_CHILDREN]:
            child = next((c for c in self.result.candidates if c.url == address), None)
            if child is None:
                child = Candidate(address, f"the index {candidate.url}", "sitemap")
                await self._try(child)
            if child.form == "news sitemap":
                candidate.dropped = f"the news sitemap {address} that it names is better"
                return
            child.dropped = child.dropped or PART
            brought += child.entries
        fill(candidate, list({e.url: e for e in brought}.values()), self.result.home, self._language_of)

    async def well_known(self) -> None:
        """The usual addresses of feeds where no feed was found, and of sitemaps where there is nothing at all."""
        root = self.result.home.rstrip("/")
        asked = urlsplit(self.result.asked)
        section = asked.path.strip("/")
        paths = list(WELL_KNOWN)
        if section and "/" not in section and section.replace("-", "").isalpha():
            paths.insert(0, f"/{section}/feed")
        for path in paths:
            if self._has_feed():
                return
            await self._try(Candidate(root + path, "a well-known path"))
        for path in NEWS_SITEMAPS:
            if self._live:
                return
            await self._sitemap(root + path, "a well-known path")

    async def listings(self) -> None:
        """Where nothing else announces articles: the pages that were read, and sections that they link to."""
        if self._live:
            return
        for got in self._pages:
            if got.ok:
                await self._try(Candidate(got.url, "the page itself", "listing"))
        if self._reach.left > PREVIEWS:
            for url in self.facts.sections[:_SECTIONS]:
                await self._try(Candidate(url, "a section that the page links to", "listing"))

    async def scripted(self) -> None:
        """Where still nothing announces articles: the page as its scripts make it, or what is missing for that."""
        page = next((got for got in self._pages if got.ok and b"<script" in got.body.lower()), None)
        if page is None or self._live:
            return
        result = self.result
        without = f"{page.url} links to no article without JavaScript"
        if self._reach.no_browser:
            result.notes.append(f"{without}; to have its scripts run, {self._reach.no_browser}.")
            return
        made = await self._reach.get(page.url, scripts=True)
        if made is None or not made.ok:
            result.notes.append(f"{without}, nor with it: {made.reason if made else self._reach.spent}.")
            return
        result.rendered = True
        self._take(made)
        await self.linked()
        for url in (page.url, *self.facts.sections[:_SECTIONS]):
            if self._live:
                break
            result.candidates[:] = [c for c in result.candidates if c.url != url]
            await self._try(Candidate(url, "the page as its scripts make it", "listing"))
        result.rendered = any(c.kind == "listing" for c in self._live)
        result.notes.append(f"{without}, so a browser has its scripts run." if result.rendered else
                            f"{without}" + ("." if self._live else ", nor with it."))

    async def preview(self) -> None:
        """The pages of the newest entries of what was chosen."""
        await read(self._reach, self.result, newest(self.result.chosen, PREVIEWS))


def newest(chosen: Sequence[Candidate], most: int) -> list[Discovery]:
    """The newest entries of entry points, in turn."""
    rows = [c.entries for c in chosen]
    mixed = [row[n] for n in range(most) for row in rows if n < len(row)]
    return list({e.url: e for e in mixed}.values())[:most]


async def read(reach: Reach, result: Look, entries: Sequence[Discovery], *, scripts: bool = False) -> None:
    """Fetch articles; their pages, and what refused, are added to the look."""
    for entry in entries:
        got = await reach.get(entry.url, feed=False, scripts=scripts)
        if got is None:
            return
        if not got.ok:
            result.failures.append(got)
            continue
        result.pages.append(
            Page(
                address_id=0, source_id="preview", url=entry.url, final_url=got.url, body=got.body,
                encoding=got.encoding, fetched_at=clock.now(), language=result.language,
                title_hint=entry.title, published_hint=entry.published_at,
            )
        )


def _feed_named(link: Link) -> bool:
    return urlsplit(link.url).path.endswith((".xml", ".rss", ".atom", ".json"))


def _stands_in(got: Got) -> tuple[Outcome, str] | None:
    """What a short page says that stands in the place of the outlet's."""
    source = got.body[:50_000].decode("utf-8", "replace")
    if standins.is_challenge(source):
        return Outcome.BOT_WALL, "checks its visitor first"
    words = feeds.plain(source) or ""
    return standins.by_text(words[:2000]) if len(words) < 2000 else None


def _front(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _name(facts: PageFacts, chosen: Sequence[Candidate], home: str) -> str:
    """The outlet's name: what its page, else its feed calls it."""
    titles = [c.title for c in chosen if c.kind in {"feed", "json"} and c.title]
    found = facts.name or facts.title or (titles[0] if titles else "") or urlsplit(home).hostname or home
    return found.split(" | ")[-1].split(" – ")[0].strip()[:120] or home
