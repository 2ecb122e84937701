"""What changes between two passes, and what servers say about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from tests.hostile.case import FEED, Case, Seen
from tests.hostile.cases_meaning import A, B, _feed, _told
from tests.hostile.texts import item, page, rss
from tests.outlet_server import Asked, Reply

DEAL = "Samsung Electronics and SK Telecom join forces in AI"
DEAL_TEXT = ("<p>Samsung Electronics and SK Telecom said on Monday that they have signed a partnership to develop artificial "
             "intelligence for mobile networks together.</p><p>The two companies will set up a joint laboratory in Suwon, "
             "where sixty engineers are to work on models that plan the load of base stations.{more}</p>")
PLAIN = "A laboratory for base stations opens in Suwon"
PLAIN_TEXT = ("<p>A laboratory for base stations has opened in Suwon, with sixty engineers who are to plan the load of "
              "antennas in the hills around the town.</p><p>The mayor cut a ribbon and said that the road to it would be "
              "paved before the winter, which neighbours had asked for since the spring.{more}</p>")


def _deal(more: str = "", title: str = DEAL, text: str = DEAL_TEXT) -> str:
    return page(title, body=text.replace("{more}", more))


def _other(first: str, second: str) -> tuple[str, str]:
    """The title and text of a deal of others: a second report of one deal would be no new alert."""
    return tuple(t.replace("Samsung Electronics", first).replace("SK Telecom", second) for t in (DEAL, DEAL_TEXT))  # type: ignore[return-value]


_TITLED, _TITLED_TEXT = _other("Hyundai Motor", "Naver")
_LATE, _LATE_TEXT = _other("LG Electronics", "KT")


def _listed(title: str, updated: str = "") -> Reply:
    changed = f"<updated>{updated}</updated>" if updated else ""
    return _feed(item(title, "{base}/a-1", f"<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate>{changed}"))


_LATER = "2099-01-01T00:00:00Z"
_CORRECTED = " <b>Correction:</b> an earlier text named another town."


def _counts(versions: int, alerts: int, hits: int | None = None) -> Callable[[Sequence[Seen]], None]:
    def check(passes: Sequence[Seen]) -> None:
        last = passes[-1]
        assert (last.versions, last.alerts) == (versions, alerts), (last.versions, last.alerts, last.hits, last.addresses)
        assert hits is None or len(last.hits) == hits
    return check


def _kept(outcome: str) -> Callable[[Sequence[Seen]], None]:
    def check(passes: Sequence[Seen]) -> None:
        first, last = passes[0].articles, passes[-1].articles
        assert len(first) == len(last) == 1
        assert (first[0]["text"], last[0]["version"]) == (last[0]["text"], 1)
        assert passes[-1].outcomes["/a-1"] == outcome, passes[-1].addresses
        assert passes[-1].asked.count("/a-1") == 2
    return check


def _later_gone(name: str, reply: Any, outcome: str) -> Case:
    return Case("change", name, {"/feed": _listed(A), "/a-1": _told(A)}, (A,),
                then=[{"/feed": _listed(A + ", says office"), "/a-1": reply}], check=_kept(outcome))


_NOT_FOUND = "<html><head><title>Page not found - Harbour News</title></head><body><h1>Page not found</h1></body></html>"

CHANGE = [
    Case("change", "a correction is a version and no second alert", {"/feed": _listed(DEAL), "/a-1": _deal()}, (DEAL,),
         then=[{"/feed": _listed(DEAL + " (corrected)"), "/a-1": _deal(_CORRECTED)}], check=_counts(1, 1)),
    Case("change", "a changed title is a version and no second alert", {"/feed": _listed(_TITLED), "/a-1": _deal(title=_TITLED, text=_TITLED_TEXT)},
         ("Update: " + _TITLED,), then=[{"/feed": _listed("Update: " + _TITLED),
                                        "/a-1": _deal(title="Update: " + _TITLED, text=_TITLED_TEXT)}],
         check=_counts(1, 1)),
    Case("change", "a correction that makes it a match alerts", {"/feed": _listed(PLAIN),
         "/a-1": _deal(title=PLAIN, text=PLAIN_TEXT)}, (_LATE,), then=[
             {"/feed": _listed(_LATE), "/a-1": _deal(title=_LATE, text=_LATE_TEXT)}],
         check=_counts(1, 1)),
    Case("change", "a title that changes alone in the feed is no version", {"/feed": _listed(A), "/a-1": _told(A)}, (A,),
         then=[{"/feed": _listed("Quay one opens again")}], check=_counts(0, 0)),
    Case("change", "corrected twice", {"/feed": _listed(A), "/a-1": _told(A)}, (A,), then=[
        {"/feed": _listed(A + " 2"), "/a-1": page(A, body="<p>" + "The second text of the harbour. " * 9 + "</p>")},
        {"/feed": _listed(A + " 3"), "/a-1": page(A, body="<p>" + "The third text of the quay wall. " * 9 + "</p>")}],
        check=_counts(2, 0)),
    Case("change", "an item that vanishes from the feed stays", {"/feed": _feed(item(A, "{base}/a-1")), "/a-1": _told(A)},
         (A, B), then=[{"/feed": _feed(item(B, "{base}/b-2")), "/b-2": _told(B)}]),
    Case("change", "a feed that becomes empty loses nothing", {"/feed": _feed(item(A, "{base}/a-1")), "/a-1": _told(A)},
         (A,), then=[{"/feed": Reply(rss(), FEED)}]),
    Case("change", "an item that comes back is not fetched again", {"/feed": _feed(item(A, "{base}/a-1")),
         "/a-1": _told(A)}, (A,), then=[{"/feed": Reply(rss(), FEED)}, {"/feed": _feed(item(A, "{base}/a-1"))}],
         check=lambda passes: _asked(passes, "/a-1", 1)),
    _later_gone("an unpublished page (404) stays in the archive", None, "http_error"),
    _later_gone("an unpublished page (410) stays in the archive", Reply("gone", status=410), "http_error"),
    _later_gone("a page that becomes a soft 404 stays", Reply(_NOT_FOUND), "soft_404"),
    _later_gone("a page that becomes empty stays", Reply("<html><body></body></html>"), "empty"),
    Case("change", "a page that now leads to the front page stays", {"/feed": _listed(A), "/a-1": _told(A),
         "/": page("Harbour News")}, (A,), then=[{"/feed": _listed(A + ", says office"),
                                                 "/a-1": Reply(status=302, headers={"Location": "/"})}],
         check=_kept("soft_404")),
    _later_gone("a page behind a paywall now keeps its whole text", Reply(page(A, body=(
        f"<p>{A}, the harbour office says, after a long night of work on the pumps and gates.</p>"
        "<p>The operator of the northern harbour said on Tuesday that it had begun to test a crane.</p>"
        "<p>Subscribe to continue reading.</p>"))), "ok"),
]


def _asked(passes: Sequence[Seen], path: str, times: int) -> None:
    assert passes[-1].asked.count(path) == times


def _polls(*outcomes: str) -> Callable[[Sequence[Seen]], None]:
    def check(passes: Sequence[Seen]) -> None:
        assert [outcome for outcome, _ in passes[-1].polls] == list(outcomes), passes[-1].polls
    return check


_TWO = {"/a-1": _told(A), "/b-2": _told(B)}
_FIRST, _SECOND = [item(A, "{base}/a-1")], [item(B, "{base}/b-2"), item(A, "{base}/a-1")]


def _matching(asked: Asked) -> Reply:
    """304 only for the right tag."""
    return Reply(status=304) if asked.headers.get("if-none-match") == '"v1"' else _feed(*_FIRST, ETag='"v1"')


def _mtime(reply: Reply, date: str) -> Callable[[Asked], Reply]:
    """A server that compares dates only: not modified where the client's is not older."""
    def answer(asked: Asked) -> Reply:
        given = asked.headers.get("if-modified-since")
        return Reply(status=304) if given and given == date else Reply(reply.body, FEED, headers={"Last-Modified": date})
    return answer


_tags = count()
_FUTURE = "Wed, 01 Jan 2087 00:00:00 GMT"

CONDITIONAL = [
    Case("conditional", "a tag that is known", {"/feed": _matching, **_TWO}, (A,), then=[{}],
         check=_polls("ok", "unchanged")),
    Case("conditional", "a tag that changes each time", {
        "/feed": lambda asked: _feed(*_FIRST, ETag=f'"{next(_tags)}"'), **_TWO}, (A,), then=[{}],
        check=_polls("ok", "unchanged")),
    Case("conditional", "no validators at all", {"/feed": _feed(*_FIRST), **_TWO}, (A,), then=[{}],
         check=_polls("ok", "unchanged")),
    Case("conditional", "304 to the first request", {"/feed": Reply(status=304), **_TWO}, (A,), "http_error",
         then=[{"/feed": _feed(*_FIRST)}], check=_polls("http_error", "ok")),
    Case("conditional", "a change date in the future hides no later entry", {
        "/feed": _mtime(_feed(*_FIRST), _FUTURE), **_TWO}, (A, B), then=[{"/feed": _mtime(_feed(*_SECOND), _FUTURE)}]),
    Case("conditional", "a change date that is none", {
        "/feed": _mtime(_feed(*_FIRST), "yesterday"), **_TWO}, (A, B), then=[{"/feed": _mtime(_feed(*_SECOND), "yesterday")}]),
    Case("conditional", "304 with a body", {
        "/feed": lambda asked: Reply("x", status=304, headers={"Content-Length": "0"}) if asked.headers.get("if-none-match")
        else _feed(*_FIRST, ETag='"a"'), **_TWO}, (A,), then=[{}], check=_polls("ok", "unchanged")),
    Case("conditional", "a weak tag", {
        "/feed": lambda asked: Reply(status=304) if asked.headers.get("if-none-match") == 'W/"a"'
        else _feed(*_FIRST, ETag='W/"a"'), **_TWO}, (A,), then=[{}], check=_polls("ok", "unchanged")),
    Case("conditional", "a broken feed's tag is not believed", {
        "/feed": Reply("<html>busy</html>", FEED, headers={"ETag": '"a"'}), **_TWO}, (A,), "not_a_feed",
        then=[{"/feed": lambda asked: Reply(status=304) if asked.headers.get("if-none-match") else _feed(*_FIRST)}]),
    Case("conditional", "a tag of 10,000 letters", {"/feed": _feed(*_FIRST, ETag='"' + "x" * 10_000 + '"'), **_TWO}, (A,),
         then=[{}], check=_polls("ok", "unchanged")),
]
