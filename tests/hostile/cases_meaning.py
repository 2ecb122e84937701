"""Feeds that mean something else than they say: addresses, identities, dates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.hostile.case import FEED, Case, Seen
from tests.hostile.texts import item, page, paragraphs, rss
from tests.outlet_server import Reply

A, B, C = "Quay one reopens", "Quay two closes", "Quay three floods"
NOW = datetime.now(UTC)


def _told(title: str) -> str:
    """A page with a text of its own."""
    return page(title, body=f"<p>{title}, the harbour office says, after a long night of work on the pumps and gates.</p>"
                + paragraphs())


def _feed(*items: str, **headers: str) -> Reply:
    return Reply(rss(*items), FEED, headers={k.replace("_", "-"): v for k, v in headers.items()})


def _semantic(name: str, items: Sequence[str], pages: dict[str, Any], stored: Sequence[str],
              check: Callable[[Sequence[Seen]], None] | None = None, **more: Any) -> Case:
    return Case("feed-semantics", name, {"/feed": _feed(*items), **pages}, stored, check=check, **more)


def _left_out(number: int, of: int) -> Callable[[Sequence[Seen]], None]:
    def check(passes: Sequence[Seen]) -> None:
        assert passes[-1].polls[0] == ("ok", f"{number} of {of} entries left out: no address of a page")
    return check


def _only_paths(*paths: str) -> Callable[[Sequence[Seen]], None]:
    def check(passes: Sequence[Seen]) -> None:
        assert set(passes[-1].addresses) == set(paths)
    return check


_GOOD = item(A, "{base}/a-1")
_PAGE = {"/a-1": _told(A)}
_SAME_GUID = '<guid isPermaLink="false">story-7</guid>'

SEMANTICS = [
    _semantic("the same guid for different stories", [item(A, "{base}/a-1", _SAME_GUID), item(B, "{base}/b-2", _SAME_GUID)],
              {**_PAGE, "/b-2": _told(B)}, (A, B)),
    _semantic("an empty guid", [item(A, "{base}/a-1", "<guid></guid>"), item(B, "{base}/b-2", "<guid/>")],
              {**_PAGE, "/b-2": _told(B)}, (A, B)),
    Case("feed-semantics", "a changed guid for the same story", {"/feed": _feed(_GOOD), **_PAGE}, (A,),
         then=[{"/feed": _feed(item(A, "{base}/a-1", "<guid>new-guid</guid>"))}],
         check=lambda passes: _once(passes, "/a-1")),
    Case("feed-semantics", "a changed address for the same story", {"/feed": _feed(_GOOD), "/a-1": _told(A)}, (A,),
         then=[{"/feed": _feed(item(A, "{base}/a-1-renamed")), "/a-1-renamed": _told(A)}],
         outcomes={"/a-1": "ok", "/a-1-renamed": "duplicate"}),
    _semantic("no link but a guid that is an address", [f"<item><title>{A}</title><guid>{{base}}/a-1</guid></item>"],
              _PAGE, (A,)),
    _semantic("no link, and the guid's address is no permalink", [
        f'<item><title>{A}</title><guid isPermaLink="false">{{base}}/news/2026/a-1</guid></item>'],
        {"/news/2026/a-1": _told(A)}, (A,)),
    _semantic("no link but an enclosed page", [
        f'<item><title>{A}</title><enclosure url="{{base}}/a-1" type="text/html" length="1"/></item>'], _PAGE, (A,)),
    _semantic("an enclosed film is no page", [_GOOD, f'<item><title>{B}</title><enclosure url="{{base}}/b.mp4" '
              'type="video/mp4" length="1"/></item>'], _PAGE, (A,), _left_out(1, 2)),
    _semantic("nothing but a title", [_GOOD, f"<item><title>{B}</title></item>", "<item/>"], _PAGE, (A,), _left_out(2, 3)),
    Case("feed-semantics", "titles only", {"/feed": _feed("<item><title>x</title></item>")}, (), poll="empty",
         check=lambda passes: _reason(passes, "none of 1 entries has an address of a page")),
    _semantic("scripts, mail and data as links", [_GOOD, item(B, "javascript:void(0)"), item(B, "mailto:a@b.example"),
              item(B, "data:text/html,x")], _PAGE, (A,), _left_out(3, 4)),
    _semantic("a script as link and the address as guid", [
        f"<item><title>{A}</title><link>javascript:open()</link><guid>{{base}}/a-1</guid></item>"], _PAGE, (A,)),
    _semantic("relative links", [item(A, "/a-1"), item(B, "b-2"), item(C, "../c-3")],
              {**_PAGE, "/b-2": _told(B), "/c-3": _told(C)}, (A, B, C)),
    _semantic("a link without scheme", [item(A, "{base}/a-1".replace("http:", ""))], _PAGE, (A,)),
    Case("feed-semantics", "xml:base", {
        "/feed": Reply('<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{base}/deep/">'
                       f'<entry xml:base="er/"><title>{A}</title><link href="a-1"/></entry></feed>', FEED),
        "/deep/er/a-1": _told(A)}, (A,)),
    _semantic("white space around and inside a link", [item(A, "\n  {base}/a-1\n"), item(B, "{base}/b 2")],
              {**_PAGE, "/b%202": _told(B)}, (A, B)),
    _semantic("letters beyond ASCII in a link", [item(A, "{base}/기사/1"), item(B, "{base}/r%C3%A9gion?q=é")],
              {"/%EA%B8%B0%EC%82%AC/1": _told(A), "/r%C3%A9gion?q=%C3%A9": _told(B)}, (A, B)),
    _semantic("fragments are no other page", [item(A, "{base}/a-1#top"), item(A, "{base}/a-1#comments")], _PAGE, (A,),
              _only_paths("/a-1")),
    _semantic("entities twice in a link", [item(A, "{base}/a?x=1&amp;amp;y=2"), item(B, "{base}/b-2")],
              {"/a?x=1&y=2": _told(A), "/a?x=1&amp;y=2": _told(A), "/b-2": _told(B)}, (A, B)),
    _semantic("the front page as an entry", [_GOOD, item("Home", "{base}/")], _PAGE, (A,), _only_paths("/a-1")),
    _semantic("the feed as its own entry", [_GOOD, item("Feed", "{base}/feed")], _PAGE, (A,),
              outcomes={"/feed": "not_html"}),
    _semantic("an entry that leads to another host", [item(A, "{base2}/a-1")], {"2 /a-1": _told(A)}, (A,), hosts=2),
    _semantic("an address of 3,000 letters", [_GOOD, item(B, "{base}/" + "b" * 3000)], _PAGE, (A,), _left_out(1, 2)),
    _semantic("a user name in the address", [_GOOD, item(B, "http://me:secret@127.0.0.9/b-2")], _PAGE, (A,),
              _left_out(1, 2)),
    Case("feed-semantics", "Atom with several links", {
        "/feed": Reply(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>{A}</title>'
                       '<link rel="self" href="{base}/api/1"/><link rel="replies" href="{base}/a-1#c"/>'
                       '<link rel="alternate" type="application/pdf" href="{base}/a.pdf"/>'
                       '<link rel="alternate" type="text/html" href="{base}/a-1"/></entry></feed>', FEED), **_PAGE}, (A,),
         check=_only_paths("/a-1")),
    _semantic("two links in one item", [f"<item><title>{A}</title><link>{{base}}/a-1</link><link>{{base}}/b-2</link></item>"],
              _PAGE, (A,)),
    _semantic("a title that is the address", [item("{base}/a-1", "{base}/a-1")], _PAGE, (A,)),
    _semantic("no title", ["<item><link>{base}/a-1</link></item>"], _PAGE, (A,)),
]


def _once(passes: Sequence[Seen], path: str) -> None:
    assert passes[-1].asked.count(path) == 1


def _reason(passes: Sequence[Seen], reason: str) -> None:
    assert passes[0].polls[0][1] == reason


def _dated(name: str, date: str, expected: datetime | None, *, tag: str = "pubDate", country: str = "") -> Case:
    """`expected` None: the date cannot be true, so the time of the first sight stands in.

    A date like "40 minutes ago" moves with the time at which the pass comes to it.
    """
    def check(passes: Sequence[Seen]) -> None:
        [article] = passes[-1].articles
        stored = datetime.fromisoformat(article["published_at"]).replace(tzinfo=UTC)
        wanted = NOW if expected is None else expected
        slack = timedelta(minutes=1 if wanted < NOW - timedelta(days=2) else 10)
        assert abs(stored - wanted) < slack, (date, stored)
    return Case("dates", name, {"/feed": _feed(item(A, "{base}/a-1", f"<{tag}>{date}</{tag}>" if date else "")), **_PAGE},
                (A,), check=check, more=f"country: {country}\n" if country else "")


_TEN = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
DATES = [
    _dated("no date", "", None),
    _dated("an empty date", " ", None),
    _dated("RFC 822 with an offset", "Mon, 02 Nov 2026 19:00:00 +0900", _TEN),
    _dated("RFC 822 with a zone's name", "Mon, 02 Nov 2026 19:00:00 KST", _TEN),
    _dated("a wrong weekday", "Sun, 02 Nov 2026 10:00:00 GMT", _TEN),
    _dated("no weekday, year of two digits", "02 Nov 26 10:00 GMT", _TEN),
    _dated("no zone in Korea", "2026-11-02 19:00:00", _TEN, country="KR"),
    _dated("no zone, country unknown", "2026-11-02 10:00:00", _TEN),
    _dated("Korean", "2026년 11월 2일 오후 7시 0분", _TEN, country="KR"),
    _dated("Japanese", "2026年11月2日 19時00分", _TEN, country="JP"),
    _dated("Chinese afternoon", "2026年11月2日 下午6:00", _TEN, country="CN"),
    _dated("German month", "Mo, 02 November 2026 11:00:00 +0100", _TEN),
    _dated("German month with umlaut", "2. März 2026 11:00 +0100", datetime(2026, 3, 2, 10, tzinfo=UTC)),
    _dated("French month", "lun., 02 févr. 2026 11:00:00 +0100", datetime(2026, 2, 2, 10, tzinfo=UTC)),
    _dated("Spanish month", "2 de enero de 2026 10:00 GMT", datetime(2026, 1, 2, 10, tzinfo=UTC)),
    _dated("Russian month", "02 ноября 2026 10:00 GMT", _TEN),
    _dated("ISO with a fraction of nine digits", "2026-11-02T10:00:00.123456789Z", _TEN, tag="published"),
    _dated("seconds since 1970", str(int(_TEN.timestamp())), _TEN),
    _dated("milliseconds since 1970", str(int(_TEN.timestamp() * 1000)), _TEN),
    _dated("year 0", "0000-00-00 00:00:00", None),
    _dated("year 1970", "Thu, 01 Jan 1970 00:00:00 GMT", None),
    _dated("year 9999", "9999-12-31T23:59:59Z", None),
    _dated("a year ahead", (NOW + timedelta(days=365)).strftime("%a, %d %b %Y %H:%M:%S GMT"), None),
    _dated("the 32nd of a month", "Mon, 32 Nov 2026 10:00:00 GMT", None),
    _dated("the 13th month", "2026-13-02T10:00:00Z", None),
    _dated("25 o'clock", "Mon, 02 Nov 2026 25:61:00 GMT", None),
    _dated("29 February of a common year", "2026-02-29T10:00:00Z", None),
    _dated("an offset of 99 hours", "Mon, 02 Nov 2026 10:00:00 +9900", None),
    _dated("hours ago", "3 hours ago", NOW - timedelta(hours=3)),
    _dated("hours ago in Korean", "3시간 전", NOW - timedelta(hours=3)),
    _dated("minutes ago in Japanese", "40分前", NOW - timedelta(minutes=40)),
    _dated("words", "yesterday-ish", None),
    _dated("a thousand digits", "1" * 1000, None),
]
