"""Ways to an address inside: spellings of hosts, names that resolve inwards, and the hops that lead there."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.harm_server import Host, Serve, article, feed, http, to

PORT = "77777"  # stands for the canary's port, as in `harm_pass`
HOSTS = (
    "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1",
    "017700000001", "0x7f.1", "127.000.000.001", "localhost", "LOCALHOST", "localhost.", "[::1]", "[::]",
    "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fe80::1%25lo]", "[::1%25lo]", "0.0.0.0", "0",
    "255.255.255.255", "224.0.0.1", "169.254.169.254", "[fd00:ec2::254]", "100.64.0.1", "10.0.0.1", "172.16.0.1",
    "192.168.1.1", "198.18.0.1", "１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1", "ⓛocalhost", "%31%32%37.0.0.1",
    "127.0.0.1%00.example.org", "example.org@127.0.0.1", "example.org:80@127.0.0.1", "127.0.0.1#@example.org",
    "127.0.0.1\\@example.org", "example.org\\@127.0.0.1", "inner.test", "other.inner.test", "metadata.test",
    "both.test", "rebind.test", "six.test", "nat.test", "zero.test",
)  # fmt: skip
# What the name server answers, in turn. `rebind.test` is public when it is checked and inside when it is used.
NAMES = {
    "inner.test": [["127.0.0.1"]],
    "other.inner.test": [["127.0.0.53"]],
    "metadata.test": [["169.254.169.254"]],
    "both.test": [["127.20.9.9", "127.0.0.1"]],
    "rebind.test": [["127.20.9.9"], ["127.0.0.1"]],
    "six.test": [["::1"]],
    "nat.test": [["64:ff9b::7f00:1"]],
    "zero.test": [["0.0.0.0"]],
}


@dataclass(frozen=True)
class Way:
    """One way in: the answers of an outlet by path, and the kind of its entry point."""

    name: str
    serves: dict[str, Serve]
    kind: str = "feed"

    @property
    def id(self) -> str:
        """Its name in the output of the tests."""
        return f"ssrf: {self.name}"


def inside(host: str, path: str = "/secret") -> str:
    """An address of the canary."""
    return f"http://{host}:{PORT}{path}"


C = inside("127.0.0.1")
XML = "application/xml"
HOPS = (
    *(Way(f"redirect {status}", {"/entry": feed("/a"), "/a": to(C, f"{status} x")})
      for status in (301, 302, 303, 307, 308)),
    Way("redirect of the feed", {"/entry": to(C)}),
    Way("redirect after a redirect", {"/entry": feed("/a"), "/a": to("/b"), "/b": to(C)}),
    Way("redirect to a name that resolves inside", {"/entry": feed("/a"), "/a": to(inside("inner.test"))}),
    Way("redirect to a name that changes", {"/entry": feed("/a"), "/a": to(inside("rebind.test"))}),
    Way("redirect without a scheme", {"/entry": feed("/a"), "/a": to(f"//127.0.0.1:{PORT}/secret")}),
    Way("redirect of robots.txt", {"/robots.txt": to(C), "/entry": feed("/a"), "/a": http(article())}),
    Way("redirect to https", {"/entry": feed("/a"), "/a": to(C.replace("http:", "https:"))}),
    Way("sitemap named by robots.txt", {
        "/robots.txt": http(f"User-agent: *\nSitemap: {C}\n", kind="text/plain"), "/entry": feed("/a"),
        "/a": http(article())}),
    Way("sitemap named by an index", {
        "/entry": http(f"<sitemapindex><sitemap><loc>{C}</loc></sitemap></sitemapindex>", kind=XML)}, "sitemap"),
    Way("page named by a sitemap", {
        "/entry": http(f"<urlset><url><loc>{C}</loc></url></urlset>", kind=XML)}, "sitemap"),
    Way("meta refresh", {
        "/entry": feed("/a"), "/a": http(article(head=f"<meta http-equiv=refresh content='0;url={C}'>"))}),
    Way("refresh header", {"/entry": feed("/a"), "/a": http(article(), Refresh=f"0; url={C}")}),
    Way("canonical", {"/entry": feed("/a"), "/a": http(article(head=f"<link rel=canonical href='{C}'>"))}),
    Way("link header", {"/entry": feed("/a"), "/a": http(article(), Link=f"<{C}>; rel=canonical")}),
    Way("og:url, picture and frame", {"/entry": feed("/a"), "/a": http(article(
        head=f"<meta property=og:url content='{C}'><meta property=og:image content='{C}'><link rel=amphtml href='{C}'>",
        more=f"<iframe src='{C}'></iframe><img src='{C}'>"))}),
    Way("base of a listing", {"/entry": http(
        f"<html><head><base href='{C}'></head><body><h2><a href=/news/2026/11/one-two-three>A long title of a story"
        "</a></h2></body></html>")}, "listing"),
    Way("base of a feed", {"/entry": http(
        f"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='{C}'><entry><title>x</title><link href='/x'/></entry>"
        "</feed>", kind=XML)}),
    Way("enclosure and permalink", {"/entry": http(
        f"<rss><channel><item><title>x</title><guid isPermaLink='true'>{C}</guid><enclosure url='{C}'/></item>"
        "</channel></rss>", kind=XML)}),
    Way("JSON feed", {
        "/entry": http(json.dumps({"items": [{"url": C, "title": "x"}]}), kind="application/json")}, "json"),
    Way("AMP cache inside", {"/entry": feed(f"https://x.cdn.ampproject.org/c/127.0.0.1:{PORT}/secret")}),
    Way("AMP viewer inside", {"/entry": feed(f"https://www.google.com/amp/127.0.0.1:{PORT}/s.ht")}),
)  # fmt: skip
WAYS = (
    *(Way(f"link to {host}", {"/entry": feed(inside(host))}) for host in HOSTS),
    *(Way(f"feed at {host}", {}) for host in ("127.0.0.1", "localhost", "2130706433", "[::1]", "inner.test")),
    *HOPS,
)


def host_of(way: Way, number: int, canary: int) -> Host:
    """The outlet of a way in. A port in the place of another of five digits keeps every length right."""
    port = str(canary).encode()
    serves = {p: s.replace(PORT.encode(), port) if isinstance(s, bytes) else s for p, s in way.serves.items()}
    return Host(f"127.21.{number // 200}.{number % 200 + 1}", serves)
