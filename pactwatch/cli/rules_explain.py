"""`rules explain`: why a text is a hit of a rule, or why not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from core.errors import NotFoundError, UserError
from pactwatch.cli.common import console, emit_json, open_archive, rule_and_knowledge_dirs, workspace
from pactwatch.cli.rulefiles import AsJson, rule_named

if TYPE_CHECKING:
    from core.records import Article
    from pipeline.explain import Explanation


@dataclass(frozen=True, slots=True)
class _Given:
    """The text to be explained, where it came from, and what is known of its source."""

    article: Article
    origin: str
    source_id: str | None = None
    publisher: str | None = None


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command()(explain)


def explain(
    ctx: typer.Context,
    text: Annotated[
        str,
        typer.Argument(
            metavar="FILE-OR-URL", show_default=False,
            help="HTML or text (title in the first line), - for standard input, or the address of an article.",
        ),
    ],
    rule: Annotated[str, typer.Option("--rule", metavar="RULE", help="The rule to explain.")] = "ai-alliances",
    title: Annotated[
        str | None, typer.Option(metavar="TITLE", help="The title; the text then begins in the first line.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which conditions of a rule a text meets, which it fails and by how little, and what its score is made of.

    An address is looked up in the archive; one that it does not hold is fetched, with one request, as a crawl would.

    Example: pactwatch rules explain story.html --rule ai-alliances
    """
    from pipeline.annotate import annotate
    from pipeline.explain import explain as explain_rule
    from pipeline.knowledge import load_knowledge

    rule_dirs, knowledge_dirs = rule_and_knowledge_dirs(ctx)
    wanted = rule_named(rule, rule_dirs)
    given = _at_address(ctx, text) if text.startswith(("http://", "https://")) else _in_file(text, title)
    if not given.article.title and not given.article.text:
        raise UserError(f"{given.origin} is empty; there is nothing to explain")
    knowledge = load_knowledge(*knowledge_dirs)
    publisher = given.publisher or knowledge.gazetteer.publisher_of(given.article.url)
    annotation = annotate(given.article, knowledge, publisher=publisher)
    found = explain_rule(given.article, annotation, wanted, knowledge, source_id=given.source_id)
    if as_json:
        emit_json({"rule": wanted.id, "title": given.article.title, "from": given.origin, **found.as_json()})
        return
    out = console()
    out.print(f"{wanted.id} on: {given.article.title or given.article.text[:80]} ({given.origin})")
    for line in _described(found):
        out.print(f"  {line}")


def _in_file(name: str, title: str | None) -> _Given:
    """An article from a file, or from standard input for `-`: HTML is extracted, other text has its title first."""
    from core.records import Article
    from pipeline.views import script_of

    if name != "-" and not Path(name).is_file():
        raise NotFoundError(f"there is no file {name!r}")
    body = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    origin = "standard input" if name == "-" else name
    if b"<html" in body[:2000].lower() or b"<!doctype html" in body[:2000].lower():
        from pipeline.extract import extract

        return _Given(extract(body, "https://example.org/"), origin)
    text = body.decode("utf-8", errors="replace")
    if title is None:
        title, _, text = text.partition("\n")
    return _Given(Article("", "", title.strip(), text.strip(), language=script_of(title + text)), origin)


def _check_address(url: str) -> None:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    if not host or any(sign.isspace() for sign in url):
        raise UserError(f"{url!r} is no web address; write https://host/path, or the name of a file")


def _at_address(ctx: typer.Context, url: str) -> _Given:
    """The article of an address: from the archive, else from its outlet."""
    _check_address(url)
    from archive.engine import reading
    from archive.replay import Needs, article_at, ledger_of, read_articles
    from core.clock import now
    from pactwatch.loop import run_in_loop
    from pipeline.extract import extract
    from scrapers.catalogue import load_sources
    from scrapers.one import fetch_page

    with reading(open_archive(ctx)) as connection:
        id_ = article_at(connection, url)
        if id_ is not None:
            (found,) = read_articles(connection, [id_], Needs(text=True, events=False))
            source = load_sources(workspace(ctx).source_dirs)[0].get(found.source_id)
            return _Given(found.article, f"article {id_} of the archive", found.source_id,
                          source.publisher if source else None)
        known = ledger_of(connection, url)
    settings = workspace(ctx).settings
    page = run_in_loop(lambda _stop: fetch_page(settings, url))
    article = extract(page.body, page.final_url, encoding=page.encoding, fetched_at=now())
    told = " ".join(filter(None, known)) if known else "never listed by a source"
    return _Given(article, f"fetched now; in the archive's ledger: {told}")


def _described(found: Explanation) -> Iterator[str]:
    from pipeline.explain import kinds_of

    verdict = f"a hit, band {found.band}" if found.flagged else "no hit"
    score = "" if found.score is None else f", score {found.score:.2f}"
    yield f"{verdict}{score}" + (", band archive: searchable, never sent" if found.band == "archive" else "")
    for one in found.conditions:
        yield f"{'held  ' if one.held else 'failed'}  {one.condition}: {one.detail}"
        for word in one.parts:
            yield f"          {'held  ' if word.held else 'failed'}  {word.condition}: {word.detail}"
    event = found.event
    if event is None:
        return
    yield "judged on"
    yield f"  parties   {', '.join(f'{p.organisation} ({p.role})' for p in event.parties)}"
    yield f'  relation  {kinds_of(event)}, by "{event.relation.text}"'
    by_topic = f', by "{event.topic_span.text}"' if event.topic_span else ""
    yield f"  topic     {', '.join(event.topics) or 'none'}{by_topic}"
    by_status = f', by "{event.status_span.text}"' if event.status_span else ""
    yield f"  status    {event.status}{by_status}"
    yield f"  sentence  “{event.sentence.text[:300]}”"
    yield "score"
    for part in found.contributions:
        yield f"  {part.weight:+.2f}  {part.words} ({part.name})"
    total = sum(part.weight for part in found.contributions)
    cut = "" if abs(total - event.score) < 0.001 else f" (together {total:.2f}; a score is between 0 and 1)"
    yield f"  {event.score:.2f}  in all{cut}"
