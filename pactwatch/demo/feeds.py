"""The machine-readable documents of an outlet: RSS 2.0, Atom, JSON Feed, news sitemap, robots.txt."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from pactwatch.demo.content import Edition, Outlet

Document = tuple[str, str]  # media type, text
TRACKING = "?utm_source=rss&utm_medium=feed&utm_campaign=newsdesk"


def iso(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def feed_link(base: str, item: Edition) -> str:
    """The address that a feed gives for the article; a few carry tracking or lead to the AMP page."""
    path = item.article.path
    return {"plain": f"{base}{path}", "tracking": f"{base}{path}{TRACKING}",
            "amp": f"{base}/amp{path}"}[item.article.feed_link]


def robots(outlet: Outlet, base: str) -> Document:
    """A robots.txt that keeps crawlers off the search page only."""
    lines = ["User-agent: *", "Disallow: /search", "Allow: /"]
    if outlet.entry == "sitemap":
        lines += ["", f"Sitemap: {base}/news-sitemap.xml"]
    return "text/plain; charset=utf-8", "\n".join(lines) + "\n"


def rss(outlet: Outlet, base: str, items: Sequence[Edition]) -> Document:
    """RSS 2.0."""
    body = "".join(
        f"<item><title>{escape(item.title)}</title><link>{escape(feed_link(base, item))}</link>"
        f'<guid isPermaLink="false">{outlet.id}:{item.article.slug}</guid>'
        f"<description>{escape(item.article.summary)}</description>"
        f"<category>{escape(item.article.section)}</category>"
        f"<pubDate>{format_datetime(item.published)}</pubDate>"
        f"<atom:updated>{iso(item.updated)}</atom:updated></item>\n"
        for item in items)
    return "application/rss+xml; charset=utf-8", (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>\n'
        f"<title>{escape(outlet.masthead)}</title><link>{base}/</link>"
        f"<description>{escape(outlet.tagline)}</description><language>{outlet.language}</language>\n"
        f'<atom:link href="{base}/feed.xml" rel="self" type="application/rss+xml"/>\n'
        f"{body}</channel></rss>\n")


def atom(outlet: Outlet, base: str, items: Sequence[Edition]) -> Document:
    """Atom 1.0, each entry with published and updated."""
    body = "".join(
        f"<entry><title>{escape(item.title)}</title>"
        f'<link rel="alternate" href="{escape(feed_link(base, item))}"/>'
        f"<id>tag:{outlet.id},2020:{item.article.slug}</id><published>{iso(item.published)}</published>"
        f"<updated>{iso(item.updated)}</updated><summary>{escape(item.article.summary)}</summary>"
        f'<category term="{escape(item.article.section)}"/></entry>\n'
        for item in items)
    newest = max(item.updated for item in items)
    return "application/atom+xml; charset=utf-8", (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="{outlet.language}">\n<title>{escape(outlet.masthead)}</title><id>tag:{outlet.id},2020:feed</id>'
        f'<link href="{base}/"/><link rel="self" href="{base}/atom.xml"/><updated>{iso(newest)}</updated>'
        f"<author><name>{escape(outlet.masthead)}</name></author>\n{body}</feed>\n")


def json_feed(outlet: Outlet, base: str, items: Sequence[Edition]) -> Document:
    """JSON Feed 1.1."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1", "title": outlet.masthead, "home_page_url": f"{base}/",
        "feed_url": f"{base}/feed.json", "description": outlet.tagline, "language": outlet.language,
        "items": [{"id": f"{base}{item.article.path}", "url": feed_link(base, item), "title": item.title,
                   "summary": item.article.summary, "content_text": item.article.summary,
                   "date_published": iso(item.published), "date_modified": iso(item.updated),
                   "tags": [item.article.section]} for item in items],
    }
    return "application/feed+json; charset=utf-8", json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def news_sitemap(outlet: Outlet, base: str, items: Sequence[Edition]) -> Document:
    """A Google News sitemap, with title and date of each article."""
    body = "".join(
        f"<url><loc>{escape(feed_link(base, item))}</loc><lastmod>{iso(item.updated)}</lastmod><news:news>"
        f"<news:publication><news:name>{escape(outlet.masthead)}</news:name>"
        f"<news:language>{outlet.language}</news:language></news:publication>"
        f"<news:publication_date>{iso(item.published)}</news:publication_date>"
        f"<news:title>{escape(item.title)}</news:title></news:news></url>\n"
        for item in items)
    return "application/xml; charset=utf-8", (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{body}</urlset>\n')
