"""`sources add`: find what announces an outlet's articles, show what they are, and write its file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import PactwatchError, UserError
from pactwatch.cli.common import console, emit_json, open_archive, workspace

if TYPE_CHECKING:
    from archive.engine import Engine
    from pactwatch.scout import Scouted
    from scrapers.source import SourceFile

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command()(add)


def add(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(
        metavar="URL", help="Any address of the outlet: its front page, a section, an article or a feed.")],
    write: Annotated[bool, typer.Option("--write", help="Write the file into the workspace.")] = False,
    id_: Annotated[str | None, typer.Option("--id", metavar="ID", help="The source's id; else from the host.")] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="The outlet's name; else its own word.")] = None,
    now: Annotated[bool, typer.Option(
        "--now", help="Ask also in quiet hours that the file of a source at this host names.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find the feeds, sitemaps and section pages of an outlet, measure them, and propose its source file.

    Asks at most 25 questions, politely, as a run would: robots.txt, the pace of each host and the address guard hold.
    Shows five of the newest articles and what the rules say of them. Stores no article; without --write no file either.
    A host that asked for no request before some time (Retry-After) is not asked before it.

    Example: pactwatch sources add https://example.org/tech --write
    """
    from core.urls import canonical
    from pactwatch.loop import run_in_loop
    from pactwatch.scout import file_of, nothing_found, scout, scout_bare, unless
    from pipeline.process import Processor
    from scrapers.catalogue import load_sources
    from scrapers.source import ID

    address = url if "://" in url else f"https://{url}"
    if canonical(address) is None:
        raise UserError(f"{url!r} is not a web address; write for example https://example.org/")
    if id_ is not None and not ID.fullmatch(id_):
        raise UserError(f"--id {id_!r} cannot be an id; use small letters, digits, '-', '_' and '.'")
    space = workspace(ctx, quiet=as_json)
    sources, _ = load_sources(space.source_dirs)
    if write and id_ is not None:
        _refuse_known(space.home, id_, sources)
    processor = Processor(space.knowledge_dirs, space.rule_dirs)
    engine = open_archive(ctx)
    _refuse_closed(engine, address, sources, now=now)
    look = scout(space, address, processor, engine=engine) if address == url else scout_bare(
        space, url, processor, engine=engine
    )
    result = run_in_loop(lambda stop: unless(stop, look))
    id_ = id_ or _id(result)
    text = file_of(result, name) if result.chosen else ""
    known = _known(result, sources)
    path = space.home / "sources" / f"{id_}.yaml"
    if write and result.chosen:
        _refuse_known(space.home, id_, sources)
        _write(path, text)
    if as_json:
        done = {"id": id_, "file": str(path), "written": write and bool(text), "known": known}
        emit_json({**done, **_shown(result, text)})
    elif result.chosen:
        _show(result, path, text, known, written=write)
    if not result.chosen:
        raise PactwatchError(f"no entry point for {url}: {nothing_found(result)}")


def _refuse_closed(engine: Engine, address: str, sources: dict[str, SourceFile], *, now: bool) -> None:
    """Say that the host is not to be asked now: it asked for patience itself, or a source's file names quiet hours."""
    from urllib.parse import urlsplit

    from archive.engine import reading
    from core.clock import now as present
    from pactwatch.hosts import closed_until
    from pactwatch.turns import hosts_of

    moment = present()
    with reading(engine) as connection:
        for host, until in closed_until(connection, [address], moment).items():
            raise PactwatchError(
                f"{host} asked for no request before {until:%Y-%m-%d %H:%M:%S} UTC (Retry-After); try again then"
            )
    host = urlsplit(address).hostname or ""
    resting = (s for s in sources.values() if s.enabled and host in hosts_of(s) and s.rests_at(moment))
    if not now and (source := next(resting, None)):
        raise PactwatchError(
            f"{host} has quiet hours, {source.quiet} {source.zone} by the file of {source.id}; add --now to ask it "
            "all the same"
        )


def _id(result: Scouted) -> str:
    from scrapers.scout.propose import id_of

    return id_of(result.look.home)


def _known(result: Scouted, sources: dict[str, SourceFile]) -> list[str]:
    """The ids of sources that name one of the entry points, or the same front page."""
    from core.urls import canonical

    urls = {canonical(c.url) for c in result.chosen}
    home = canonical(result.look.home)
    return sorted(
        id_ for id_, source in sources.items()
        if canonical(source.home) == home or urls & {canonical(point.url) for point in source.entry_points}
    )


def _refuse_known(home: Path, id_: str, sources: dict[str, SourceFile]) -> None:
    path = home / "sources" / f"{id_}.yaml"
    there = sources[id_].file if id_ in sources else path if path.exists() else None
    if there is not None:
        raise UserError(
            f"a source {id_!r} is there already, {there}; choose another id with --id, or see "
            f"`pactwatch sources doctor {id_}`"
        )


def _write(path: Path, text: str) -> None:
    from scrapers.source import read_source

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    read_source(path)  # what was written can be read again, or the caller hears of it now


def _shown(result: Scouted, text: str) -> dict[str, object]:
    look = result.look
    return {
        "asked": look.asked, "home": look.home, "name": look.name, "country": look.country, "language": look.language,
        "paywall": result.paywall, "articles": result.articles, "reasons": result.reasons,
        "entry_points": [{"kind": c.kind, "url": c.url} for c in result.chosen],
        "candidates": [c.as_json() for c in look.candidates],
        "preview": [p.as_json() for p in result.previews],
        "requests": look.requests, "seconds": look.seconds, "yaml": text,
    }


def _show(result: Scouted, path: Path, text: str, known: list[str], *, written: bool) -> None:
    from pactwatch.cli.common import printable
    from pactwatch.cli.scout_tables import show_head, show_previews

    out = console()
    show_head(result, out)
    show_previews(result.previews, out)
    if known:
        out.print(f"\nalready in the catalogue: {', '.join(known)}")
    out.print(f"\n{path}")
    out.print(printable(text))
    out.print("Written." if written else "Not written; add --write to write it.")
