"""Messages as Slack's blocks: within the limits, without holes, with nothing dropped."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from alerts.blocks import parts
from alerts.message import alert_message
from alerts.plain import plain
from alerts.terminal import render_console
from archive.entries import Outlet
from tests.fake_slack import problems, texts_of
from tests.unit.alerts.wording import ROUTE, digest, entry


def test_a_digest_says_who_with_whom_why_where_and_what_was_checked() -> None:
    text = plain(digest([entry()], developments=[entry(2, status="denied")]))
    assert text.splitlines()[:2] == ["Digest 2026-01-09", "1 new story · 1 development"]
    for part in (
        "Aurora Chips ↔ Borealis Telecom · joint venture · announced · AI",
        "Two firms join forces, part 1",
        "“Aurora Chips and Borealis Telecom will join forces in AI.”",
        "2 outlets, 1 independent: Example Wire · 1 copy: Daily Copy",
        "first seen 2026-01-09 08:00 KST",
        "https://news.example/1",
        "Checked 41 of 42 sources · 1,208 new articles, 2 corrected",
        "Failed: Example Wire (timeout)",
        "Silent: Quiet Post (9 days)",
        "2 messages still to be delivered",
    ):
        assert part in text
    assert text.index("New stories") < text.index("Developments") < text.index("denied") < text.index("Checked")


def test_a_quiet_day_says_so_and_has_its_receipt() -> None:
    (only,) = parts(digest([]))
    assert only["text"].startswith("Digest 2026-01-09\nnothing new")
    assert "Checked 41 of 42" in only["text"]
    assert problems(only) == []


def test_a_late_digest_says_when_it_was_due() -> None:
    text = plain(digest([], late=True))
    assert text.startswith(
        "Digest 2026-01-09 (late)\nnothing new · late: due 2026-01-09 08:00, made 2026-01-09 08:00 KST"
    )


def test_the_evidence_is_bold_in_the_sentence() -> None:
    (only,) = parts(alert_message(entry(), ROUTE))
    quote = next(
        e for b in only["blocks"] if b["type"] == "rich_text" for e in b["elements"] if e["type"] == "rich_text_quote"
    )
    assert [(e["text"], "style" in e) for e in quote["elements"]] == [
        ("Aurora Chips", True), (" and ", False), ("Borealis Telecom", True), (" will join forces in AI.", False)]


def test_the_text_of_an_alert_carries_the_title_of_the_article() -> None:
    (only,) = parts(alert_message(entry(title="Firms &amp; friends"), ROUTE))
    assert "Firms &amp; friends" in only["text"]
    assert problems(only) == []


def test_what_does_not_fit_goes_into_replies_and_nothing_is_dropped() -> None:
    entries = [entry(n, title=f"Story number {n:03d} of many " + "x" * 100) for n in range(60)]
    found = parts(digest(entries))
    assert len(found) > 2
    assert [problems(part) for part in found] == [[]] * len(found)
    shown = [text for part in found for _, text in texts_of(part["blocks"])]
    for n in range(60):
        assert sum(f"Story number {n:03d}" in text for text in shown) == 1
    assert found[0]["text"].startswith("Digest 2026-01-09")
    assert not any(part["text"].startswith("Digest") for part in found[1:])
    assert "more in this message" in found[0]["text"]
    assert any("more in the thread below" in text for _, text in texts_of(found[0]["blocks"]))
    assert any("Checked 41 of 42" in text for _, text in texts_of(found[0]["blocks"]))


def test_a_title_that_names_another_host_is_no_label_of_the_link() -> None:
    (only,) = parts(alert_message(entry(title="Log in at bank.example to go on"), ROUTE))
    links = [
        e
        for b in only["blocks"]
        if b["type"] == "rich_text"
        for s in b["elements"]
        for e in s["elements"]
        if e["type"] == "link"
    ]
    assert [link["text"] for link in links] == ["news.example"]


def test_a_hit_without_an_event_is_headed_by_its_title() -> None:
    found = alert_message(entry(parties=(), event_type=None, status=None, topics=(), sentence="", bold=()), ROUTE)
    assert plain(found).splitlines()[0] == "Two firms join forces, part 1"
    assert problems(parts(found)[0]) == []


WILD = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="<>&|*_~`!@#:/.\u202e\u2066\x00\x1b\u200d\u0301amp;lt이a ", max_size=300),
    st.sampled_from(
        [
            "<!channel> <!here>",
            "<@U012345>",
            "<https://evil.example|bank.example>",
            "&amp;amp;lt;",
            "x" * 12000,
            "",
            " ",
            "\u202eevil",
            "Z" + "\u0301" * 500,
            "https://bank.example/login",
            "a.b.c.bank.example",
            "*bold* _it_ `c`",
        ]
    ),
)


@settings(max_examples=150, deadline=None)
@given(title=WILD, sentence=WILD, party=WILD, outlet=WILD, url=WILD, cuts=st.lists(st.integers(0, 12000), max_size=6))
def test_no_title_sentence_name_or_address_makes_a_bad_message(
    title: str, sentence: str, party: str, outlet: str, url: str, cuts: list[int]
) -> None:
    places = sorted(c for c in cuts if c <= len(sentence))
    bold = tuple((a, b) for a, b in zip(places[::2], places[1::2], strict=False) if a < b)
    wild = entry(
        title=title,
        sentence=sentence,
        bold=bold,
        parties=(party, "Borealis Telecom"),
        url="https://x.example/" + url,
        outlet=outlet,
        outlets=(Outlet(outlet, url, False),),
    )
    message = digest([wild, entry(2, url=url)])
    for part in [*parts(message), *parts(alert_message(wild, ROUTE)), *parts(message, 30)]:
        assert problems(part) == []
    shown = io.StringIO()
    render_console(parts(message), Console(file=shown, width=80, force_terminal=False))
    assert "\x1b" not in shown.getvalue()


def test_the_terminal_shows_what_slack_would_show() -> None:
    shown = io.StringIO()
    render_console(parts(digest([entry()])), Console(file=shown, width=80), channel="#pacts")
    lines = shown.getvalue().splitlines()
    assert lines[0] == "#pacts"
    assert lines[1] == "Digest 2026-01-09"
    assert "▎ Aurora Chips and Borealis Telecom will join forces in AI." in lines
