"""Organisations where names of persons are looked for: agencies, desks, and the outlet itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from core.text import fold

_AGENCIES = (
    "the associated press", "associated press", "ap", "reuters", "thomson reuters", "afp", "agence france-presse",
    "bloomberg", "bloomberg news", "dpa", "deutsche presse-agentur", "sid", "apa", "keystone-sda", "sda", "ansa", "efe",
    "europa press", "anadolu ajansı", "xinhua", "yonhap", "yonhap news", "kyodo", "kyodo news", "jiji press", "pti",
    "ians", "ani", "upi", "tass", "interfax", "pa media", "press association", "the canadian press", "canadian press",
    "financial times", "the new york times", "the washington post", "the conversation", "pr newswire", "business wire",
    "globenewswire", "belga", "anp", "tt", "ntb", "ritzau", "lusa", "antara",
)
_BODY = re.compile(
    r"\b(?:news|times|press|media|magazine|agency|agentur|agence|agencia|agenzia|redaktion|redaction|rédaction|redacción"
    r"|redazione|redactie|staff|desk|team|newsroom|editors|network|group|gmbh|inc|ltd|llc|tv|radio|online|web)\b|"
    r"뉴스|신문|일보|편집부|通信社|新聞|编辑部|編集部", re.IGNORECASE)
_DOMAIN = re.compile(r"^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}$")
_TAIL = re.compile(r"\s+(?:" + "|".join(
    re.escape(name) for name in sorted(_AGENCIES, key=len, reverse=True) if " " in name) + r")$", re.IGNORECASE)
_NAMES = frozenset(map(fold, _AGENCIES))


def is_organisation(name: str) -> bool:
    """Whether a by-line names an agency, a desk or an outlet and no person."""
    return fold(name) in _NAMES or bool(_BODY.search(name)) or is_domain(name)


def is_domain(name: str) -> bool:
    """Whether a name is that of a site: `example.org`."""
    return _DOMAIN.match(name.lower()) is not None


def without_agency(name: str) -> str:
    """`A. Writer The Associated Press` → `A. Writer`."""
    return _TAIL.sub("", name)


def own_names(url: str, names: Iterable[str]) -> set[str]:
    """How the outlet may sign: the names that it gives itself, and its host's."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    labels = [label for label in host.split(".")[:-1] if len(label) > 2]
    return {squeezed(name) for name in (*names, host, *labels) if squeezed(name)}


def squeezed(name: str) -> str:
    """A name by its letters and digits alone, so that `Top Gear` is topgear's."""
    return "".join(filter(str.isalnum, fold(name)))
