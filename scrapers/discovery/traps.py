"""Addresses that lead on without end: months of a calendar, numbered pages, orders of a list."""

from __future__ import annotations

import re
from urllib.parse import SplitResult

_CALENDAR = re.compile(
    r"/(?:calendar|kalender|calendrier|calendario|agenda|events?|termine|archives?|schedule)/(?:.*/)?"
    r"(?:19|20|21)\d{2}[-/]?\d{0,2}[-/]?\d{0,2}/?$|/(?:19|20|21)\d{2}(?:/\d{1,2}){0,2}/?$|"
    r"/(?:month|week|day|year)/[\d-]+/?$",
    re.IGNORECASE,
)
_PAGES = re.compile(r"/(?:page|p|seite)[/-]?\d{1,5}/?$", re.IGNORECASE)
_LIST_QUERY = re.compile(
    r"(?:^|&)(?:page|paged|pg|pageno|page_?(?:no|num|index)|offset|start|cursor|month|year|week|day|date|cal\w*|ical|"
    r"sort|order(?:by)?|dir|replytocom|tribe-\w+)=[^&]*",
    re.IGNORECASE,
)

# Lists of articles by word, section or person, as sitemaps name them beside the articles.
_LISTS = re.compile(r"/(?:tags?|authors?|(categor(?:y|ies)|topics?|sections?|labels?))/([^/]+)/?$", re.IGNORECASE)
_NAMED = re.compile(r"\d{4,}|(?:-[^/-]+){3}")  # in the path of an article


def is_list(parts: SplitResult) -> bool:
    """Whether an address is of a list by its form. A section may also hold articles, which have longer names."""
    found = _LISTS.search(parts.path)
    return found is not None and not parts.query and not (found[1] and _NAMED.search(found[2]))


def is_endless(parts: SplitResult) -> bool:
    """Whether an address is of a list that goes on for ever, not of an article."""
    if _CALENDAR.search(parts.path) or _PAGES.search(parts.path):
        return not parts.query or _LIST_QUERY.search(parts.query) is not None
    # A list's address has nothing that names an article beside its place in the list.
    rest = _LIST_QUERY.sub("", parts.query)
    return rest != parts.query and not _NAMED.search(parts.path) and not re.search(r"\d{3,}", rest)
