"""Whatever a page calls itself, no channel's form of it does harm: mail, JSON, feeds, plain text, thread replies."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts import stored
from alerts.blocks import parts
from alerts.channels.base import Post
from alerts.channels.feed import FeedChannel
from alerts.channels.mail import EmailChannel
from alerts.channels.services import harmless
from alerts.channels.webhook import WebhookChannel
from alerts.html import page
from alerts.message import Message, alert_message, follow_message, outlets_message
from alerts.plain import plain
from archive.entries import Entry, Outlet
from core.routes import RouteSettings
from core.settings import EmailSettings
from tests.fake_slack import problems
from tests.unit.alerts.wording import NOW, ROUTE, digest, entry

SHORT = ROUTE.model_copy(update={"format": "short"})
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
WILD = st.one_of(
    st.text(max_size=200),
    st.text(alphabet="<>&|\"'*_`!@#:/.\r\n\t\u2028\u202e\u2066\x00\x1b\x0b\u0301\ufffe\ud800=?;() amplt이a",
            max_size=200),
    st.sampled_from([
        "<!channel> <!here> <@U012345>", "<https://evil.example|bank.example>", "[bank.example](https://evil.example)",
        "x" * 12000, "", " ", "Z" + "\u0301" * 500, "\u202eevil \u2066hidden",
        "Subject\r\nBcc: all@example.org\r\n\r\n<h1>body</h1>", "=?utf-8?q?=0d=0aBcc:_x?=", "\r\n.\r\nMAIL FROM:<x@y>",
        "<script>alert(1)</script>", "\" onmouseover=\"alert(1)",
        "</title></head><body onload=x>", "]]></content><entry>",
        "javascript:alert(1)", "https://bank.example/login", "@everyone @here",
        "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:'>]>",
        "\x00\x1b[31mred\x9b", "&lt;script&gt;", "&amp;amp;lt;", "../../etc/passwd", "{{7*7}} ${x} %s",
    ]),
)


def wild_entry(title: str, sentence: str, party: str, outlet: str, url: str) -> Entry:
    return entry(title=title, sentence=sentence, bold=((0, len(sentence) // 2),) if len(sentence) > 1 else (),
                 parties=(party, "Borealis Telecom"), url=url, outlet=outlet, topics=(title[:40],),
                 outlets=(Outlet(outlet, url, False), Outlet(party, "https://news.example/2", True)))


def messages(wild: Entry) -> list[Message]:
    """A message of each kind about the entry."""
    return [
        digest([wild, entry(2)], developments=[wild]), alert_message(wild, ROUTE, [wild.title]),
        alert_message(wild, SHORT), follow_message(wild, ROUTE, f"new party: {wild.parties[0]}"),
        outlets_message(wild, ROUTE, wild.outlets),
        replace(digest([]), health=(plain(alert_message(wild, ROUTE)).replace("\n", " "),), kind="notice"),
    ]


class _Tags(HTMLParser):
    """The tags of a page, each with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.links: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in {"meta", "hr"}:
            self.open.append(tag)
        if tag == "a":
            self.links.append((dict(attrs)["href"] or "", ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "a" in self.open:
            href, text = self.links[-1]
            self.links[-1] = href, text + data


ALLOWED = {"html": set(), "head": set(), "meta": {"charset", "name", "content"}, "title": set(), "body": {"style"},
           "div": {"style"}, "h1": {"style"}, "h2": {"style"}, "p": {"style"}, "b": set(), "span": {"style"},
           "a": {"href", "style"}, "blockquote": {"style"}, "hr": {"style"}}


def check_page(html: str) -> None:
    tags = _Tags()
    tags.feed(html)
    tags.close()
    assert tags.open == []
    for tag, attributes in tags.found:
        assert set(attributes) <= ALLOWED[tag], (tag, attributes)
    for href, text in tags.links:
        assert href.startswith(("http://", "https://"))
        assert not re.search(r"bank\.example", text) or "bank.example" in href
    assert not STEERING.search(html)


@settings(max_examples=25, deadline=None)
@given(title=WILD, sentence=WILD, party=WILD, outlet=WILD, url=WILD)
@example(title="x" * 12000, sentence="x" * 12000, party="=?utf-8?q?=0d=0aBcc:_x?=", outlet="a\r\nBcc: x", url="x")
@example(title="\x1f\u202e<!channel>", sentence="Z" + "\u0301" * 500, party="삼성 " * 3000, outlet="<b>",
         url="javascript:x")
def test_no_text_of_a_stranger_makes_a_bad_message_in_any_form(
    title: str, sentence: str, party: str, outlet: str, url: str
) -> None:
    for message in messages(wild_entry(title, sentence, party, outlet, url)):
        for part in parts(message):
            assert problems(part) == []
        check_page(page(message))
        check_mail(message)
        check_json(message)
        assert not re.search(r"[<>]|@(?!\u200b)|\](?=[(\[])", harmless(plain(message)))
        assert not STEERING.search(plain(message))
        assert stored.unpack(json.loads(json.dumps(stored.pack(message)))) == message


def check_mail(message: Message) -> None:
    channel = EmailChannel("desk@example.org", EmailSettings(host="x", sender="News <news@example.org>"), None)
    (payload,) = channel.render(message)
    raw = channel._mail(Post(payload, f"alert:{payload['subject']}"), "<1@example.org>").as_bytes()
    head, _, _ = raw.partition(b"\r\n\r\n")
    names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in (b" ", b"\t")]
    assert sorted(names) == sorted([
        b"from", b"to", b"subject", b"date", b"message-id", b"auto-submitted", b"x-pactwatch-key", b"mime-version",
        b"content-type"])
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()
    assert b"\n.\r" not in raw


def check_json(message: Message) -> None:
    (payload,) = WebhookChannel("http://127.0.0.1:9/", None, 1).render(message)
    text = json.dumps(payload)
    assert not STEERING.search("".join(_strings(json.loads(text))))
    for story in (story for section in payload["sections"] for story in section["stories"]):
        assert story["url"] is None or story["url"].startswith(("http://", "https://"))


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return [value] if isinstance(value, str) else []


@settings(max_examples=25, deadline=None)
@given(title=WILD, sentence=WILD, party=WILD, outlet=WILD, url=WILD)
def test_no_text_of_a_stranger_makes_a_bad_feed(title: str, sentence: str, party: str, outlet: str, url: str) -> None:
    with TemporaryDirectory() as folder:
        channel = FeedChannel(Path(folder) / "now")
        wild = messages(wild_entry(title, sentence, party, outlet, url))
        for number, message in enumerate(wild):
            channel.post(Post(channel.render(message)[0], f"alert:{number}"))
        items = json.loads((Path(folder) / "now.json").read_text(encoding="utf-8"))["items"]
        assert len(items) == len(wild)
        for item in items:
            check_page(item["content_html"])
        for ending in (".atom", ".rss"):
            root = ET.parse(Path(folder) / f"now{ending}").getroot()
            kinds = [element.tag.rpartition("}")[2] for element in root.iter()]
            assert kinds.count("entry") + kinds.count("item") == len(wild)
            assert set(kinds) <= {"feed", "id", "title", "updated", "author", "name", "entry", "published", "link",
                                  "content", "rss", "channel", "description", "item", "guid", "pubDate"}


def test_a_short_message_has_headline_title_outlets_and_link() -> None:
    assert plain(alert_message(entry(), SHORT)).splitlines() == [
        "Aurora Chips ↔ Borealis Telecom · joint venture · announced · AI", "Two firms join forces, part 1",
        "2 outlets, 1 independent: Example Wire · 1 copy: Daily Copy", "https://news.example/1"]
    assert "Checked" not in plain(replace(digest([entry()]), receipt=()))


def test_further_outlets_are_named_with_their_addresses() -> None:
    many = tuple(Outlet(f"Post {n}", f"https://p{n}.example/1", n % 2 == 1) for n in range(25))
    message = outlets_message(entry(outlets=many), ROUTE, many)
    assert message.subtitle == "now 25 outlets, 13 independent and 5 more"
    assert problems(parts(message)[0]) == []
    assert 'href="https://p1.example/1"' in page(message)


@pytest.mark.parametrize("update", [{"format": "full"}, {"format": "short"}])
def test_the_time_of_a_note_is_the_routes(update: dict[str, str]) -> None:
    route = RouteSettings(name="x", channel="console", zone="Asia/Seoul", **update)  # type: ignore[arg-type]
    assert ("08:00 KST" in plain(alert_message(entry(first_seen_at=NOW), route))) is (update["format"] == "full")
