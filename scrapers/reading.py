"""Read what an entry point answered: how the poll ended, and what is listed where that is new."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta

from scrapy.http import Response

from core import clock
from core.budget import size_of, turn_of
from core.errors import SkipDocument
from core.fetching import Answer, EntryState
from core.records import Outcome
from scrapers import landing, outcomes, robotstags
from scrapers.addresses import narrowed
from scrapers.answers import answer_of, encoding_of, tags_of
from scrapers.conditions import had_conditions
from scrapers.discovery import Found, read_entry
from scrapers.discovery.read import Ask
from scrapers.moved import moved_to
from scrapers.source import SourceFile

_LARGE = 200_000  # bytes; parsing a longer list may hold up the loop, so it is done in a thread


class EntryReader:
    """Reads the answers of entry points, of large ones one at a time: the trees of several would fill the memory."""

    def __init__(self) -> None:
        self.max_size = 0  # bytes after decompression
        self._one_at_a_time = asyncio.Semaphore(1)

    async def read(
        self, response: Response, source: SourceFile, entry: EntryState, depth: int, point: str = ""
    ) -> tuple[Answer, Found]:
        """How an entry point answered, and what it lists. `point`: the one whose selectors hold, where another."""
        now = clock.now()
        if response.status == 304 and not had_conditions(response):
            reason = "HTTP 304 Not Modified to a request without conditions"
            return replace(answer_of(response, Outcome.HTTP_ERROR), reason=reason), Found()
        if response.status == 304:
            return replace(
                answer_of(response, Outcome.UNCHANGED),
                at=now,
                etag=entry.etag,
                last_modified=entry.last_modified,
                body_hash=entry.body_hash,
                moved_to=moved_to(response, entry.url),
            ), Found()
        if response.status not in outcomes.COMPLETE:
            refusal = outcomes.of_status(response.status, response.headers, now)
            return landing.refused(refusal, response.headers, response.body), Found()
        digest = hashlib.blake2b(response.body, digest_size=16).hexdigest()
        answer = replace(answer_of(response, Outcome.OK), body_hash=digest, moved_to=moved_to(response, entry.url))
        if digest == entry.body_hash:
            return replace(answer, outcome=Outcome.UNCHANGED), Found()
        if entry.kind == "listing" and (word := robotstags.forbids_following(tags_of(response))):
            reason = f"the listing asks robots not to follow its links ({word})"
            return replace(answer, outcome=Outcome.ROBOTS_DENIED, reason=reason, body_hash=None), Found()
        ask = self._ask(response, source, entry, depth, point or entry.url)
        try:
            size = size_of(response.body)
            if size < _LARGE:
                found = read_entry(response.body, ask)
            else:
                async with self._one_at_a_time, turn_of(size):
                    found = await asyncio.to_thread(read_entry, response.body, ask)
        except SkipDocument as skipped:
            # What is no list at all is not where a list has moved to: feeds that end redirect to the front page.
            named = replace(answer, outcome=Outcome(skipped.outcome), reason=str(skipped), etag=None,
                            last_modified=None, body_hash=None,
                            moved_to="" if skipped.outcome == Outcome.NOT_A_FEED else answer.moved_to)
            if named.outcome is Outcome.NOT_A_FEED or (entry.kind == "listing" and named.outcome is Outcome.EMPTY):
                named = landing.instead_of_a_list(named, response.body)
            return named, Found()
        found = narrowed(source, found)
        return replace(answer, reason=found.left_out), found

    def _ask(self, response: Response, source: SourceFile, entry: EntryState, depth: int, url: str) -> Ask:
        point = next((e for e in source.entries if e.url == url), None)
        return Ask(
            url=response.url,
            kind=entry.kind,
            encoding=encoding_of(response),
            language=source.language,
            country=source.country,
            age=timedelta(days=source.limits.age_days) if source.limits.age_days else None,
            sitemaps=source.limits.sitemaps,
            depth=depth,
            max_bytes=self.max_size,
            links=point.links if point else None,
            title=point.title if point else None,
            date=point.date if point else None,
        )
