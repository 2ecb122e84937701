"""Read RSS 0.9x, 1.0 (RDF) and 2.0, and Atom: with lxml, and with feedparser where that fails."""

from __future__ import annotations

import html
import re
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urljoin

from lxml.etree import XMLSyntaxError

from core.errors import SkipDocument
from core.records import Discovery
from scrapers.discovery.dates import read_date
from scrapers.discovery.xml import in_passing, local, text_of

_KINDS = {"rss", "rdf", "feed", "channel"}
_ATOM = "http://www.w3.org/2005/Atom"
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_IANA = "http://www.iana.org/assignments/relation/"
_PAGES = {"text/html", "application/xhtml+xml"}
# Vocabularies whose titles and descriptions are those of a picture or an episode.
_OF_MEDIA = re.compile(r"search\.yahoo\.com/mrss|itunes|play-podcasts|podcastindex", re.IGNORECASE)
_C1 = {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xA0)}
_TAG = re.compile(r"<[^<>]{1,2000}>")
_PUBLISHED = ("pubdate", "published", "issued", "date", "created")
_UPDATED = ("updated", "modified")
_WRONG_END = re.compile(r"<(title|link|guid|pubDate|description)>([^<>]*)</(?!\1>)(\w+)>")
NO_ADDRESS = ""  # of an entry that names no page: it is counted, and then left out
_NAMELESS = Discovery(NO_ADDRESS)  # all of them: a feed of ten megabytes holds a million empty ones
_MEDIA = re.compile(r"\.(?:mp[34]|m4[av]|ogg|wav|avi|mov|webm|pdf|jpe?g|png|gif|webp|zip)(?:\?|$)", re.IGNORECASE)
_NO_PAGE = ("javascript:", "mailto:", "data:", "tel:", "about:", "file:", "#")
_LONGEST_LENIENT = 3_000_000  # characters; feedparser needs about 0.2 ms for each entry
_DEEPEST_LENIENT = 50_000  # levels; tags that never end count, and broken feeds have thousands


def read_feed(root: Any, url: str, zone: tzinfo) -> list[Discovery]:
    """The entries of a parsed feed. Raises SkipDocument where the document is another kind of XML."""
    kind = local(root)
    if kind not in _KINDS:
        raise SkipDocument(f"the XML is <{kind}>, not a feed", outcome="not_a_feed")
    base = _base(root, url)
    found: list[Discovery] = []
    for holder in (root, *(c for c in root if local(c) == "channel")):
        inner = _base(holder, base)
        for element in holder:
            if local(element) in {"item", "entry"}:
                found += _entry(element, _base(element, inner), zone)
    return found


def read_in_passing(text: str, url: str, zone: tzinfo) -> tuple[str, list[Discovery]] | None:
    """The kind and the entries of a feed, of which one at a time is in memory; None where that cannot be done."""
    found: list[Discovery] = []
    kind = ""
    try:
        for element in in_passing(text, "item", "entry"):
            holder = element.getparent()
            root = element.getroottree().getroot()
            kind = local(root)
            if kind not in _KINDS:
                return None
            if holder is root or local(holder) == "channel":
                inner = _base(holder, _base(root, url))
                found += _entry(element, _base(element, inner), zone)
    except XMLSyntaxError:
        return None
    return (kind, found) if found else None


def _base(element: Any, outer: str) -> str:
    own = element.get(_XML_BASE)
    return urljoin(outer, own.strip()) if own else outer


def _entry(element: Any, base: str, zone: tzinfo) -> list[Discovery]:
    fields: dict[str, Any] = {}
    others: dict[str, Any] = {}  # from other vocabularies, such as dc:date; they count where the feed's own has nothing
    links: list[Any] = []
    own = _vocabulary(element)
    for child in element:
        name = local(child)
        if name == "link":
            links.append(child)
        elif (vocabulary := _vocabulary(child)) == own:
            fields.setdefault(name, child)
        elif not _OF_MEDIA.search(vocabulary):
            others.setdefault(name, child)
    fields = {**others, **fields}
    guid = text_of(fields.get("guid", fields.get("id")))
    address = (
        _link(links)
        or _permalink(fields.get("guid"), guid)
        or (guid if "guid" not in fields and _is_web(guid) else None)
        or _enclosed(fields.get("enclosure"))
        or _named_by(element, fields.get("content"))
    )
    try:
        address = urljoin(base, address) if address else NO_ADDRESS
    except ValueError:
        address = NO_ADDRESS
    if address == NO_ADDRESS:
        return [_NAMELESS]
    return [
        Discovery(
            url=address,
            title=plain(text_of(fields.get("title"))),
            guid=guid,
            published_at=_first_date(fields, _PUBLISHED, zone),
            updated_at=_first_date(fields, _UPDATED, zone),
            summary=_summary(fields),
        )
    ]


def _vocabulary(element: Any) -> str:
    """The namespace of an element; empty where it has none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag[:1] == "{" else ""


def _link(links: list[Any]) -> str | None:
    """An entry's page: RSS has it as text, Atom as the href of the alternate link."""
    best: str | None = None
    for link in links:
        href = link.get("href")
        address = (href or text_of(link) or "").strip()
        if not address and _is_web(tail := (link.tail or "").strip()):
            address = tail  # <link/>http://…, as by writers of HTML
        if not address or address.lower().startswith(_NO_PAGE) or (href and not _is_alternate(link.get("rel"))):
            continue
        if not href or link.get("type", "text/html") in _PAGES:
            return address
        best = best or address
    return best


def _is_alternate(relation: str | None) -> bool:
    """RFC 4287, 4.2.7.2: a link without relation is one, and a relation may be written as an address of IANA."""
    words = (relation or "").lower().removeprefix(_IANA).split()
    return not words or "alternate" in words


def _named_by(element: Any, content: Any | None) -> str | None:
    """The page that an entry of Atom has as its content (RFC 4287, 4.1.3.2), or that an item of RSS 1.0 is about."""
    address = content.get("src") if content is not None and content.get("type", "text/html") in _PAGES else None
    address = address or element.get(_ABOUT)
    return address.strip() if address and _is_web(address.strip()) else None


def _permalink(element: Any | None, guid: str | None) -> str | None:
    if element is None or element.get("isPermaLink", "true").strip().lower() == "false":
        return guid if element is not None and _is_web(guid) and guid and guid.count("/") > 3 else None
    return guid if _is_web(guid) else None


def _enclosed(element: Any | None) -> str | None:
    """The page that an enclosure is, in feeds that have no better link; pictures and sound are none."""
    address = (element.get("url") or "").strip() if element is not None else ""
    kind = element.get("type", "text/html") if element is not None else ""
    return address if _is_web(address) and kind.startswith("text/") and not _MEDIA.search(address) else None


def _is_web(address: str | None) -> bool:
    return bool(address) and str(address).startswith(("http://", "https://"))


def _first_date(fields: dict[str, Any], names: tuple[str, ...], zone: tzinfo) -> datetime | None:
    for name in names:
        if name in fields and (moment := read_date(text_of(fields[name]), zone)):
            return moment
    return None


def _summary(fields: dict[str, Any]) -> str | None:
    text = plain(text_of(fields.get("description", fields.get("summary"))))
    return text[:1000] if text else None


def plain(text: str | None) -> str | None:
    """A title or summary without mark-up, entities resolved, single spaces."""
    if not text:
        return None
    if "<" in text or "&" in text:
        text = html.unescape(_TAG.sub(" ", html.unescape(text)))
    # Where a feed says &#146; it means the apostrophe of Windows, as browsers know.
    return " ".join(text.translate(_C1).split()) or None


def read_lenient(text: str, url: str, zone: tzinfo) -> list[Discovery]:
    """The entries of an ill-formed feed. Entity declarations are refused, for feedparser expands them."""
    if "<!ENTITY" in text[:100_000]:
        raise SkipDocument("the feed is not well-formed and declares entities", outcome="not_a_feed")
    if len(text) > _LONGEST_LENIENT:
        text = text[:_LONGEST_LENIENT]
    if _depth(text) > _DEEPEST_LENIENT:
        raise SkipDocument("the feed's tags are nested too deeply", outcome="not_a_feed")
    text = _closed(_WRONG_END.sub(_rightly_ended, text))
    import feedparser

    # sanitize and relative addresses are ours: titles become plain text, links are resolved below.
    parsed = feedparser.parse(
        text.encode("utf-8", "replace"),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8"},
    )
    if not parsed.entries and not parsed.get("version"):
        raise SkipDocument("the document is neither XML nor a feed", outcome="not_a_feed")
    return [_lenient_entry(entry, url, zone) for entry in parsed.entries]


def _depth(text: str) -> int:
    """The deepest that tags stand in one another. feedparser keeps lists for each, also of those that never end."""
    deepest = depth = 0
    for mark in re.finditer(r"<(?=[^\W\d])|</|/>", text):
        depth = depth + 1 if mark[0] == "<" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _closed(text: str) -> str:
    """The feed with an end for each item and title that has none: the parser would take two for one."""
    for name in ("item", "entry"):
        if len(re.findall(rf"<{name}\b", text)) > text.count(f"</{name}>"):
            pieces = re.split(rf"(?=<{name}[\s>])", text)
            text = pieces[0] + "".join(p if f"</{name}>" in p else f"{_ended(p)}</{name}>" for p in pieces[1:])
    return text


def _rightly_ended(found: re.Match[str]) -> str:
    """A title, link or date that another end tag ends, with its own; that of an item or a feed stays beside it."""
    also = f"</{found[3]}>" if found[3] in {"item", "entry", "channel", "rss", "feed"} else ""
    return f"<{found[1]}>{found[2]}</{found[1]}>{also}"


def _ended(piece: str) -> str:
    """An item whose last tags may be open or cut in two."""
    piece = re.sub(r"<[^>]*\Z", "", piece)
    piece = re.sub(r"<title>([^<]*)(?=<(?!/title))", r"<title>\1</title>", piece)
    last = re.search(r"<(link|title|guid|description|pubDate)>[^<]*\Z", piece)
    return f"{piece}</{last[1]}>" if last else piece


def _lenient_entry(entry: Any, url: str, zone: tzinfo) -> Discovery:
    address = entry.get("link") or (entry.get("id") if _is_web(entry.get("id")) else None)
    try:
        address = urljoin(url, address) if address else NO_ADDRESS
    except ValueError:
        address = NO_ADDRESS
    summary = plain(entry.get("summary"))
    # feedparser's get() gives the date of publication for a missing date of change.
    changed = entry["updated"] if "updated" in entry else None  # noqa: SIM401
    return Discovery(
        url=address,
        title=plain(entry.get("title")),
        guid=entry.get("id"),
        summary=summary[:1000] if summary else None,
        published_at=read_date(entry.get("published"), zone),
        updated_at=read_date(changed, zone),
    )
