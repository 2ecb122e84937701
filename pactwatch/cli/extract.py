"""`extract`: the article of one page, and how it was read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import NotFoundError, SkipDocument, UserError
from pactwatch.cli.common import console, emit_json_line, printable, workspace

if TYPE_CHECKING:
    from core.recipe import Recipe
    from core.records import Article
    from pipeline.extract import Reading

_FIELDS = ("title", "published_at", "updated_at", "authors", "site_name", "section", "language", "image",
           "canonical_url", "paywalled", "flags")
_WIDTH = 140              # characters of a line that are shown


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(extract)


def extract(
    ctx: typer.Context,
    page: Annotated[str | None, typer.Argument(
        metavar="[FILE|URL]", help="A page: a file, or an address to fetch; else standard input.")] = None,
    url: Annotated[str | None, typer.Option("--url", help="Address that the page came from.")] = None,
    source: Annotated[str | None, typer.Option(
        "--source", metavar="ID", help="Read it as a page of this source, as its file says.")] = None,
    explain: Annotated[bool, typer.Option(
        "--explain", help="Show where each field is from, and why each line was taken or dropped.")] = False,
) -> None:
    """Read a page's HTML and write its article as JSON {url, canonical_url, title, text, …}.

    Lines that were taken for no part of the text stand in `dropped`. An address is fetched as in a crawl: robots.txt
    and the address guard hold.

    Example: pactwatch extract --url https://example.org/story < story.html
    """
    from core.clock import now
    from pipeline.extract import read_page

    body, address, encoding = _given(ctx, page, url)
    recipe, language = _recipe(ctx, source)
    try:
        reading = read_page(body, address, encoding=encoding, language=language, fetched_at=now(), recipe=recipe)
    except SkipDocument as failure:
        raise UserError(f"no article in this page ({failure.outcome}): {failure}") from failure
    if not explain:
        emit_json_line(asdict(reading.article))
        return
    for line in described(reading):
        console().print(printable(line), highlight=False, markup=False, soft_wrap=True)


def _given(ctx: typer.Context, page: str | None, url: str | None) -> tuple[bytes, str, str | None]:
    """The bytes of the page, its address, and the encoding that its server declared."""
    if page and page.startswith(("http://", "https://")):
        from pactwatch.loop import run_in_loop
        from scrapers.one import fetch_page

        settings = workspace(ctx).settings
        fetched = run_in_loop(lambda _stop: fetch_page(settings, page))
        return fetched.body, fetched.final_url, fetched.encoding
    if page and page != "-":
        if not Path(page).is_file():
            raise NotFoundError(f"there is no file {page!r}; an address begins with http:// or https://")
        return Path(page).read_bytes(), url or "https://example.org/", None
    if url is None:
        raise UserError("say where the page on standard input came from: --url https://example.org/story")
    return sys.stdin.buffer.read(), url, None


def _recipe(ctx: typer.Context, source: str | None) -> tuple[Recipe, str | None]:
    from core.recipe import Recipe

    if source is None:
        return Recipe(), None
    from scrapers.catalogue import load_sources

    found = load_sources(workspace(ctx).source_dirs)[0].get(source)
    if found is None:
        raise NotFoundError(f"no source is named {source!r}; see `pactwatch sources list`")
    return found.extract.recipe, found.language


def described(reading: Reading) -> Iterator[str]:
    """How a page was read, for people: each field with its origin, then the lines."""
    for name in _FIELDS:
        value, origin = _shown(reading.article, name), reading.origins.get(name)
        yield f"{name:<14}{value or '-'}" + (f"   [{origin}]" if value and origin else "")
    dropped = sum(bool(line.why) for line in reading.lines)
    yield f"{'text':<14}{len(reading.lines) - dropped} lines, {dropped} dropped   [{reading.body_origin}]"
    yield ""
    for line in reading.lines:
        text = line.text if len(line.text) <= _WIDTH else line.text[: _WIDTH - 1] + "…"
        yield f"{'dropped ' if line.why else 'taken   '}{text}"
        if line.why:
            yield f"        └ {line.why}"


def _shown(article: Article, name: str) -> str:
    value = getattr(article, name)
    if isinstance(value, bool):
        return "yes" if value else ""
    return ", ".join(value) if isinstance(value, tuple) else str(value or "")
