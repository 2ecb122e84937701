"""Articles that cannot be fetched are read by what the feed says of them."""

from __future__ import annotations

from typing import Any

import pytest

from core.fetching import FetchOrder
from core.records import Discovery
from pipeline.extract import extract
from scrapers.feedonly import pages_of
from scrapers.source import SourceFile
from tests.factories import NOW

SOURCE = SourceFile.model_validate(
    {"id": "a", "name": "A", "home": "https://a.example/", "language": "en", "publisher": "Arm",
     "entry_points": [{"feed": "https://a.example/rss"}], "articles": "feed"}
)  # fmt: skip


def article(title: str, summary: str | None) -> Any:
    url = "https://a.example/1"
    order = FetchOrder(7, "a", url, title_hint=title, published_hint=NOW)
    [page] = pages_of(SOURCE, [order], [Discovery(url, title, summary=summary)], NOW)
    assert (page.address_id, page.source_id, page.language, page.publisher) == (7, "a", "en", "Arm")
    return extract(page.body, page.url, encoding=page.encoding, language=page.language, title_hint=page.title_hint,
                   published_hint=page.published_hint, fetched_at=page.fetched_at, brief=page.brief)  # fmt: skip


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("Arm and SAP ally", None),
        ("Arm and SAP ally", "They will build AI chips."),
        ('Arm & SAP: <b>"ally"</b>', "Chips < 3 nm & more; they said so on Monday in Berlin."),
        ("삼성전자, 오픈AI와 동맹", "두 회사는 반도체를 함께 만든다."),
        ("Arm and SAP ally", "A long summary of what the two will do. " * 20),
    ],
)
def test_title_and_summary_are_the_article(title: str, summary: str | None) -> None:
    found = article(title, summary)
    assert found.title == title
    assert found.text == (summary or title).strip()
    assert found.published_at == NOW


def test_an_order_of_an_earlier_run_has_its_title() -> None:
    [page] = pages_of(SOURCE, [FetchOrder(7, "a", "https://a.example/1", title_hint="Arm and SAP ally")], [], NOW)
    assert extract(page.body, page.url, title_hint=page.title_hint, brief=True).text == "Arm and SAP ally"
