"""`sources`: what is watched, how it goes, and whether the files are in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import NotFoundError, SourceFileError, UserError
from pactwatch.cli import sources_add, sources_check, sources_doctor, sources_opml
from pactwatch.cli.common import console, emit_json, open_archive, say, workspace

if TYPE_CHECKING:
    from scrapers.packs import Pack
    from scrapers.source import SourceFile

app = typer.Typer(help="List, check, add and mend the outlets that are watched.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PackNames = Annotated[
    list[str] | None, typer.Option("--pack", metavar="PACK", help="Sources of this pack; may be given several times.")
]
Countries = Annotated[
    list[str] | None,
    typer.Option("--country", metavar="CC", help="Sources of this country, as KR; may be given several times."),
]


for part in (sources_check, sources_add, sources_doctor, sources_opml):
    part.register(app)


def _load(ctx: typer.Context) -> tuple[dict[str, SourceFile], list[SourceFileError]]:
    from scrapers.catalogue import load_sources

    return load_sources(workspace(ctx).source_dirs)


def _packs(ctx: typer.Context) -> dict[str, Pack]:
    from scrapers.packs import read_packs

    return read_packs(workspace(ctx).pack_files)


def _narrow(
    ctx: typer.Context, sources: dict[str, SourceFile], packs: Sequence[str], countries: Sequence[str]
) -> dict[str, SourceFile]:
    """The sources of one of the packs and of one of the countries, where these are named."""
    from scrapers.packs import named

    if packs:
        chosen = named(_packs(ctx), packs)
        sources = {id_: source for id_, source in sources.items() if any(pack.holds(source) for pack in chosen)}
    if countries:
        wanted = {country.upper() for country in countries}
        known = sorted({source.country for source in _load(ctx)[0].values() if source.country})
        if unknown := sorted(wanted.difference(known)):
            raise NotFoundError(f"no source is of the country {unknown[0]!r}; countries: {', '.join(known)}")
        sources = {id_: source for id_, source in sources.items() if source.country in wanted}
    return sources


def _report(broken: list[SourceFileError]) -> None:
    for failure in broken:
        say(f"pactwatch: {failure}")


@app.command("list")
def list_sources(
    ctx: typer.Context, pack: PackNames = None, country: Countries = None, as_json: AsJson = False
) -> None:
    """List the sources with the outcome of their last poll: those that are watched first, then those that are not, and
    why.

    Example: pactwatch sources list --pack korea-tech
    """
    from archive.engine import reading
    from pactwatch.listings import source_rows

    sources, broken = _load(ctx)
    sources = _narrow(ctx, sources, pack or (), country or ())
    with reading(open_archive(ctx)) as connection:
        rows = source_rows(sources, connection)
    if as_json:
        emit_json(rows)
        _report(broken)
        return
    from pactwatch.cli.source_tables import show_sources

    show_sources(rows, console())
    _report(broken)


@app.command()
def packs(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the packs: groups of sources that `list`, `enable` and `disable` take as one.

    Example: pactwatch sources packs
    """
    sources, broken = _load(ctx)
    rows = []
    for name, pack in _packs(ctx).items():
        members = [source for source in sources.values() if pack.holds(source)]
        watched = sum(source.enabled for source in members)
        rows.append({"pack": name, "title": pack.title, "sources": len(members), "watched": watched})
    if as_json:
        emit_json(rows)
    else:
        from pactwatch.cli.source_tables import show_packs

        show_packs(rows, console())
    _report(broken)


SourceNames = Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Ids of sources.")]


def _chosen(
    ctx: typer.Context, names: Sequence[str] | None, packs: Sequence[str] | None, countries: Sequence[str] | None
) -> tuple[list[SourceFile], list[SourceFile]]:
    """The sources to switch: those named, and those of packs and countries."""
    if not (names or packs or countries):
        raise UserError("name a source, a --pack or a --country; see `pactwatch sources list` and `sources packs`")
    sources, _ = _load(ctx)
    if unknown := [name for name in names or () if name not in sources]:
        raise NotFoundError(f"no source is named {unknown[0]!r}; see `pactwatch sources list`")
    by_name = [sources[name] for name in dict.fromkeys(names or ())]
    group = _narrow(ctx, sources, packs or (), countries or ()) if packs or countries else {}
    if not (by_name or group):
        raise NotFoundError("no source is in these packs and countries; see `pactwatch sources list`")
    return by_name, [source for id_, source in sorted(group.items()) if source not in by_name]


def _switch(ctx: typer.Context, by_name: list[SourceFile], group: list[SourceFile], *, on: bool) -> None:
    from scrapers.switch import switch

    folder, word = workspace(ctx).home / "sources", "enabled" if on else "disabled"
    for source in by_name:
        file = switch(folder, source, on=on)
        console().print(f"{source.id} is {word} in {file}." if file else f"{source.id} is {word}, as it is shipped.")
    if group:
        changed = [source for source in group if source.enabled != on]
        for source in changed:
            switch(folder, source, on=on)
        others = "" if len(changed) == len(group) else f"; the others were {word} before"
        console().print(f"{word.capitalize()} {len(changed)} of {len(group)} sources{others}.")


@app.command()
def enable(
    ctx: typer.Context, names: SourceNames = None, pack: PackNames = None, country: Countries = None
) -> None:
    """Watch sources again: by name, or all of a pack or a country.

    Of a pack or a country, sources that are off for a reason of their own, such as their terms, stay off; they are
    switched on by name.

    Example: pactwatch sources enable --pack korea-tech
    """
    by_name, group = _chosen(ctx, names, pack, country)
    reserved = [source for source in group if not source.enabled and source.disabled_because]
    _switch(ctx, by_name, [source for source in group if source not in reserved], on=True)
    for source in reserved:
        console().print(f"{source.id} stays off: {source.disabled_because}")


@app.command()
def disable(
    ctx: typer.Context, names: SourceNames = None, pack: PackNames = None, country: Countries = None
) -> None:
    """Stop watching sources, by files of their names in the workspace: by name, or all of a pack or a country.

    Example: pactwatch sources disable yonhap-en
    """
    by_name, group = _chosen(ctx, names, pack, country)
    _switch(ctx, by_name, group, on=False)
