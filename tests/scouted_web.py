"""Outlets on loopback, each with a host of its own, that announce their articles in the ways of the open web."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count

from tests.outlet_server import Outlet, Reply

NEWS = (
    "Two firms in the north said on Tuesday that they will build a data centre for artificial intelligence together.",
    "The minister said that the new rules for chips will come into force in the spring of the next year.",
    "A maker of robots has raised money from several investors and will open a plant in the south of the country.",
    "The operator of the network said that it had found the cause of the outage and that all customers are back.",
    "Researchers of the university have shown a battery that keeps its charge for a month in the cold of winter.",
)
GERMAN = "Die Regierung hat am Dienstag mit der Industrie und den Verbänden über die Regeln für Halbleiter gesprochen."
_hosts = count(11)


class Paper(Outlet):
    """An outlet with `number` articles, an hour apart; tests add what announces them."""

    def __init__(self, number: int = 12, text: str | None = None) -> None:
        super().__init__(host=f"127.0.0.{next(_hosts)}")
        self.now = datetime.now(UTC)
        self.text = text
        self.entries: list[tuple[str, str, datetime]] = []
        for n in range(number):
            path, words = f"/news/{20260000 + n}-a-story-of-the-day", text or NEWS[n % len(NEWS)]
            self.page(path, words)
            self.entries.append((self.base + path, f"{words[:60]} {n}", self.now - timedelta(hours=n, minutes=7)))
        self.front()

    def page(self, path: str, words: str) -> None:
        body = "".join(f"<p>{words} This is part {part} of what was said.</p>" for part in range(4))
        self.routes[path] = Reply(
            f"<!doctype html><html><head><title>{words[:60]}</title></head><body><article><h1>{words[:60]}</h1>{body}"
            "</article></body></html>"
        )

    def front(self, head: str = "", body: str = "", language: str = "en") -> None:
        """The front page: mark-up for its head and body; without any it announces nothing."""
        self.routes["/"] = Reply(
            f'<!doctype html><html lang="{language}"><head><title>Home - The Paper</title>'
            f'<meta property="og:site_name" content="The Paper">{head}</head><body><h1>The Paper</h1>{body}'
        )

    def links(self, *paths: str, words: str = "") -> str:
        """Link tags for feeds."""
        return "".join(f'<link rel="alternate" type="application/rss+xml" title="{words}" href="{p}">' for p in paths)

    def feed(
        self, path: str, some: slice = slice(None), *, dates: bool = True, shift: timedelta = timedelta(),
        title: str = "The Paper", entries: list[tuple[str, str, datetime]] | None = None,
    ) -> None:
        """An RSS feed of some of the articles."""
        items = "".join(
            f"<item><title>{t}</title><link>{u}</link><description>{t} {t}</description>"
            + (f"<pubDate>{format_datetime(d + shift)}</pubDate>" if dates else "") + "</item>"
            for u, t, d in (entries if entries is not None else self.entries)[some]
        )
        self.routes[path] = Reply(
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>',
            "application/rss+xml",
        )

    def sitemap(self, path: str, some: slice = slice(None), *, news: bool = False) -> None:
        """A sitemap of some of the articles, or a news sitemap."""
        inner = "".join(
            f"<url><loc>{u}</loc>" + (
                f"<news:news><news:publication_date>{d.isoformat()}</news:publication_date>"
                f"<news:title>{t}</news:title></news:news>" if news else f"<lastmod>{d.isoformat()}</lastmod>"
            ) + "</url>"
            for u, t, d in self.entries[some]
        )
        space = ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"' if news else ""
        self.routes[path] = Reply(
            f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"{space}>{inner}</urlset>',
            "application/xml",
        )

    def robots(self, text: str) -> None:
        """A robots.txt."""
        self.routes["/robots.txt"] = Reply(text, "text/plain")

    def anchors(self, some: slice = slice(None)) -> str:
        """Headlines that link to articles, as a listing has them."""
        return "".join(f'<article><h2><a href="{u}">{t}</a></h2></article>' for u, t, _ in self.entries[some])


@contextmanager
def papers(**makers: Callable[[], Paper]) -> Iterator[dict[str, Paper]]:
    """Outlets by name, all served until the block ends."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(maker().running()) for name, maker in makers.items()}  # type: ignore[misc]
