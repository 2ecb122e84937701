"""Large feeds are read entry by entry: what comes out is what their whole tree would have given, and floods end."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SkipDocument
from scrapers.discovery import feeds, xml

URL = "https://outlet.example/feed"
_LINK = st.sampled_from(["<link>/a</link>", "<link href='/b'/>", "<guid>https://outlet.example/c/d</guid>", ""])
_MORE = st.sampled_from(["", "<title>News</title>", "<m:group xmlns:m='m'><item/><m:title>x</m:title></m:group>",
                         "<item><link>/inner</link></item>", "<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate>"])
_BASE = st.sampled_from(["", " xml:base='/deep/'", " xml:base='https://other.example/x/'"])
_ENTRY = st.builds(lambda name, base, *parts: f"<{name}{base}>{''.join(parts)}</{name}>",
                   st.sampled_from(["item", "entry"]), _BASE, _MORE, _LINK, _MORE)  # fmt: skip
_ENTRIES = st.lists(_ENTRY, max_size=5).map("<x/>".join)


@given(st.sampled_from(["rss", "feed", "RDF"]), _BASE, _BASE, _ENTRIES, _ENTRIES)
def test_entry_by_entry_a_feed_gives_what_its_tree_gives(
    kind: str, outer: str, inner: str, own: str, channels: str
) -> None:
    text = f"<{kind}{outer}>{own}<channel{inner}><title>T</title>{channels}</channel></{kind}>"
    root = xml.parse(text)
    assert root is not None
    whole = feeds.read_feed(root, URL, UTC)
    read = feeds.read_in_passing(text, URL, UTC)
    assert read == ((xml.local(root), whole) if whole else None)


@pytest.mark.parametrize("text", [
    "<rss><channel><item><link>/a</link></item>", "<urlset><item/></urlset>", "<rss><channel/></rss>", "no XML",
])  # fmt: skip
def test_what_is_no_whole_feed_is_left_to_the_other_readers(text: str) -> None:
    assert feeds.read_in_passing(text, URL, UTC) is None


@pytest.mark.parametrize("flood", ["<x/>" * 400_000, f"<item>{'<x/>' * 400_000}</item>"])
def test_a_flood_of_tags_without_an_entry_ends(flood: str) -> None:
    with pytest.raises(SkipDocument, match="without an entry") as raised:
        feeds.read_in_passing(f"<rss><channel>{flood}</channel></rss>", URL, UTC)
    assert raised.value.outcome == "too_large"
