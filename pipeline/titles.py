"""The headline of a page: the one line on which its parts agree."""

from __future__ import annotations

import re

from core.text import search_tokens
from pipeline.head import Head, inner_text, one_line
from pipeline.jsonld import Node, texts

_META = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "title")
_SUFFIX = re.compile(r"\s+[|–—·»:-]\s+|\s*[|»]\s*")


def find_title(head: Head, node: Node, hint: str | None) -> tuple[str, str]:
    """The title and where it is from: the <h1> that agrees with another title of the page.

    Else headline, og:title, <title>, hint, any <h1>.
    """
    hint = one_line(hint or "")
    headline = next((one_line(t) for t in texts(node.get("headline"))), "")
    declared = one_line(head.first(*_META) or "")
    others = [t for t in (declared, headline, head.title, hint) if t]
    headings = [t for t in map(inner_text, head.headings[:8]) if 1 < len(t) < 400]
    fitting = [h for h in headings if len(search_tokens(h)) > 1 and any(_overlap(h, o) >= 0.5 for o in others)]
    if fitting:
        return max(fitting, key=lambda h: max(_likeness(h, o) for o in others)), "h1"
    site = head.first("og:site_name") or ""
    candidates = [(headline, "JSON-LD headline"), (_without_site(declared, site), "og:title or the like"),
                  (_without_site(head.title, site), "<title>"), (hint, "entry point"),
                  *((heading, "h1") for heading in headings)]
    return next((one for one in candidates if one[0]), ("", ""))


def _without_site(title: str, site: str) -> str:
    """`Headline - Site` → `Headline`. The name of the site goes; without one, a last part of up to four words."""
    parts = list(_SUFFIX.finditer(title))
    if not parts:
        return title
    last = parts[-1]
    head, tail = title[: last.start()], title[last.end() :]
    if len(search_tokens(head)) < 2:
        return title
    named = bool(site) and _overlap(tail, site) >= 0.5
    return head.strip() if named or (not site and len(tail.split()) <= 4 and len(head) > 2 * len(tail)) else title


def _likeness(a: str, b: str) -> float:
    """Share of the words of both that they have in common."""
    x, y = set(search_tokens(a)), set(search_tokens(b))
    return len(x & y) / (len(x | y) or 1)


def _overlap(a: str, b: str) -> float:
    """Share of the words of the shorter title that the other has too."""
    x, y = set(search_tokens(a)), set(search_tokens(b))
    return len(x & y) / min(len(x), len(y)) if x and y else 0.0
