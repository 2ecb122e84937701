"""What was measured, in words that stand in reports and in the comments of a proposed file."""

from __future__ import annotations

from datetime import datetime

from core import clock
from core.wording import number
from scrapers.scout.measure import Candidate

_FORMS = {"rss": "RSS feed", "channel": "RSS feed", "feed": "Atom feed", "rdf": "RDF feed", "json": "JSON feed",
          "lenient": "ill-formed feed", "index": "sitemap index"}
_DATES = {"time": "dates with time", "day": "dates without time of day", "none": "no dates"}
_TEXTS = {"full": "whole articles", "teaser": "teasers", "titles": "titles only"}


def form_of(candidate: Candidate) -> str:
    """What it is: `RSS feed`, `news sitemap`, `listing`."""
    return _FORMS.get(candidate.form, candidate.form or candidate.kind)


def age_of(moment: datetime) -> str:
    """How long ago a moment was, in the largest unit that says enough."""
    hours = max(0.0, (clock.now() - moment).total_seconds() / 3600)
    if hours < 1:
        return "less than an hour ago"
    if hours < 48:
        return "1 hour ago" if round(hours) == 1 else f"{hours:.0f} hours ago"
    days = hours / 24
    return f"{days:.0f} days ago" if days < 90 else f"on {moment:%Y-%m-%d}"


def measured(candidate: Candidate) -> str:
    """Everything that was measured of a candidate that could be read."""
    parts = [form_of(candidate), number(len(candidate.entries), "entry")]
    if candidate.newest:
        parts.append(f"the newest {age_of(candidate.newest)}")
    if candidate.per_day is not None:
        parts.append(f"about {candidate.per_day:g} a day")
    parts.append(_DATES[candidate.dates])
    if candidate.kind in {"feed", "json"}:
        parts.append(_TEXTS[candidate.text])
    if candidate.language:
        parts.append(f"language {candidate.language}")
    return ", ".join(parts)


def found_by(candidate: Candidate) -> str:
    """How a candidate was come by."""
    return candidate.found_by if candidate.given else f"found by {candidate.found_by}"


def told(candidate: Candidate) -> str:
    """What was measured, or why nothing could be."""
    if candidate.outcome is None or candidate.entries or candidate.further:
        return measured(candidate) if candidate.entries else ""
    return f"{candidate.outcome}: {candidate.reason}" if candidate.reason else str(candidate.outcome)
