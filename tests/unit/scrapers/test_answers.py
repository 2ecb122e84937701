"""What an article's answer is worth."""

from __future__ import annotations

import pytest
from scrapy.http import Request, Response

from core.fetching import FetchOrder
from core.records import Outcome
from scrapers.answers import judge

URL = "https://news.example/a"


@pytest.mark.parametrize(("kind", "final"), [
    ("image/png", True), ("application/pdf", True), ("Video/mp4", True),
    ("text/plain", False), ("application/json", False), ("", False),
])
def test_what_is_no_web_page_is_asked_for_again_where_it_may_be_a_fault_that_passes(kind: str, final: bool) -> None:
    body = b"upstream is busy" if not final else b"\x89PNG\r\n\x1a\n" + bytes(100)
    response = Response(URL, headers={"Content-Type": kind} if kind else {}, body=body, request=Request(URL))
    answer = judge(response, FetchOrder(1, "outlet", URL), URL)
    assert (answer.outcome, answer.final) == (Outcome.NOT_HTML, final)
