"""Choose the smallest set of entry points that covers an outlet: news feeds first, then sitemaps, then pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from core.records import Discovery, Outcome
from core.wording import number
from scrapers.scout.measure import Candidate, for_comments
from scrapers.scout.words import age_of, form_of, told

_OWN = 0.3  # a feed with fewer entries of the outlet's own site is somebody else's
_NEW_SHARE = 0.2  # of what another feed lists has to be missing, for that feed to be worth its polls
_FEWEST = 2
_MOST_FEEDS = 4
_MOST_LISTINGS = 3
_OF_A_MONTH = re.compile(r"(?<!\d)(?:19|20)\d\d[-_/]?(?:0[1-9]|1[0-2])(?!\d{3})[^/]*$")
_BARE = {"sitemap": 2, "index": 2, "listing": 3}


def main_language(candidates: Iterable[Candidate], claimed: str | None) -> str | None:
    """The outlet's language: that of the address that was given, else what its page claims if a feed bears it out."""
    readable = [c for c in candidates if c.language and c.entries and not for_comments(c.url, c.title)]
    if given := next((c for c in readable if c.given), None):
        return given.language
    votes = Counter({c.language: 0 for c in readable})
    for candidate in readable:
        votes[candidate.language] += len(candidate.entries)
    if claimed in votes or not votes:
        return claimed
    return votes.most_common(1)[0][0]


def refusal(candidate: Candidate, language: str | None) -> str:
    """Why a candidate cannot be an entry point; empty where it can."""
    if candidate.dropped:
        return candidate.dropped
    if candidate.outcome is None:
        return "not looked at: the budget of requests was used up"
    if candidate.outcome is not Outcome.OK:
        return told(candidate)
    if for_comments(candidate.url, candidate.title):
        return "a feed of comments"
    if not candidate.entries:
        return "lists no articles"
    if candidate.stale and candidate.newest:
        return f"frozen: its newest entry was published {age_of(candidate.newest)}"
    if candidate.own < _OWN and not candidate.given:
        return "its entries lead to other sites"
    if language and candidate.language and candidate.language != language and not candidate.given:
        return f"in another language ({candidate.language}; the outlet's is {language})"
    if candidate.kind == "sitemap" and _OF_A_MONTH.search(urlsplit(candidate.url).path):
        return "a sitemap of one month or day gets nothing new after it"
    if candidate.form == "sitemap" and not candidate.newest:
        return "a sitemap without dates does not tell what is new"
    return ""


def _rank(candidate: Candidate) -> tuple[bool, int, bool, float, int]:
    tier = 0 if candidate.kind in {"feed", "json"} else _BARE.get(candidate.form, 1)
    return (
        not candidate.given or tier > 0, tier, candidate.dates == "none", -(candidate.per_day or 0.0),
        -len(candidate.entries),
    )


def choose(candidates: Sequence[Candidate], language: str | None) -> list[Candidate]:
    """The entry points to propose; every other candidate is told why it is not one of them."""
    for candidate in candidates:
        candidate.dropped = refusal(candidate, language)
    live = sorted((c for c in candidates if not c.dropped), key=_rank)
    _compare(live)
    chosen: list[Candidate] = []
    for candidate in live:
        candidate.dropped = _needless(candidate, chosen)
        if not candidate.dropped:
            chosen.append(candidate)
    return _smallest(chosen)


def _compare(live: Sequence[Candidate]) -> None:
    """Note how much of each another one lists too."""
    for one in live:
        for other in live:
            shared = len(one.addresses & other.addresses)
            if one is not other and shared:
                one.overlap[other.url] = shared / len(one.addresses)


def _missing(candidate: Candidate, chosen: Sequence[Candidate]) -> tuple[list[Discovery], list[Discovery]]:
    """What a candidate lists in the time that the first chosen one covers, and what of it is in none of the chosen."""
    since: datetime | None = chosen[0].oldest
    within = [e for e in candidate.entries if since is None or e.published_at is None or e.published_at >= since]
    covered = set[str]().union(*(c.addresses for c in chosen))
    return within, [e for e in within if e.url not in covered]


def _needless(candidate: Candidate, chosen: Sequence[Candidate]) -> str:
    """Why a candidate adds nothing to those chosen before; empty where it does."""
    if not chosen or candidate.given:
        return ""
    best = chosen[0]
    if candidate.form in _BARE and best.form != candidate.form:
        return f"not needed beside the {form_of(best)}"
    within, missing = _missing(candidate, chosen)
    if not missing:
        others = best.url if len(chosen) == 1 else "the others together"
        same_time = "" if len(within) == len(candidate.entries) else " in the same time"
        return f"lists nothing{same_time} that is not in {others}"
    if len(missing) < _FEWEST or len(missing) < _NEW_SHARE * len(within):
        return f"lists only {number(len(missing), 'article')} more in the same time"
    same = sum(c.kind == candidate.kind for c in chosen)
    if same >= (_MOST_LISTINGS if candidate.kind == "listing" else _MOST_FEEDS):
        return f"{same} entry points of this kind are enough"
    return ""


def _smallest(chosen: list[Candidate]) -> list[Candidate]:
    """Without those that the later ones list as a whole: a sitemap may hold all of a short feed and more."""
    for candidate in list(chosen):
        others = [c for c in chosen if c is not candidate]
        if candidate.given or not others or candidate.kind == "sitemap":
            continue
        if candidate.addresses <= set[str]().union(*(c.addresses for c in others)):
            candidate.dropped = f"all that it lists is in {' and '.join(c.url for c in others)}"
            chosen.remove(candidate)
    return chosen
