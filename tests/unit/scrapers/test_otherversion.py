"""A page without a text is read from its AMP or print version, and only then."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.otherversion import OtherVersion, other_version

URL = "https://news.example.org/story"
AMP = '<link rel="amphtml" href="/story/amp#top">'
TEXT = "<p>" + "Example Robotics and Sample Telecom said on Monday that they will build a platform. " * 3 + "</p>"


def page(body: str = "", head: str = AMP) -> bytes:
    return f"<html><head>{head}</head><body><nav>{TEXT}</nav>{body}</body></html>".encode()


@pytest.mark.parametrize(("html", "found"), [
    (page(), OtherVersion("AMP", "https://news.example.org/story/amp")),
    (page("<script>var a = '" + "x" * 500 + "'</script>"), OtherVersion("AMP", "https://news.example.org/story/amp")),
    (page('<a class="print" href="/print/story">Print</a>', ""),
     OtherVersion("print", "https://news.example.org/print/story")),
    (page(head='<link rel=alternate media="print" href="https://m.example.org/p">'),
     OtherVersion("print", "https://m.example.org/p")),
    (page(TEXT), None), (page("<div>" + TEXT[3:-4] + "</div>"), None), (page(head=""), None),
    (page('<script type="application/ld+json">{"articleBody": "x"}</script>'), None),
    (page(head='<link rel="amphtml" href="https://cdn.elsewhere.example/story">'), None),
    (page(head='<link rel="amphtml" href="file:///etc/passwd">'), None),
    (page(head='<link rel="amphtml" href="http://[::1">'), None),
    (page(head=f'<link rel="amphtml" href="{URL}">'), None), (b"", None), (b"amphtml", None),
])
def test_another_version_is_named_only_for_a_page_without_text(html, found):
    assert other_version(html, URL) == found


@given(st.binary(max_size=300))
def test_any_bytes_are_answered(body):
    found = other_version(b"<link rel=amphtml href=" + body, URL)
    assert found is None or found.url.startswith(("http://news.example.org", "https://news.example.org"))
