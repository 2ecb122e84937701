"""`sources import` and `sources export`: lists of feeds of other readers, in and out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import NotFoundError, UserError
from pactwatch.cli.common import console, emit_json, printable, workspace

if TYPE_CHECKING:
    from scrapers.opml import Listed
    from scrapers.source import SourceFile

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_COUNT = 3  # problems that are shown of each kind before the others are counted


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("import")(import_)
    app.command()(export)


def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An OPML file, as other readers export it.")],
    write: Annotated[bool, typer.Option("--write", help="Write a source file for each outlet.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take over the feeds of an OPML file. Groups become tags; feeds that a source names already are left out.

    Nothing is fetched: `sources check --online` says how the new feeds answer.

    Example: pactwatch sources import feeds.opml --write
    """
    from scrapers.catalogue import load_sources
    from scrapers.opml import read_opml

    if not file.is_file():
        raise NotFoundError(f"there is no file {str(file)!r}")
    space = workspace(ctx, quiet=as_json)
    listed, problems = read_opml(file.read_bytes(), str(file))
    sources, _ = load_sources(space.source_dirs)
    new, known = _sorted_out(listed, sources)
    folder = space.home / "sources"
    for outlet in new if write else ():
        path = folder / f"{outlet.id}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as out:
            out.write(_file(outlet, file.name))
    if as_json:
        rows = [{"id": o.id, "name": o.name, "home": o.home, "tags": o.tags, "language": o.language,
                 "entry_points": [{"kind": kind, "url": url} for kind, url in o.points]} for o in new]
        emit_json({"new": rows, "known": known, "problems": problems, "written": write})
        return
    _show(new, known, problems, written=write)


def _sorted_out(listed: list[Listed], sources: dict[str, SourceFile]) -> tuple[list[Listed], list[dict[str, Any]]]:
    """The outlets that are new, under ids that are free, and the feeds that a source names already."""
    from core.urls import canonical

    named = {canonical(point.url): id_ for id_, source in sources.items() for point in source.entry_points}
    new, known, taken = [], [], set(sources)
    for outlet in listed:
        fresh = []
        for kind, url in outlet.points:
            if id_ := named.get(canonical(url)):
                known.append({"name": outlet.name, "url": url, "source": id_})
            else:
                named[canonical(url)] = outlet.id
                fresh.append((kind, url))
        if not fresh:
            continue
        outlet.points = fresh
        base, number = outlet.id, 2
        while outlet.id in taken:
            outlet.id, number = f"{base}-{number}", number + 1
        taken.add(outlet.id)
        new.append(outlet)
    return new, known


def _file(outlet: Listed, origin: str) -> str:
    from scrapers.scout.propose import comment, scalar

    text = comment(f"Taken over from {origin}")
    for key, value in (("name", outlet.name), ("home", outlet.home), ("country", outlet.country),
                       ("language", outlet.language)):
        if value:
            text += f"{key}: {json.dumps(value, ensure_ascii=False) if key == 'home' else scalar(value)}\n"
    if outlet.tags:
        text += f"tags: {json.dumps(outlet.tags, ensure_ascii=False)}\n"
    return text + "entry_points:\n" + "".join(f"  - {kind}: {json.dumps(url)}\n" for kind, url in outlet.points)


def _show(new: list[Listed], known: list[dict[str, Any]], problems: list[str], *, written: bool) -> None:
    out = console()
    for outlet in new:
        tags = f"  [{', '.join(outlet.tags)}]" if outlet.tags else ""
        out.print(printable(f"{outlet.id}  {outlet.name}{tags}"))
        for kind, url in outlet.points:
            out.print(printable(f"    {kind}: {url}"))
    for row in known:
        out.print(printable(f"known  {row['name']}  {row['url']}: the source {row['source']} names it"))
    for problem in problems:
        out.print(printable(f"left out  {problem}"))
    done = "written" if written else "to write; add --write"
    out.print(f"{len(new)} outlets {done}; {len(known)} feeds known already, {len(problems)} left out.")


def export(
    ctx: typer.Context,
    opml: Annotated[bool, typer.Option("--opml", help="Print OPML; this is the default.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Also sources that are off.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the watched sources as OPML, for other readers or another workspace.

    Sitemaps and listings are outlines that other readers pass over and `sources import` takes up again.

    Example: pactwatch sources export --opml > sources.opml
    """
    from scrapers.catalogue import load_sources
    from scrapers.opml import write_opml

    if opml and as_json:
        raise UserError("--opml and --json exclude each other; write one of them")
    sources, _ = load_sources(workspace(ctx, quiet=True).source_dirs)
    wanted = [source for _, source in sorted(sources.items()) if every or source.enabled]
    if as_json:
        emit_json([{"id": s.id, **s.model_dump(mode="json", by_alias=True, exclude_defaults=True)} for s in wanted])
        return
    sys.stdout.write(write_opml(wanted).decode())
