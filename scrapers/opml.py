"""Lists of feeds as other readers keep them: OPML in and out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from core.errors import FileError
from core.fetching import EntryKind
from core.urls import canonical
from scrapers.discovery import xml
from scrapers.scout.propose import id_of
from scrapers.source import ID, KINDS, SourceFile

LARGEST = 20_000_000  # bytes
_DEEPEST = 20
_OURS = "pactwatch-"  # of the `type` of an outline that is no feed, which other readers pass over


@dataclass(slots=True)
class Listed:
    """An outlet of an OPML file."""

    id: str
    name: str
    home: str
    points: list[tuple[EntryKind, str]] = field(default_factory=list)
    language: str | None = None
    country: str | None = None
    tags: list[str] = field(default_factory=list)


def read_opml(body: bytes, file: str) -> tuple[list[Listed], list[str]]:
    """The outlets of an OPML file, and what had to be left out. A file that is none raises FileError."""
    if len(body) > LARGEST:
        raise FileError(f"has {len(body):,} bytes; the limit is {LARGEST:,}", file=file)
    text = xml.as_text(body, None, None)
    if "<!ENTITY" in text:
        raise FileError("declares entities, which are never expanded; take the <!ENTITY …> lines out", file=file)
    root = xml.parse(text)
    if root is None:
        root = xml.parse(xml.mended(text))
    if root is None:
        raise FileError("is not well-formed XML", file=file)
    if xml.local(root) != "opml":
        raise FileError(f"is not OPML: its first element is <{xml.local(root)}>", file=file)
    outlets: dict[tuple[str, str], Listed] = {}
    problems: list[str] = []
    for outline, groups in _outlines(root, ()):
        _take(outline, groups, outlets, problems)
    if not outlets and not problems:
        problems.append("no outline has the address of a feed")
    return list(outlets.values()), problems


def _outlines(element: Any, groups: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Every outline with the names of the groups around it, in the file's order."""
    if len(groups) > _DEEPEST:
        return
    for child in element:
        name = xml.local(child)
        if name == "body":
            yield from _outlines(child, groups)
        elif name == "outline":
            inner = next((c for c in child if xml.local(c) == "outline"), None)
            if _address(child):
                yield child, groups
            if inner is not None:
                own = (_attribute(child, "text") or _attribute(child, "title") or "").strip()
                yield from _outlines(child, (*groups, own) if own and not _address(child) else groups)


def _attribute(element: Any, name: str) -> str | None:
    """An attribute whatever its case: programs write xmlUrl, xmlurl and XMLURL."""
    value = next((v for k, v in element.attrib.items() if k.lower() == name.lower()), None)
    return " ".join(str(value).split()) or None if value is not None else None


def _kind(outline: Any) -> EntryKind:
    told = (_attribute(outline, "type") or "").removeprefix(_OURS)
    return next((kind for kind in KINDS if kind == told), "feed")


def _address(outline: Any) -> str | None:
    if found := _attribute(outline, "xmlUrl"):
        return found
    return _attribute(outline, "url") if (_attribute(outline, "type") or "").startswith(_OURS) else None


def _take(
    outline: Any, groups: tuple[str, ...], outlets: dict[tuple[str, str], Listed], problems: list[str]
) -> None:
    url = _address(outline) or ""
    name = (_attribute(outline, "title") or _attribute(outline, "text") or urlsplit(url).hostname or url)[:200]
    if canonical(url) is None:
        problems.append(f"{name}: {url[:200]!r} is not a web address")
        return
    parts = urlsplit(url)
    home = _attribute(outline, "htmlUrl") or ""
    if canonical(home) is None:
        home = f"{parts.scheme}://{parts.netloc}/"
    own = _attribute(outline, "pactwatchId") or ""
    key = (own or name, home)
    listed = outlets.get(key)
    if listed is None:
        listed = outlets[key] = Listed(own if ID.fullmatch(own) else _new_id(home, name, outlets), name, home)
        language, country = _attribute(outline, "language") or "", _attribute(outline, "country") or ""
        listed.language = language if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]{2,4})?", language) else None
        listed.country = country if re.fullmatch(r"[A-Z]{2}", country) else None
    named = [tag.strip("/ ") for tag in (_attribute(outline, "category") or "").split(",")]
    for tag in (*groups, *named):
        if tag and tag not in listed.tags:
            listed.tags.append(tag)
    if (point := (_kind(outline), url)) not in listed.points:
        listed.points.append(point)


def _new_id(home: str, name: str, outlets: dict[tuple[str, str], Listed]) -> str:
    """An id that no outlet of the file has: from the host, then with the name's words."""
    taken = {listed.id for listed in outlets.values()}
    base = id_of(home)
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    for candidate in (base, f"{base}-{words}".strip("-"), *(f"{base}-{n}" for n in range(2, 10_000))):
        if candidate not in taken:
            return candidate
    raise FileError(f"has too many outlets on one host: {home}")


def write_opml(sources: Iterable[SourceFile]) -> bytes:
    """The sources as OPML: each feed is an outline, so that every reader can take it; the rest only we read again."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = "Pactwatch sources"
    body = etree.SubElement(root, "body")
    for source in sources:
        for point in source.entry_points:
            is_feed = point.kind == "feed"
            wanted = {
                "type": "rss" if is_feed else f"{_OURS}{point.kind}", "text": source.name, "title": source.name,
                "xmlUrl" if is_feed else "url": point.url, "htmlUrl": source.home, "language": source.language,
                "country": source.country, "category": ",".join(source.tags) or None, "pactwatchId": source.id,
            }
            etree.SubElement(body, "outline", {k: _clean(v) for k, v in wanted.items() if v})
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _clean(value: str) -> str:
    return "".join(letter for letter in value if letter.isprintable())
