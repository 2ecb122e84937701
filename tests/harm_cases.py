"""The cases of harm: what is served, and in which named outcome it has to end."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from scrapy.utils._compression import brotli, zstd  # type: ignore[attr-defined]

from tests.harm_server import Serve, Talk, article, feed, http, to

MB = 1_000_000
NO_ROBOTS = http("", "404 Not Found")
CODINGS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda b: brotli.compress(b, quality=1),
    "zstd": zstd.compress,
}


@dataclass(frozen=True)
class Case:
    """One thing that an outlet may do. `page` is its article, `entry` its feed or sitemap; one of them is the case.

    `ends` are the outcomes in which it may end, several where two readings are both safe.
    """

    name: str
    group: str
    ends: str
    page: Serve | None = None
    entry: Serve | None = None
    kind: str = "feed"
    robots: Serve = NO_ROBOTS

    @property
    def id(self) -> str:
        """Its name in the output of the tests."""
        return f"{self.group}: {self.name}"


def pages(group: str, ends: str, table: dict[str, Serve]) -> Iterator[Case]:
    """Cases of one group that end alike."""
    return (Case(name, group, ends, serve) for name, serve in table.items())


def entries(group: str, ends: str, table: dict[str, Serve], kind: str = "feed") -> Iterator[Case]:
    """Cases where an entry point does the harm."""
    return (Case(name, group, ends, entry=serve, kind=kind) for name, serve in table.items())


# What takes its time, or never ends.


def drip(data: bytes, pause: float = 0.15, times: int = 400, head: bytes = b"") -> Serve:
    """Send a piece again and again."""

    async def serve(talk: Talk) -> None:
        await talk.send(head)
        for _ in range(times):
            await talk.send(data)
            await asyncio.sleep(pause)

    return serve


def hang(head: bytes = b"", seconds: float = 60) -> Serve:
    """Say nothing more after the head."""
    return drip(b"", seconds, 1, head)


def flood(piece: bytes, head: bytes, times: int = 4000) -> Serve:
    """Send as much as the other side takes."""
    return drip(piece, 0, times, head)


def reset(head: bytes = b"") -> Serve:
    """Reset the connection after the head."""

    async def serve(talk: Talk) -> None:
        await talk.send(head)
        talk.reset()

    return serve


OPEN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = OPEN + b"Transfer-Encoding: chunked\r\n\r\n"

SLOW = [
    *pages("slow", "timeout", {
        "nothing comes": hang(),
        "headers a byte at a time": drip(b"X", head=OPEN + b"X-Long: "),
        "headers a line at a time": drip(b"X-A: b\r\n", head=OPEN),
        "body a byte at a time": drip(b"x", head=OPEN + b"\r\n"),
        "body stops half-way": hang(OPEN + b"Content-Length: 100000\r\n\r\n" + b"x" * 1000),
        "chunks a byte at a time": drip(b"1\r\nx\r\n", head=CHUNKED),
        "status line a byte at a time": drip(b"0", head=b"HTTP/1.1 20"),
        "interim answers for ever": drip(b"HTTP/1.1 100 Continue\r\n\r\n"),
    }),
    Case("robots.txt never comes", "slow", "robots_denied", article(), robots=hang()),
    *entries("slow", "timeout", {"feed a byte at a time": drip(b" ", head=OPEN + b"\r\n<rss>")}),
]  # fmt: skip


def bomb(coding: str, size: int = 60 * MB) -> bytes:
    """A small body that grows."""
    if coding == "gzip":
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        body = b"".join(packer.compress(b"\0" * MB) for _ in range(size // MB)) + packer.flush()
    elif coding == "br":
        body = brotli.compress(b"\0" * size, quality=1)
    elif coding == "zstd":
        body = zstd.compress(b"\0" * size)
    else:
        body = zlib.compress(b"\0" * size)
    return body


def stacked(*codings: str, inner: bytes | None = None) -> Serve:
    """A body in several codings, one in the other."""
    body = article() if inner is None else inner
    for coding in codings:
        body = CODINGS[coding](body)
    return http(body, Content_Encoding=", ".join(codings))


SITEMAP = b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>%s</urlset>"

BOMBS = [
    *pages("bomb", "too_large", {
        "gzip": http(bomb("gzip"), Content_Encoding="gzip"),
        "deflate": http(bomb("deflate"), Content_Encoding="deflate"),
        "raw deflate": http(bomb("deflate")[2:-4], Content_Encoding="deflate"),
        "brotli": http(bomb("br"), Content_Encoding="br"),
        "zstd": http(bomb("zstd"), Content_Encoding="zstd"),
        "zstd of many frames": http(zstd.compress(b"\0" * MB) * 60, Content_Encoding="zstd"),
        "gzip in gzip": http(gzip.compress(bomb("gzip")), Content_Encoding="gzip, gzip"),
        "gzip of many members": http(gzip.compress(b"\0" * MB) * 100, Content_Encoding="gzip"),
        "endless gzip": flood(bomb("gzip", 20 * MB), OPEN + b"Content-Encoding: gzip\r\n\r\n"),
    }),
    *pages("bomb", "connection_error", {
        "ten codings": stacked(*["gzip"] * 10),
        "a coding that nobody knows": http(b"x" * 1000, Content_Encoding="rot13"),
        "gzip that is none": http(b"x" * 1000, Content_Encoding="gzip"),
        "zstd that is none": http(b"x" * 1000, Content_Encoding="zstd"),
        "brotli that is none": http(b"x" * 1000, Content_Encoding="br"),
    }),
    *pages("bomb", "connection_error", {
        "gzip that is cut in half": http(gzip.compress(article())[:-200], Content_Encoding="gzip"),
    }),
    *pages("bomb", "ok", {
        "two codings that are honest": stacked("gzip", "br"),
        "a coding that is none": http(article(), Content_Encoding="identity"),
        "gzip and a coding that is none": http(gzip.compress(article()), Content_Encoding="gzip, identity"),
        "gzip that lacks its end": http(gzip.compress(article())[:-6], Content_Encoding="gzip"),
    }),
    *entries("bomb", "too_large", {
        "sitemap .gz": http(bomb("gzip"), kind="application/gzip"),
        "sitemap .gz sent as gzip": http(gzip.compress(bomb("gzip")), kind="application/gzip", Content_Encoding="gzip"),
    }, "sitemap"),
    *entries("bomb", "too_large not_a_feed", {
        "sitemap .gz three times": http(gzip.compress(gzip.compress(bomb("gzip"))), kind="application/gzip"),
    }, "sitemap"),
    *entries("bomb", "too_large", {"feed": http(bomb("gzip"), Content_Encoding="gzip")}),
]  # fmt: skip

HTTP = [
    *pages("http", "too_large connection_error", {
        "a length of a terabyte": http() .replace(b"Content-Length: 0", b"Content-Length: 1000000000000"),
        "an endless body": flood(b"x" * 100_000, OPEN + b"\r\n"),
        "endless chunks": flood(b"186a0\r\n" + b"x" * 100_000 + b"\r\n", CHUNKED),
        "a flood of headers": OPEN + b"X-A: " + b"y" * 200 + b"\r\n" + b"X-B: 1\r\n" * 60_000 + b"\r\n",
        "one endless header": flood(b"y" * 10_000, OPEN + b"X-A: "),
        "a body over the limit": http(b"x" * 11 * MB),
        "a flood of trailers": CHUNKED + b"1\r\nx\r\n0\r\n" + b"X-B: 1\r\n" * 60_000 + b"\r\n",
        "one endless chunk extension": flood(b"y" * 10_000, CHUNKED + b"1;"),
    }),
    *pages("http", "connection_error", {
        "less than was promised": http(b"x" * 10).replace(b"Content-Length: 10", b"Content-Length: 1000"),
        "a negative length": http(article()).replace(b"Content-Length: ", b"Content-Length: -"),
        "a length in words": http(article()).replace(b"Content-Length: ", b"Content-Length: many"),
        "two lengths": http(b"xx").replace(b"Content-Length: 2", b"Content-Length: 2\r\nContent-Length: 1"),
        "chunks of no size": CHUNKED + b"zz\r\nxx\r\n",
        "chunks of negative size": CHUNKED + b"-5\r\nxx\r\n",
        "chunks that break off": CHUNKED + b"ffff\r\nxx\r\n",
        "closed at once": b"",
        "closed within the status line": b"HTTP/1",
        "closed within the headers": OPEN,
        "reset at once": reset(),
        "reset within the body": reset(OPEN + b"Content-Length: 1000\r\n\r\nxx"),
        "a page without a head": article(),
        "the greeting of another protocol": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "a status in words": b"HTTP/1.1 fine OK\r\n\r\n" + article(),
        "garbage": bytes(range(256)) * 40,
        "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
    }),
    *pages("http", "connection_error timeout too_large", {
        "interim answers in thousands": b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000,
    }),
    *pages("http", "ok", {
        "a folded header": http(article(), X_Folded="a\r\n  b"),
        "a line that is no header": http(article(), X_A="b\r\nno colon here"),
        "line feeds alone": http(article()).replace(b"\r\n", b"\n", 4),
        "cookies in plenty": http(article(), Set_Cookie="\r\nSet-Cookie: ".join(f"c{i}=v" for i in range(500))),
        "NUL in a header": http(article(), X_A="a\0b"),
        "one interim answer": b"HTTP/1.1 103 Early Hints\r\n\r\n" + http(article()),
        "HTTP/1.0": http(article()).replace(b"HTTP/1.1", b"HTTP/1.0"),
    }),
]  # fmt: skip

ERRORS = [s.value for s in HTTPStatus if s.value >= 400] + [420, 444, 499, 520, 521, 525, 526, 529, 599, 799, 999]
STATUSES = [
    *pages("status", "http_error", {
        **{f"{status}": http(article(), f"{status} {status}") for status in ERRORS},
        "300 without a place": http(article(), "300 Multiple Choices"),
        "302 without a place": http(article(), "302 Found"),
        "305": http(article(), "305 Use Proxy", Location="http://127.0.0.1/"),
        "206 unasked": http(article(), "206 Partial Content", Content_Range="bytes 0-99/100000"),
        "205": http("", "205 Reset Content"),
        "226": http(article(), "226 IM Used"),
        "000": http(article(), "000 Nothing"),
    }),
    Case("202", "status", "ok bot_wall", http(article(), "202 Accepted")),
    Case("204", "status", "empty", b"HTTP/1.1 204 No Content\r\n\r\n"),
    Case("304 unasked", "status", "http_error", b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    Case("304 of a feed unasked", "status", "http_error", entry=b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    Case("204 of a feed", "status", "http_error empty", entry=b"HTTP/1.1 204 No Content\r\n\r\n"),
]  # fmt: skip


def hops(most: int) -> Serve:
    """Redirects that count upwards and end in an article."""

    async def serve(talk: Talk) -> None:
        number = int(talk.path.partition("?n=")[2] or 0)
        await talk.send(to(f"/a?n={number + 1}") if number < most else http(article()))

    return serve


REDIRECTS = [
    *pages("redirect", "http_error connection_error", {
        "to itself": to("/a"),
        "a long chain": hops(50),
        **{f"to {url.partition(':')[0]}:": to(url) for url in (
            "file:///etc/passwd", "data:text/html,<h1>x</h1>", "javascript:alert(1)", "ftp://127.0.0.1/a",
            "gopher://127.0.0.1/a", "ws://127.0.0.1/a", "about:blank", "view-source:http://127.0.0.1/")},
        "to a user name": to("http://user:secret@127.20.0.1/"),
        "to nowhere": to(""),
        "to an address that is none": to("http://[::1/"),
        "to an address of a megabyte": to("/" + "a" * 200_000),
        "to port 0": to("http://127.20.0.1:0/"),
        "to port 99999": to("http://127.20.0.1:99999/"),
        "to another user name by backslash": to("http://127.20.0.1\\@127.0.0.1/"),
    }),
    *pages("redirect", "connection_error", {"to a closed port": to("http://127.20.255.1:9/")}),
    *pages("redirect", "ok", {"three hops": hops(3), "five hops": hops(5),
                              "a fragment": hops(1)}),
]  # fmt: skip


def dtd(declarations: str, title: str) -> Serve:
    """A feed with a document type."""
    return http(
        f"<?xml version='1.0'?><!DOCTYPE rss [{declarations}]><rss version='2.0'><channel><title>T</title><item>"
        f"<title>{title}</title><link>/b</link></item></channel></rss>",
        kind="application/rss+xml",
    )


LAUGHS = "<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 11))
XML = [
    *entries("xml-attack", "ok", {
        "entity of a file": dtd("<!ENTITY a SYSTEM 'file:///etc/passwd'>", "x &a; y"),
        "entity of a device": dtd("<!ENTITY a SYSTEM 'file:///dev/zero'>", "x &a; y"),
        "entity of an address": dtd("<!ENTITY a SYSTEM 'http://127.0.0.1:77777/xml'>", "x &a; y"),
        "parameter entity of an address": dtd("<!ENTITY % a SYSTEM 'http://127.0.0.1:77777/xml'> %a;", "x"),
        "document type at an address": http(
            "<!DOCTYPE rss SYSTEM 'http://127.0.0.1:77777/xml'><rss><channel><item><title>x</title><link>/b</link>"
            "</item></channel></rss>", kind="text/xml"),
        "included address": http(
            "<rss xmlns:xi='http://www.w3.org/2001/XInclude'><channel><item><title>x</title><link>/b</link>"
            "<xi:include href='http://127.0.0.1:77777/xml'/></item></channel></rss>", kind="text/xml"),
        "style sheet at an address": http(
            "<?xml version='1.0'?><?xml-stylesheet href='http://127.0.0.1:77777/xml' type='text/xsl'?><rss><channel>"
            "<item><title>x</title><link>/b</link></item></channel></rss>", kind="text/xml"),
        "NUL bytes": http("<rss><channel><item><title>a\0b</title><link>/b</link></item></channel></rss>",
                          kind="text/xml"),
        "characters that are none": http(
            "<rss><channel><item><title>a&#xD800;b&#0;c&#x110000;</title><link>/b</link></item></channel></rss>",
            kind="text/xml"),
        "names in 50,000 spaces": http(
            "<rss " + " ".join(f"xmlns:n{i}='u:{i}'" for i in range(50_000))
            + "><channel><item><title>x</title><link>/b</link></item></channel></rss>", kind="text/xml"),
        "a title of four megabytes": feed("/b", title="x" * 3_900_000),
        "a comment of four megabytes": http(
            f"<rss><!--{'-x' * 2 * MB}--><channel><item><title>x</title><link>/b</link></item></channel></rss>",
            kind="text/xml"),
    }),
    *entries("xml-attack", "ok not_a_feed empty too_large", {
        "billion laughs": dtd(LAUGHS, "&a10;"),
        "100,000 levels": http("<rss>" + "<channel>" * 100_000 + "</channel>" * 100_000 + "</rss>", kind="text/xml"),
        "100,000 levels that stay open": http("<rss>" + "<a>" * 100_000, kind="text/xml"),
        "100,000 attributes": http(
            "<rss><channel><item " + " ".join(f"a{i}='1'" for i in range(100_000))
            + "><title>x</title><link>/b</link></item></channel></rss>", kind="text/xml"),
        "one attribute of ten megabytes": http(
            f"<rss><channel><item a='{'x' * 10 * MB}'><title>x</title><link>/b</link></item></channel></rss>",
            kind="text/xml"),
        "a million items": http(
            "<rss><channel>" + "<item/>" * 1_000_000 + "</channel></rss>", kind="text/xml"),
    }),
    *entries("xml-attack", "ok not_a_feed empty too_large", {
        "sitemap of billion laughs": http(
            f"<!DOCTYPE urlset [{LAUGHS}]><urlset><url><loc>http://127.20.0.1/&a10;</loc></url></urlset>",
            kind="text/xml"),
        "index of itself": http("<sitemapindex><sitemap><loc>/entry</loc></sitemap></sitemapindex>", kind="text/xml"),
        "index of 100,000 sitemaps": http(
            "<sitemapindex>" + "".join(f"<sitemap><loc>/s{i}</loc></sitemap>" for i in range(100_000))
            + "</sitemapindex>", kind="text/xml"),
    }, "sitemap"),
    *entries("xml-attack", "ok not_a_feed empty too_large", {
        "JSON of 100,000 levels": http("[" * 100_000, kind="application/feed+json"),
        "JSON of an endless number": http('{"items": [' + "9" * 5_000_000 + "]}", kind="application/feed+json"),
    }, "json"),
]  # fmt: skip

HTML = [
    *pages("page-size", "ok empty too_large extraction_failed", {
        "99,000 levels": http("<html><body>" + "<div>" * 99_000 + "x"),
        "33,000 tables": http("<html><body>" + "<table><tr><td>" * 33_000 + "x"),
        "100,000 attributes": http("<html><body " + " ".join(f"a{i}=1" for i in range(100_000)) + "><p>x</p>"),
        "one line of four megabytes": http(article(more="x" * 3_900_000)),
        "words in four megabytes": http(article(more="Example Robotics and Sample Telecom join forces. " * 79_000)),
        "capital words in four megabytes": http(article(more="Alpha Beta Gamma Delta Epsilon Zeta Eta " * 97_000)),
        "49,000 links": http(article(more="".join(f"<a href=/p{i}>p {i}</a> " for i in range(49_000)))),
        "9,000 rows of a table": http(article(more="<table>" + "<tr><td>word<td>5" * 9_000 + "</table>")),
        "29,000 line breaks": http(article(more="word<br>" * 29_000)),
        "linked data in 600,000 levels": http(article(
            head="<script type='application/ld+json'>" + '{"a":' * 600_000 + "1" + "}" * 600_000 + "</script>")),
        "attributes of four megabytes": http(article(more=f"<p title='{'y' * 10_000}'>x</p>" * 380)),
        "99,000 elements": http("<html><body>" + "<b>" * 99_000),
        "99,000 paragraphs": http("<html><body>" + "<p>x y" * 99_000),
        "99,000 brackets": http("<html><body>" + "<" * 99_000),
        "millions of ampersands": http("<html><body>" + "&" * 3_900_000),
        "a million entities": http("<html><body><p>" + "&nbsp;&hearts;" * 270_000),
        "a million comments": http("<html><body>" + "<!---->" * 99_000 + "<p>x</p>"),
        "a script of four megabytes": http(article(head=f"<script>{'a=1;' * 970_000}</script>")),
        "linked data of four megabytes": http(
            article(head=f"<script type='application/ld+json'>{'[' * 3_900_000}</script>")),
        "linked data that repeats": http(
            article(head='<script type="application/ld+json">{"@graph":[' + '{"@type":"NewsArticle"},' * 100_000
                    + "{}]}</script>")),
        "dates in plenty": http(article(more="12 March 2024, 13:45. " * 100_000)),
        "spaces in four megabytes": http(article(more=f"<pre>{' ' * 3_900_000}x</pre>")),
        "quotes in plenty": http(article(more="“" * MB)),
        "marks over marks": http(article(more="e" + "́" * 2 * MB)),
        "NUL bytes": http(article(more="\0" * 10_000)),
        "lone surrogates": http(article(more="&#xD800; &#55357;") + b"\xed\xa0\x80"),
        "a title of a megabyte": http(article(title="Two firms " * 100_000)),
    }),
    *pages("page-size", "too_large", {
        "200,000 links": http(article(more="".join(f"<a href=/p{i}>p {i}</a> " for i in range(200_000)))),
        "200,000 cells of a table": http(article(more="<table><tr>" + "<td>x</td>" * 200_000 + "</table>")),
        "five megabytes in one line": http(article(more="x" * 5 * MB)),
        "three million elements": http("<html><body>" + "<b>" * 3_000_000),
        "nine megabytes in one line": http(article(more="x" * 9 * MB)),
    }),
    *entries("page-size", "ok empty too_large not_a_feed", {
        "a listing of 200,000 links": http(
            article(more="".join(f"<a href=/news/a-long-slug-{i}>A title of news {i}</a>" for i in range(200_000)))),
        "a listing of 100,000 attributes": http("<html><body " + " ".join(f"a{i}=1" for i in range(100_000)) + ">"),
        "a listing of attributes behind a quote": http(
            """<html><body a=">" b='<' """ + " ".join(f"a{i}=1" for i in range(100_000)) + ">"),
        "a listing of 100,000 levels": http("<html><body>" + "<div>" * 100_000 + "<a href=/news/one-two-three>x</a>"),
        "a listing of nine megabytes in one line": http(article(more="x" * 9 * MB)),
    }, "listing"),
    *pages("page-size", "not_html empty", {
        "an image": http(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100),
        "a PDF": http(b"%PDF-1.7\n" + bytes(range(256)) * 100),
        "a zip file": http(b"PK\x03\x04\x14\0\0\0" + bytes(range(256)) * 100),
        "a page that is also an image": http(b"GIF89a/*\0" + article() + b"*/"),
    }),
]  # fmt: skip

CASES = [*SLOW, *BOMBS, *HTTP, *STATUSES, *REDIRECTS, *XML, *HTML]
Served = Callable[[Case], Serve]
