"""Look at an outlet, read its newest articles, hear the rules, and propose its source file. Nothing is stored."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal, TypeVar

from archive.engine import Engine
from core.clock import now
from core.errors import StopWork
from core.records import Outcome, Page, Processed
from core.wording import number
from core.workspace import Workspace
from pactwatch.hosts import looking
from pipeline import language
from pipeline.process import Processor
from pipeline.sentences import split
from scrapers.scout import propose
from scrapers.scout.measure import Candidate
from scrapers.scout.page import site_of
from scrapers.scout.reach import SECONDS, Reach, reaching
from scrapers.scout.search import PART, Look, Present, look, newest, read
from scrapers.scout.words import told
from scrapers.source import SourceFile

T = TypeVar("T")
_SCRIPTED = 2  # articles that are tried with a browser, where none can be read without
_NO_ANSWER = 2  # requests, robots.txt and the page, after which nothing has answered
_FEW_WORDS = 20  # of titles: fewer say nothing sure of the language
_AT_ONCE = 4  # outlets that are looked at side by side
_CLOSED = {Outcome.ROBOTS_DENIED, Outcome.BOT_WALL, Outcome.CONSENT_PAGE, Outcome.LOGIN_PAGE, Outcome.NEEDS_JAVASCRIPT}


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would make of one of the newest articles."""

    url: str
    outcome: str
    reason: str = ""
    title: str = ""
    published_at: datetime | None = None
    words: int = 0
    first_sentence: str = ""
    language: str | None = None
    paywalled: bool = False
    rules: tuple[dict[str, Any], ...] = ()  # each rule that it is a hit of: rule, score, band
    score: float | None = None  # of its best event, hit or not

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Scouted:
    """What was found, what the newest articles are, and what they say of the outlet."""

    look: Look
    previews: list[Preview] = field(default_factory=list)
    articles: Literal["page", "feed"] = "page"
    render: Literal[True, False, "listings"] = False  # what of it has what counts only when its scripts have run
    paywall: str = "none"
    reasons: list[str] = field(default_factory=list)

    @property
    def chosen(self) -> list[Candidate]:
        """The entry points that cover the outlet."""
        return self.look.chosen

    @property
    def found(self) -> str:
        """What was measured, in one line."""
        chosen = ", ".join(f"{c.kind} with {number(len(c.entries), 'entry')}" for c in self.chosen) or "nothing"
        read = sum(p.outcome == Outcome.OK for p in self.previews)
        return f"{chosen}; {read} of {number(len(self.previews), 'article')} read; {self.look.requests} requests"


async def unless(stop: asyncio.Event, work: Awaitable[T]) -> T:
    """Wait for a piece of work, but not longer than until a signal to stop."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not task.done():
        task.cancel()
        raise StopWork("stopped; nothing was written")
    return await task


async def scout(
    space: Workspace, url: str, processor: Processor, *, source: SourceFile | None = None,
    within: timedelta = timedelta(seconds=SECONDS), engine: Engine | None = None,
) -> Scouted:
    """Look at an outlet by one of its addresses; with `source`, by what its file names too.

    With the archive's `engine`, what hosts asked of us before holds too.
    """
    present = [
        Present(e.kind, e.url, e.links, e.title, e.date) for e in (source.entry_points if source else ())
    ]
    country = source.country if source else propose.country_of(url)
    claim = source.language if source else None
    work = partial(look, url=url, language_of=partial(_language, claim=claim), present=present,
                   country=country, language=claim, render=bool(source and source.renders("listing")))
    publisher = source.publisher if source else None
    async with looking(engine) if engine else nullcontext() as hosts:
        reached = partial(reaching, space.settings, delay=source.delay if source else None, within=within, hosts=hosts)
        result = Scouted(await reached(work))
        result.look.country = country or propose.country_of(result.look.home)
        result.previews = _previews(result.look, processor, publisher)
        result.render = "listings" if result.look.rendered else False
        if _all_need_scripts(result.previews):
            scripted = await reached(partial(_with_scripts, result.look))
            result.look.notes += scripted.notes
            result.look.requests += scripted.requests
            previews = _previews(scripted, processor, publisher)
            if any(p.outcome == Outcome.OK for p in previews):
                result.previews, result.render = previews, True
                result.look.notes.append("The articles have their text only with JavaScript, so a browser has it run.")
    _judge(result)
    return result


def _all_need_scripts(previews: Sequence[Preview]) -> bool:
    return bool(previews) and all(p.outcome == Outcome.NEEDS_JAVASCRIPT for p in previews)


async def _with_scripts(found: Look, reach: Reach) -> Look:
    """Two of the articles that were chosen, as their scripts make them; or what is missing for that."""
    again = Look(found.asked, found.home, language=found.language)
    if reach.no_browser:
        again.notes.append(f"The articles have their text only with JavaScript; to have it run, {reach.no_browser}.")
    else:
        await read(reach, again, newest(found.chosen, _SCRIPTED), scripts=True)
    again.requests = reach.sent
    return again


def _previews(found: Look, processor: Processor, publisher: str | None) -> list[Preview]:
    return [
        *(_preview(page, processor, publisher) for page in found.pages),
        *(Preview(got.asked, str(got.outcome), got.reason) for got in found.failures),
    ]


async def scout_bare(
    space: Workspace, host: str, processor: Processor, engine: Engine | None = None
) -> Scouted:
    """Look at an outlet by an address without `https://`; where nothing answers to that, by `http://`."""
    first = await scout(space, f"https://{host}", processor, engine=engine)
    if first.chosen or first.look.answered or first.look.requests > _NO_ANSWER:
        return first
    second = await scout(space, f"http://{host}", processor, engine=engine)
    return second if second.look.answered else first


async def scout_each(
    space: Workspace, sources: Sequence[SourceFile], processor: Processor, engine: Engine | None = None
) -> dict[str, Scouted]:
    """Look at the outlets of several sources, a few at a time; those of one site one after the other, for its pace."""
    sites: dict[str, list[SourceFile]] = {}
    for source in sources:
        sites.setdefault(site_of(source.home), []).append(source)
    places = asyncio.Semaphore(_AT_ONCE)
    found: dict[str, Scouted] = {}

    async def one_site(members: Sequence[SourceFile]) -> None:
        async with places:
            for source in members:
                found[source.id] = await scout(space, source.home, processor, source=source, engine=engine)

    await asyncio.gather(*map(one_site, sites.values()))
    return found


def _language(text: str, *, claim: str | None) -> str | None:
    few = len(text.split()) < _FEW_WORDS and text.isascii()
    return None if few else language.language_of(text, claim)


def _preview(page: Page, processor: Processor, publisher: str | None) -> Preview:
    own = publisher or processor.knowledge.gazetteer.publisher_of(page.url)
    done: Processed = processor.process(replace(page, publisher=own))
    article = done.article
    if article is None:
        return Preview(page.url, str(done.outcome), done.reason, page.title_hint or "")
    first = next((article.text[a:b] for a, b in split(article.text, 400)), "")
    alert = processor.knowledge.frames.weights.alert_score
    rules = {rule.id: rule for rule in processor.rules}
    said = tuple(
        {"rule": hit.rule, "score": round(hit.score, 2), "band": str(rules[hit.rule].band_of(hit.score, alert))}
        for hit in done.hits
    )
    return Preview(
        url=article.url, outcome=str(done.outcome), title=article.title, published_at=article.published_at,
        words=_words(article.text), first_sentence=" ".join(first.split())[:300], language=article.language,
        paywalled=article.paywalled, rules=said,
        score=max((round(event.score, 2) for event in done.annotation.events), default=None),
    )


def _words(text: str) -> int:
    """Words; in languages that write without spaces, letters by two."""
    words = text.split()
    long = sum(len(word) for word in words if not word.isascii())
    return max(len(words), long // 2 if long > 6 * len(words) else 0)


def _judge(result: Scouted) -> None:
    """What the articles that were tried say of the outlet as a whole."""
    tried, found = result.previews, result.look
    walled = [p for p in tried if p.paywalled or p.outcome == Outcome.PAYWALL]
    closed = [p for p in tried if p.outcome in _CLOSED]
    if walled:
        result.paywall = "hard" if len(walled) == len(tried) else "soft"
        end = "ends" if len(walled) == 1 else "end"
        result.reasons.append(f"{len(walled)} of {number(len(tried), 'article')} {end} at a paywall.")
    feeds = [c for c in result.chosen if c.kind in {"feed", "json"}]
    if tried and len(closed) == len(tried) and feeds and all(c in feeds for c in result.chosen):
        result.articles = "feed"
        outcome = Counter(p.outcome for p in closed).most_common(1)[0][0]
        result.reasons.append(
            f"None of {len(tried)} articles can be fetched ({outcome}), so the feed's title and summary stand for them."
        )
    elif closed:
        result.reasons.append(f"{len(closed)} of {len(tried)} articles cannot be fetched: {closed[0].outcome}.")
    result.reasons = [*found.notes, *result.reasons]


def by_whom() -> str:
    """The tool and its version, as a check records it."""
    try:
        return f"pactwatch {version('pactwatch')}"
    except PackageNotFoundError:  # run from a checkout
        return "pactwatch dev"


def left_out(candidates: Sequence[Candidate]) -> list[str]:
    """A line for each address that was looked at and is not proposed; paths that were only tried are not named."""
    lines = []
    for candidate in candidates:
        tried_only = candidate.found_by == "a well-known path" and candidate.outcome is not Outcome.OK
        if candidate.dropped and (candidate.dropped != PART or candidate.given) and not tried_only:
            lines.append(f"Left out: {candidate.url}: {candidate.dropped}.")
    return lines


def file_of(result: Scouted, name: str | None = None) -> str:
    """The source file that is proposed."""
    found = result.look
    keys = {
        "name": name or found.name, "home": found.home, "country": found.country, "language": found.language,
        "paywall": result.paywall if result.paywall != "none" else None,
        "articles": "feed" if result.articles == "feed" else None, "render": result.render or None,
    }
    reasons = [*result.reasons, *left_out(found.candidates)]
    check = propose.checked(now().date(), f"{by_whom()} sources add", result.found)
    return propose.new_file(keys, propose.entry_points(result.chosen), check, reasons)


def nothing_found(result: Scouted) -> str:
    """Why nothing can be proposed, in one line."""
    notes = " ".join(result.look.notes)
    read = [c for c in result.look.candidates if c.outcome is Outcome.OK]
    tried = [f"{c.url}: {c.dropped or told(c)}" for c in (read or result.look.candidates)[:3]]
    return notes or ("nothing there announces articles; " + "; ".join(tried) if tried else "nothing answered")
