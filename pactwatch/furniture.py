"""What repeats on the pages of a site, for the pages of this pass: read once from the archive, then kept up to date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from archive import sitelines
from core.records import Page, Processed
from pactwatch.writer import Writer


class Furniture:
    """Gives each page the lines that stand on other pages of its site, and learns from those that were read."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._sites: dict[str, sitelines.Pages] = {}

    async def with_lines(self, page: Page) -> Page:
        """The page with what is known to repeat on its site."""
        site = sitelines.site_of(page.final_url or page.url)
        if not page.recipe.repeated or page.brief or not site:
            return page
        if site not in self._sites:
            self._sites[site] = await self._writer.call(sitelines.pages_of, site)
        return replace(page, furniture=sitelines.furniture(self._sites[site], page.address_id))

    def learn(self, results: Iterable[Processed]) -> None:
        """Take the lines of pages that were read."""
        for result in results:
            if result.article is not None and result.lines:
                pages = self._sites.get(sitelines.site_of(result.article.url))
                if pages is not None:
                    sitelines.remember(pages, result.address_id, result.lines)
