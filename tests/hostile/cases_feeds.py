"""Feeds that are broken, huge, or mean something else than they say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.hostile.case import FEED, Case, Seen
from tests.hostile.texts import item, page, rss
from tests.outlet_server import Reply

A, B = "Quay one reopens", "Quay two closes"
_PAGES = {"/a-1": page(A), "/b-2": page(B)}
_XML = '<?xml version="1.0" encoding="utf-8"?>'
ITEMS = item(A, "{base}/a-1") + item(B, "{base}/b-2")


def _ill(name: str, body: str | bytes, stored: Sequence[str] | None = None, kind: str = FEED,
         poll: str = "ok", pages: Mapping[str, Any] = _PAGES, entry: str = "feed: {base}/feed") -> Case:
    return Case("feed-illformed", name, {**pages, "/feed": Reply(body, kind)},
                (A, B) if stored is None else stored, poll, entry=entry)


def _channel(inner: str, head: str = _XML, version: str = ' version="2.0"') -> str:
    return f"{head}<rss{version}><channel><title>T</title>{inner}</channel></rss>"


_ATOM_ENTRIES = ('<entry><title>' + A + '</title><link href="{base}/a-1"/></entry>'
                 '<entry><title>' + B + '</title><link href="{base}/b-2"/></entry>')
_JSON = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [
    {"id": 1, "url": "{base}/a-1", "title": A}, {"id": "2", "url": "{base}/b-2", "title": B}]}

ILL_FORMED = [
    _ill("tags are never closed", f"{_XML}<rss><channel><item><title>{A}<link>{{base}}/a-1</link>"
         f"<item><title>{B}</title><link>{{base}}/b-2</link>"),
    _ill("bare ampersands", _channel(ITEMS + "<item><title>R&D at AT&T</title><link>{base}/c-3?x=1&y=2</link></item>"),
         (A, "R&D at AT&T", B)[:1] + (B, "R&D at AT&T"), pages={**_PAGES, "/c-3?x=1&y=2": page("R&D at AT&T")}),
    _ill("entities of HTML that XML lacks", _channel(ITEMS + item("Caf&eacute; &nbsp;&mdash; open", "{base}/c-3")),
         sorted((A, B, "Café — open")), pages={**_PAGES, "/c-3": page("Café — open")}),
    _ill("white space and a byte order mark before the declaration", "\n\n  \ufeff" + _channel(ITEMS)),
    _ill("a PHP warning before the feed", "<br />\n<b>Warning</b>: mysql_connect() in <b>/var/www/x.php</b> on line "
         "<b>3</b><br />\n" + _channel(ITEMS)),
    _ill("a notice in plain text before the feed", "Notice: Undefined index: page in /srv/rss.php\n" + _channel(ITEMS)),
    _ill("a comment and markup after the end", _channel(ITEMS) + "<!-- 0.02 s --><script>var a=1;</script>"),
    _ill("two feeds in one body", _channel(item(A, "{base}/a-1")) + _channel(item(B, "{base}/b-2"))),
    _ill("cut off in the middle of an item", _channel(ITEMS)[: _channel(ITEMS).index("</item></channel>") - 3]),
    _ill("cut off inside a tag", _channel(ITEMS + "<item><title>C</ti")[: -len("</channel></rss>")]),
    _ill("a web page in place of the feed", "<!doctype html><html><body><a href='{base}/a-1'>x</a></body></html>", (),
         "text/html", "not_a_feed"),
    _ill("a web page that declares XML first", _XML + "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'x'>"
         "<html xmlns='http://www.w3.org/1999/xhtml'><body><p>Hello</p></body></html>", (), "text/html", "not_a_feed"),
    _ill("served as text/html", _channel(ITEMS), kind="text/html"),
    _ill("served without a content type", _channel(ITEMS), kind=""),
    _ill("served as a download", _channel(ITEMS), kind="application/octet-stream"),
    _ill("inside pre of a web page", "<html><head></head><body><pre>"
         + _channel(ITEMS).replace("<", "&lt;").replace(">", "&gt;") + "</pre></body></html>", kind="text/html"),
    _ill("RSS whose items are Atom entries", _channel(_ATOM_ENTRIES)),
    _ill("Atom with RSS items", f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{ITEMS}</feed>'),
    _ill("Atom without its namespace", f"{_XML}<feed><title>T</title>{_ATOM_ENTRIES}</feed>"),
    _ill("Atom 0.3", f'{_XML}<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>T</title>{_ATOM_ENTRIES}</feed>'),
    _ill("Atom under a prefix", f'{_XML}<a:feed xmlns:a="http://www.w3.org/2005/Atom">'
         + _ATOM_ENTRIES.replace("</", "</a:").replace("<entry", "<a:entry").replace("<title", "<a:title")
         .replace("<link", "<a:link") + "</a:feed>"),
    _ill("a prefix that nobody declared", _channel(ITEMS.replace("<link>", "<dc:creator>X</dc:creator><link>"))),
    _ill("attributes without quotes", _channel(ITEMS, version=" version=2.0")),
    _ill("RSS 0.91 with a DOCTYPE", _XML + '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
         '"http://my.netscape.com/publish/formats/rss-0.91.dtd">' + _channel(ITEMS, "", ' version="0.91"')),
    _ill("RSS 1.0", _XML + '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
         'xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>T</title></channel>'
         + ITEMS.replace("<item>", '<item rdf:about="x">') + "</rdf:RDF>"),
    _ill("tags in capitals", _channel(ITEMS).replace("item>", "ITEM>").replace("title>", "Title>")
         .replace("link>", "LINK>")),
    _ill("CDATA in CDATA", _channel(item(f"<![CDATA[<![CDATA[{A}]]]]><![CDATA[>]]>", "<![CDATA[ {base}/a-1 ]]>")
         + item(B, "{base}/b-2"))),
    _ill("CDATA that never ends", _channel(item(A, "{base}/a-1") + f"<item><link>{{base}}/b-2</link><title>{B}</title>"
         "<description><![CDATA[ text </description></item>")),
    _ill("control characters", _channel(ITEMS.replace("Quay", "Quay\x0b\x08\x1b"))),
    _ill("control characters as references", _channel(ITEMS.replace("Quay", "Quay&#8;&#x1F;"))),
    _ill("NUL bytes", _channel(ITEMS).replace("<item>", "\0<item>")),
    _ill("a lone half of a surrogate pair", _channel(ITEMS.replace("Quay", "&#xD83D;Quay"))),
    _ill("mark-up inside titles", _channel(item(f"<b>{A}</b> &lt;i&gt;now&lt;/i&gt;", "{base}/a-1")
         + item(B, "{base}/b-2"))),
    _ill("JSON Feed 1.1", json.dumps(_JSON), kind="application/feed+json"),
    _ill("JSON Feed with a byte order mark", "\ufeff" + json.dumps(_JSON), kind="application/json"),
    _ill("JSON Feed with a trailing comma", json.dumps(_JSON)[:-2] + ",]}", kind="application/json"),
    _ill("JSON behind a guard prefix", ")]}',\n" + json.dumps(_JSON), kind="application/json"),
    _ill("JSON in a callback", "callback(" + json.dumps(_JSON) + ");", kind="application/javascript"),
    _ill("a bare JSON list", json.dumps(_JSON["items"]), kind="application/json", entry="json: {base}/feed"),
    _ill("JSON that is cut off", json.dumps(_JSON)[:-20], (), "application/json", "not_a_feed"),
    _ill("nothing but white space", " \n\t ", (), poll="empty"),
    _ill("a channel without items", _channel(""), (), poll="empty"),
    _ill("a sitemap given as a feed", f"{_XML}<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
         "<url><loc>{base}/a-1</loc></url><url><loc> {base}/b-2\n</loc></url></urlset>"),
    _ill("a sitemap with a bare ampersand", f"{_XML}<urlset><url><loc>{{base}}/a-1</loc></url>"
         "<url><loc>{base}/b-2?id=1&no=2</loc></url></urlset>", pages={"/a-1": page(A), "/b-2?id=1&no=2": page(B)},
         entry="sitemap: {base}/feed"),
    _ill("a sitemap of plain lines", "{base}/a-1\r\n{base}/b-2\r\n", kind="text/plain", entry="sitemap: {base}/feed"),
]

_MANY = 100_000


def _hundred_thousand() -> str:
    return rss(*(item(f"Lot {i}", f"{{base}}/lot-{i}", f"<pubDate>Mon, 02 Nov 2026 10:{i // 60 % 60:02d}:{i % 60:02d} "
                      "GMT</pubDate>" if i < 3600 else "") for i in range(_MANY)))


def _newest(passes: Sequence[Seen]) -> None:
    first, second = passes
    assert len(first.addresses) == 5
    assert len(second.addresses) == 10
    assert sum(path.startswith("/lot-") for path in second.asked) == 10


def _holds(count: int) -> Any:
    def check(passes: Sequence[Seen]) -> None:
        assert len(passes[-1].addresses) == count
    return check


FEED_SIZE = [
    Case("feed-size", "100,000 entries", {"/feed": Reply(_hundred_thousand(), FEED),
                                          "*": lambda asked: Reply(page(asked.path))},
         then=[{}], check=_newest, more="limits: {articles: 5}\n"),
    Case("feed-size", "one entry with a summary of 3 MB", {
        **_PAGES, "/feed": Reply(rss(item(A, "{base}/a-1", f"<description>{'word ' * 600_000}</description>"),
                                     item(B, "{base}/b-2")), FEED)}, (A, B)),
    Case("feed-size", "a title of 100,000 letters", {
        "/feed": Reply(rss(item("long " * 20_000, "{base}/a-1"), item(B, "{base}/b-2")), FEED), **_PAGES}, (A, B)),
    Case("feed-size", "the same entry 5,000 times", {
        **_PAGES, "/feed": Reply(rss(*[item(A, "{base}/a-1")] * 5_000, item(B, "{base}/b-2")), FEED)}, (A, B),
        check=_holds(2)),
    Case("feed-size", "5,000 ill-formed entries", {
        "*": lambda asked: Reply(page(asked.path)),
        "/feed": Reply(rss(*(item(f"A & B {i}", f"{{base}}/lot-{i}") for i in range(5_000))), FEED)},
        more="limits: {articles: 3}\n", check=_holds(3)),
    Case("feed-size", "one entry", {**_PAGES, "/feed": Reply(rss(item(A, "{base}/a-1")), FEED)}, (A,)),
    Case("feed-size", "3,000 categories in one entry", {
        **_PAGES, "/feed": Reply(rss(item(A, "{base}/a-1", "<category>x</category>" * 3_000), item(B, "{base}/b-2")),
                                 FEED)}, (A, B)),
]
