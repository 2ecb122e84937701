"""A page learns on its way to the extraction which lines stand on other pages of its site."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from core.recipe import Recipe
from core.records import Article, Outcome, Page, Processed
from pactwatch.furniture import Furniture
from pactwatch.writer import Writer
from tests.factories import NOW


def page(number: int) -> Page:
    url = f"https://www.a.example/{number}"
    return Page(number, "wire", url, url, b"", None, NOW)


def read(number: int, *lines: int) -> Processed:
    article = Article(f"https://a.example/{number}", "", "T", "x")
    return Processed(number, "wire", article.url, NOW, Outcome.OK, article=article, lines=lines)


def test_lines_of_two_pages_of_this_pass_are_known_to_the_third(sqlite_engine):
    async def crawl() -> list[frozenset[int]]:
        writer = Writer(sqlite_engine, ())
        known = Furniture(writer)
        first = await known.with_lines(page(1))
        known.learn([read(1, 5, 6), read(2, 5), Processed(4, "wire", "u", NOW, Outcome.EMPTY)])
        off = await known.with_lines(replace(page(3), recipe=Recipe(repeated=False)))
        found = [first, await known.with_lines(page(3)), await known.with_lines(page(1)), off]
        await writer.close()
        return [one.furniture for one in found]

    assert asyncio.run(crawl()) == [frozenset(), frozenset({5}), frozenset(), frozenset()]
