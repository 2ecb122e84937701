"""Name what an article's address led to instead: a front or section page, a login, a check of visitors."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from core import standins
from core.fetching import Answer
from core.records import Outcome

_ANY_CASE = re.IGNORECASE
_LED = (
    (Outcome.LOGIN_PAGE, re.compile(r"/(?:log-?in|sign-?in|users/sign_in|member/login|sso|auth)(?:[./]|$)", _ANY_CASE)),
    (Outcome.CONSENT_PAGE, re.compile(r"/(?:(?:cookie-?)?consent|cookiewall|privacy-?gate|gdpr)(?:[./]|$)", _ANY_CASE)),
    (Outcome.SOFT_404, re.compile(r"/(?:404|error(?:-?page)?|(?:page-?)?not-?found)(?:\.\w+)?/?$", _ANY_CASE)),
    (Outcome.MAINTENANCE, re.compile(r"/(?:maintenance|sorry)(?:\.\w+)?/?$", _ANY_CASE)),
)
_FRONT = re.compile(r"/(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|home|main|default)(?:\.\w{2,5})?/?)?", _ANY_CASE)
_AN_ARTICLE = re.compile(r"\d{4,}|[^/-]+(?:-[^/-]+){2,}")
_READ = 20_000           # bytes of an error page that are looked at
_REFUSALS = {401, 403, 405, 406, 429, 503}
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]{1,500}>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)


def led_elsewhere(asked: str, final: str) -> tuple[Outcome, str] | None:
    """What the redirects of an article's address ended at, where that is plainly no article."""
    a, b = urlsplit(asked), urlsplit(final)
    if _FRONT.fullmatch(b.path) and not _FRONT.fullmatch(a.path) and not _AN_ARTICLE.search(b.query):
        return Outcome.SOFT_404, "redirects to the front page"
    if a.path == b.path and a.netloc == b.netloc:
        return None
    if (b.hostname or "").startswith(("consent.", "cmp.")):
        return Outcome.CONSENT_PAGE, f"redirects to {b.hostname}"
    for outcome, sign in _LED:
        if sign.search(b.path) and not sign.search(a.path):
            return outcome, f"redirects to {b.path[:100]}"
    section, article = b.path.rstrip("/"), a.path.rstrip("/")
    above = article.startswith(section + "/") and not b.query
    if above and not _AN_ARTICLE.search(section) and _AN_ARTICLE.search(article[len(section) :]):
        return Outcome.SOFT_404, f"redirects to the section page {section}/"
    return None


def refused(answer: Answer, headers: Any, body: bytes) -> Answer:
    """The answer of an HTTP error under its own name where its page tells more than the status does."""
    if answer.status not in _REFUSALS and answer.status != 202:
        return answer
    source = body[:_READ].decode("utf-8", "replace")
    if (headers.get(b"cf-mitigated") or b"").lower() == b"challenge" or standins.is_challenge(source):
        return replace(answer, outcome=Outcome.BOT_WALL, reason=f"HTTP {answer.status}: checks its visitor first")
    title = _TITLE.search(source)
    text = " ".join(_TAG.sub(" ", source).split())[:2000]
    found = standins.by_title([title[1]] if title else []) or standins.by_text(
        text, (Outcome.BOT_WALL, Outcome.CONSENT_PAGE, Outcome.LOGIN_PAGE, Outcome.MAINTENANCE)
    )
    # "Access denied" and the like are what the status says anyway.
    if found is None or found[0] in {Outcome.SOFT_404, Outcome.PARKED}:
        return answer
    return replace(answer, outcome=found[0], reason=f"HTTP {answer.status}: “{found[1][:80]}”")


def instead_of_a_list(answer: Answer, body: bytes) -> Answer:
    """The answer for a page that came where a feed was, under its own name where the page tells it."""
    source = body[:_READ].decode("utf-8", "replace")
    if standins.is_challenge(source):
        return replace(answer, outcome=Outcome.BOT_WALL, reason="checks its visitor first")
    title = _TITLE.search(source)
    text = " ".join(_TAG.sub(" ", source).split())[:2000]
    found = standins.by_title([title[1]] if title else []) or standins.by_text(text)
    return replace(answer, outcome=found[0], reason=f"in place of a feed: {found[1]}") if found else answer
