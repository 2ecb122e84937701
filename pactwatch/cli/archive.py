"""`search` and `show`: ask the archive."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.clock import iso
from pactwatch.cli.common import carried, console, emit_json, moment, open_archive, printable, workspace

if TYPE_CHECKING:
    from archive.search import SearchPage
    from core.query import Query


class Sort(StrEnum):
    """How results are ordered."""

    TIME = "time"
    RELEVANCE = "relevance"
    SCORE = "score"


class Form(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command()(search)
    app.command()(show)


def search(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to look for; * for all.", show_default=False)],
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Published from: 2020, 2020-01-09, 7d ago.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Published until the end of this.")] = None,
    sort: Annotated[Sort, typer.Option(help="Order of the results.")] = Sort.TIME,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Results on a page.")] = 50,
    form: Annotated[Form, typer.Option("--format", help="Form of the output.")] = Form.TABLE,
    cursor: Annotated[str | None, typer.Option(metavar="CURSOR", help="Go on where the last page ended.")] = None,
) -> None:
    """Search the archive.

    Words side by side must all be there. Also: "a phrase", start*, "near words"~8, AND OR NOT, brackets, title:,
    org: topic: event: status: rule: source: country: lang: story:, score:>=0.7, published:2020..2021, seen:7d.

    Example: pactwatch search 'event:alliance org:"SK Telecom"' --since 2020
    """
    from archive.engine import reading
    from archive.search import search as look
    from core.query import parse
    from pactwatch.bands import Bands

    asked = parse(query)
    low, high = moment("--since", since, 0), moment("--until", until, 1)
    engine = open_archive(ctx)
    with reading(engine) as connection:
        page = look(connection, asked, since=low, until=high, sort=sort.value, limit=limit, cursor=cursor,
                    aliases=_aliases(ctx, asked))
        if form is not Form.TABLE and page.items:
            bands = Bands(workspace(ctx)).of_articles(connection, [item.id for item in page.items])
            page = replace(page, items=tuple(replace(item, band=bands.get(item.id)) for item in page.items))
    {Form.TABLE: _print_table, Form.JSON: _print_json, Form.CSV: _print_csv}[form](page)


def _aliases(ctx: typer.Context, query: Query) -> Callable[[str], Sequence[str]] | None:
    """How `org:` values become canonical names; the knowledge is read only where the query has one."""
    from core.query import Filter, walk
    if not any(isinstance(part, Filter) and part.field == "org" for part in walk(query)):
        return None
    from pipeline.knowledge import load_knowledge
    gazetteer = load_knowledge(*workspace(ctx).knowledge_dirs).gazetteer
    return lambda name: sorted(gazetteer.wanted(name))


def _print_json(page: SearchPage) -> None:
    emit_json(asdict(page))


def _print_table(page: SearchPage) -> None:
    from rich.table import Table
    table = Table("id", "published", "source", "score", "article", box=None, pad_edge=False)
    for item in page.items:
        what = ", ".join(item.organisations[:4])
        kind = " ".join(filter(None, (item.event_type, item.status)))
        lines = [item.title, *filter(None, [" · ".join(filter(None, (what, kind)))]), item.snippet]
        score = "" if item.score is None else f"{item.score:.2f}"
        table.add_row(str(item.id), item.published_at.strftime("%Y-%m-%d"), item.source, score,
                      "\n".join(map(printable, lines)))
    if page.items:
        console().print(table)
    shown = f"{len(page.items)} of {page.total}" if len(page.items) < page.total else str(page.total or "No")
    typer.echo(f"{shown} {'article' if page.total == 1 else 'articles'}", err=True)
    if page.cursor:
        typer.echo(f"more: --cursor {page.cursor}", err=True)


def _print_csv(page: SearchPage) -> None:
    from archive.found import Found
    names = [field.name for field in fields(Found)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for item in page.items:
        writer.writerow([_cell(getattr(item, name)) for name in names])
    sys.stdout.write(out.getvalue())


def _cell(value: Any) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return iso(value) or ""
    text = "; ".join(value) if isinstance(value, tuple) else str(value)
    return "'" + text if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def show(
    ctx: typer.Context,
    id_: Annotated[int, typer.Argument(metavar="ID", help="The id that `search` prints.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show an article: text, versions, story, events, why it was flagged, what was sent.

    Example: pactwatch show 1
    """
    from archive.engine import reading
    from archive.show import show as look
    from pactwatch.bands import Bands

    with reading(open_archive(ctx)) as connection:
        found = look(connection, id_)
        bands = Bands(workspace(ctx))
        found["band"] = bands.of_articles(connection, [id_]).get(id_)
    for hit in found["hits"]:
        hit["band"] = bands.of_hit(hit["rule"], hit["score"])
    if as_json:
        emit_json(found)
    else:
        typer.echo(printable("\n".join(_described(found))))


def _described(found: dict[str, Any]) -> list[str]:
    published = iso(found["published_at"])
    lines = [found["title"], f"{found['outlet']} · {published} · {found['url']}"]
    if found["copy_of"]:
        lines.append(f"a copy of article {found['copy_of']}")
    if found["versions"]:
        lines.append(f"version {found['version']}; earlier: " + ", ".join(
            f"{version['number']} until {iso(version['replaced_at'])}" for version in found["versions"]))
    if found["people"]:
        lines += ["", "people: " + "; ".join(
            ", ".join(filter(None, (person["name"], person["role"], person["organisation"])))
            for person in found["people"])]
    for event in found["events"]:
        names = " + ".join(dict.fromkeys(party["organisation"] for party in event["parties"]))
        topics = f" · {', '.join(event['topics'])}" if event["topics"] else ""
        lines += ["", f"event: {event['type']} ({event['status']}, {event['score']:.2f}) · {names}{topics}",
                  f"  “{event['sentence']['text']}”"]
    for hit in found["hits"]:
        spans = ", ".join(f"{span['role']} “{span['text']}”" for span in hit["evidence"]
                          if span["role"] not in {"sentence", "story"})
        reasons = [span["reason"] for span in hit["evidence"] if span["role"] == "story"]
        lines += ["", f"hit: {hit['rule']} ({hit['score']:.2f}, {hit['band']})", *([f"  {spans}"] if spans else []),
                  *(f"  {reason}" for reason in reasons)]
    for sent in found["deliveries"]:
        when = iso(sent["sent_at"]) or ""
        lines += ["", f"{sent['kind']}: {sent['route']} → {sent['channel']}, {sent['state']} {when}".rstrip()]
    story = found["story"]
    if story["others"]:
        lines += ["", f"story {story['id']}, {carried(story)}, also:"]
        lines += [f"  {other['id']}  {other['outlet']}: {other['title']}{_as_copy(other['copy_of'])}"
                  for other in story["others"]]
    return [*lines, "", found["text"]]


def _as_copy(original: int | None) -> str:
    return f" (copy of {original})" if original else ""
