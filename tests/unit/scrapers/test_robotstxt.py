"""robots.txt as RFC 9309 reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers import robotstags, robotstxt

US = "User-agent: pactwatch\n"
ALL = "User-agent: *\n"
# The name of the case, the file, an address, and whether it may be fetched.
CASES = [
    ("an empty file allows", "", "/a", True),
    ("a web page instead allows", "<html><body>Disallow: /</body></html>", "/a", True),
    ("everything is banned", ALL + "Disallow: /", "/a", False),
    ("an empty ban bans nothing", ALL + "Disallow:", "/a", True),
    ("our group counts, not that of all", ALL + "Disallow: /\n" + US + "Disallow: /x", "/a", True),
    ("our group without rules allows", ALL + "Disallow: /\n\n" + US, "/a", True),
    ("our name in capitals", "User-Agent: PACTWATCH\nDisallow: /", "/a", False),
    ("our name with a version", "User-agent: Pactwatch/1.0 (x)\nDisallow: /", "/a", False),
    ("the beginning of our name is another's", "User-agent: pact\nDisallow: /", "/a", True),
    ("the end of our name is another's", "User-agent: watch\nDisallow: /", "/a", True),
    ("a longer name is another's", "User-agent: pactwatch-news\nDisallow: /", "/a", True),
    ("groups are merged", US + "Disallow: /a\n" + ALL + "Disallow: /c\n" + US + "Disallow: /b", "/b", False),
    ("a group of several names", "User-agent: x\nUser-agent: pactwatch\nDisallow: /", "/a", False),
    ("what is unknown ends no group", "User-agent: x\nNoindex: y\nSitemap: z\n" + US + "Disallow: /", "/a", False),
    ("rules before any name", "Disallow: /\n" + US, "/a", True),
    ("the longest rule decides", ALL + "Disallow: /a\nAllow: /a/b", "/a/b/c", True),
    ("the longest rule decides, whatever the order", ALL + "Allow: /a/b\nDisallow: /a", "/a/b/c", True),
    ("of two as long, the one that allows", ALL + "Disallow: /a\nAllow: /a", "/a", True),
    ("paths tell capitals", ALL + "Disallow: /A", "/a", True),
    ("a wildcard", ALL + "Disallow: /*/print", "/a/b/print?x", False),
    ("a wildcard at the end", ALL + "Disallow: /a*", "/abc", False),
    ("an end", ALL + "Disallow: /*.pdf$", "/a.pdf", False),
    ("an end that is none", ALL + "Disallow: /*.pdf$", "/a.pdf?x=1", True),
    ("an end without a wildcard", ALL + "Disallow: /a$", "/ab", True),
    ("the query counts", ALL + "Disallow: /*?print=", "/a?print=1", False),
    ("a dollar inside is one", ALL + "Disallow: /a$b", "/a$b", False),
    ("a star of an address is no wildcard", ALL + "Disallow: /a%2A", "/a*", False),
    ("encoded letters are letters", ALL + "Disallow: /%61b", "/ab", False),
    ("letters are encoded letters", ALL + "Disallow: /ab", "/%61b", False),
    ("an encoded slash is none", ALL + "Disallow: /a%2Fb", "/a/b", True),
    ("letters beyond ASCII", ALL + "Disallow: /기사", "/%EA%B8%B0%EC%82%AC/1", False),
    ("encoding in small letters", ALL + "Disallow: /%ea%b8%b0", "/%EA%B8%B0", False),
    ("a byte order mark", "\ufeff" + ALL + "Disallow: /", "/a", False),
    ("line ends of Windows", ALL.replace("\n", "\r\n") + "Disallow: /\r\n", "/a", False),
    ("line ends of old Macs", ALL.replace("\n", "\r") + "Disallow: /\r", "/a", False),
    ("comments", "# x\n" + ALL + "Disallow: / # y\n", "/a", False),
    ("spaces", "  User-agent :  *  \n  Disallow :  /  ", "/a", False),
    ("names in any capitals", "USER-AGENT: *\nDISALLOW: /", "/a", False),
    ("a mistyped ban is one", ALL + "Dissallow: /", "/a", False),
    ("a ban without a colon is one", ALL + "Disallow /", "/a", False),
    ("robots.txt itself is never banned", ALL + "Disallow: /", "/robots.txt", True),
    ("the front page", ALL + "Disallow: /$", "", False),
    ("a thousand wildcards end soon", ALL + "Disallow: /" + "*a" * 1000 + "$", "/" + "a" * 5000 + "b", True),
]  # fmt: skip


@pytest.mark.parametrize(("file", "path", "allowed"), [c[1:] for c in CASES], ids=[f"robots: {c[0]}" for c in CASES])
def test_robots_rules(file: str, path: str, allowed: bool) -> None:
    found = robotstxt.read(file.encode())
    assert found.allows("https://outlet.example" + path) is allowed
    # What is kept in the database says the same.
    assert robotstxt.parse(found.text).allows("https://outlet.example" + path) is allowed


@pytest.mark.parametrize(
    ("file", "seconds"),
    [
        (ALL + "Crawl-delay: 2.5", 2.5),
        (ALL + "Crawl-delay: 2\n" + US + "Crawl-delay: 7", 7),
        (US + "Crawl-delay: 3\nCrawl-delay: 9", 9),
        (ALL + "Crawl-delay: 10 seconds", 10),
        (ALL + "Crawl-delay: -4", 0),
        (ALL + "Crawl-delay: inf", 0),
        (ALL + "Crawl-delay: soon", 0),
        (ALL + "Request-rate: 1/60", 0),
    ],
)
def test_the_crawl_delay_is_read_and_nonsense_is_none(file: str, seconds: float) -> None:
    assert robotstxt.parse(file).delay == seconds


def test_500_kib_are_read_and_the_rule_that_is_cut_is_not() -> None:
    line = "Disallow: /" + "x" * 89 + "\n"
    body = (ALL + "Disallow: /early\n" + line * 6000 + "Disallow: /late\n").encode()
    found = robotstxt.read(body)
    assert not found.allows("https://a.example/early")
    assert found.allows("https://a.example/late")
    # Half a rule would ban more than the whole one.
    assert found.allows("https://a.example/xx")


@given(st.text(max_size=300), st.text(max_size=60))
def test_no_file_and_no_address_breaks_it(file: str, path: str) -> None:
    found = robotstxt.parse(file)
    assert found.allows("https://a.example/" + path.replace("\n", "")) in {True, False}
    assert robotstxt.parse(found.text) == found


@pytest.mark.parametrize(
    ("headers", "head", "keeps", "follows"),
    [
        ([], "", True, True),
        ([b"noindex"], "", False, True),
        ([b"NoIndex, NoFollow"], "", False, False),
        ([b"none"], "", False, False),
        ([b"noarchive, nosnippet, max-snippet: 20"], "", True, True),
        ([b"max-image-preview: large, noindex"], "", False, True),
        ([b"unavailable_after: 25 Jun 2030 15:00:00 PST"], "", True, True),
        ([b"googlebot: noindex"], "", True, True),
        ([b"pactwatch: noindex"], "", False, True),
        ([b"noindex", b"pactwatch: all"], "", True, True),
        ([], "<meta name='robots' content='noindex, follow'>", False, True),
        ([], "<META CONTENT=nofollow NAME=ROBOTS>", True, False),
        ([], '<meta name="googlebot" content="noindex">', True, True),
        ([], '<meta name="Pactwatch" content="none">', False, False),
        ([], '<meta name="robots" content="noindex"><meta name="pactwatch" content="index">', True, True),
        ([], '<meta name="robots-x" content="index">', True, True),
        ([], '<!-- <meta name="robots" content="noindex"> -->', True, True),
        ([], """<script>var x = '<meta name="robots" content="noindex">';</script>""", True, True),
        ([], '<meta data-name="robots" content="noindex">', True, True),
        ([], "<style>" + "a{}" * 60_000 + '</style><meta name="robots" content="noindex">', False, True),
        ([], '<meta name="robots" content="noindex ; nofollow">', False, False),
        ([], '<meta name="robots" content="&#110;oindex">', False, True),
        ([], '<meta name="robots" content="max-image-preview: none">', True, True),
        ([b"unavailable_after: 25 Jun 2010 15:00:00 PST"], "", False, True),
        ([b"unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, nofollow"], "", False, False),
        ([], '<meta name="robots" content="nofollow, unavailable_after: 2010-06-25">', False, False),
    ],
)
def test_a_page_says_what_robots_may_do(headers: list[bytes], head: str, keeps: bool, follows: bool) -> None:
    said = robotstags.directives(headers, f"<html><head>{head}</head>".encode())
    assert (robotstags.forbids_keeping(said) is None) is keeps
    assert (robotstags.forbids_following(said) is None) is follows
