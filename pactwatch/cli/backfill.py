"""`backfill`: old news from WARC files into the archive."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import NotFoundError, UserError
from core.wording import number
from pactwatch.cli.backfill_shared import share, tell
from pactwatch.cli.common import console, emit_json, moment, open_archive, workspace

if TYPE_CHECKING:
    from pactwatch.backfill import BackfillSummary, FileSummary
    from scrapers.hosts import Outlets
    from scrapers.source import SourceFile

_MOST_SOURCES = 10


def register(app: typer.Typer) -> None:
    """Add `backfill` to the root command."""
    app.command()(backfill)


def backfill(
    ctx: typer.Context,
    warc: Annotated[list[Path] | None, typer.Argument(
        metavar="WARC…", help="WARC files: plain, gzip or zstd.", show_default=False)] = None,
    list_: Annotated[Path | None, typer.Option(
        "--list", metavar="FILE", help="A list of paths, plain or .gz, as Common Crawl's warc.paths.gz.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Published from: 2020, 2020-01-09, 7d ago.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Published until the end of this.")] = None,
    source: Annotated[list[str] | None, typer.Option(
        "--source", metavar="ID", help="Only pages of this source, also one that is off; may be repeated.")] = None,
    any_outlet: Annotated[bool, typer.Option(
        "--any-outlet", help="Also pages of other hosts; each host is then a source by itself.")] = False,
    language: Annotated[list[str] | None, typer.Option(
        "--language", metavar="XX", help="Only articles in this language, as ko; may be repeated.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and judge, and store nothing.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Read files anew that were read before.")] = False,
    workers: Annotated[bool, typer.Option(
        "--workers", help="Leave the files to `pactwatch worker`s, which find them at the same paths.")] = False,
    ray: Annotated[str | None, typer.Option(
        "--ray", metavar="ADDRESS", help="Have a Ray cluster read them: its address, as auto or ray://host:10001.",
        show_default=False)] = None,
    status: Annotated[bool, typer.Option(
        "--status", help="Say how far the files are that were left to workers, and how long it takes yet.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one summary object.")] = False,
) -> None:
    """Read old news from WARC files into the archive: Common Crawl's news crawl, or your own. Sends nothing.

    Hits are stored and can be searched. Ctrl-C is safe: the same command goes on where it stopped.

    Example: pactwatch backfill CC-NEWS-20200107183222-00042.warc.gz --language en --language ko
    """
    from pactwatch.backfill import Ask
    from pactwatch.backfill import backfill as read
    from pactwatch.backfill_shard import Wish
    from pactwatch.progress import FileBar
    from pipeline.rulebook import load_rules
    from scrapers.catalogue import load_sources
    from scrapers.warc_list import listed, named

    space = workspace(ctx)
    if status:
        tell(ctx, as_json=as_json)
        return
    low, high = moment("--since", since, 0), moment("--until", until, 1)
    _check_dates(low, high)
    languages = frozenset(map(_language, language or ()))
    sources, broken = load_sources(space.source_dirs)
    outlets = _outlets(sources, source or [], any_outlet=any_outlet)
    for problem in (*broken, *load_rules(*space.rule_dirs)[1]):
        typer.echo(f"pactwatch: {problem}", err=True)
    files, missing = named(warc or ()), list[Path]()
    if list_ is not None:
        of_list, missing = listed(list_, low)
        files = list(dict.fromkeys([*files, *of_list]))
    if not files:
        raise UserError(_nothing(list_, missing))
    if workers or ray is not None:
        if dry_run:
            raise UserError("--dry-run reads the files here; leave out --workers and --ray")
        wish = Wish(tuple(sorted(source or ())), any_outlet, low, high, tuple(sorted(languages)))
        selection = Ask(outlets, words={"since": since, "until": until, "sources": sorted(source or ()),
                                        "any_outlet": any_outlet}, languages=languages).selection
        share(ctx, sources, files, selection, wish, again=again, ray=ray, as_json=as_json)
        return
    ask = Ask(outlets, low, high, languages, {"since": since, "until": until, "sources": sorted(source or ()),
                                             "any_outlet": any_outlet}, dry_run, again)
    engine = open_archive(ctx)
    with FileBar(sum(path.stat().st_size for path in files), visible=not as_json) as progress:
        summary = read(space, engine, sources, files, ask, progress.show)
    summary.missing = missing
    _print(summary, as_json=as_json)
    if summary.interrupted or missing:
        raise typer.Exit(1)


def _check_dates(low: datetime | None, high: datetime | None) -> None:
    if low is not None and high is not None and low >= high:
        raise UserError("--since is after --until; nothing can be published between them")


def _language(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}", text):
        raise UserError(f"--language {text!r} is not a language; write its two letters, as en, ko or de")
    return text.lower()


def _outlets(sources: Mapping[str, SourceFile], wanted: list[str], *, any_outlet: bool) -> Outlets:
    """The sources whose pages are wanted: those that are named, else all that are on."""
    from scrapers.hosts import Outlets

    if wanted and any_outlet:
        raise UserError("--source and --any-outlet exclude each other; name sources, or take every host")
    for name in wanted:
        if name not in sources:
            raise NotFoundError(f"no source is named {name!r}; see `pactwatch sources list`")
    chosen = [s for s in sources.values() if (s.id in wanted if wanted else s.enabled)]
    if not chosen and not any_outlet:
        raise UserError("the catalogue has no source that is on; add one, name one with --source, or use --any-outlet")
    return Outlets(chosen, others=any_outlet)


def _nothing(list_: Path | None, missing: list[Path]) -> str:
    if list_ is None:
        return "no file is named; name WARC files, or a list of them with --list"
    if missing:
        return f"none of the {len(missing)} files of {list_} is here; the first was looked for at {missing[0]}"
    return f"{list_} names no file of these dates"


def _print(summary: BackfillSummary, *, as_json: bool) -> None:
    if as_json:
        emit_json(summary.as_json())
    else:
        out = console()
        for line in _told(summary):
            out.print(line)
    if summary.missing:
        typer.echo(f"pactwatch: {len(summary.missing)} files of the list are not here; the first was looked for at "
                   f"{summary.missing[0]}", err=True)
    if summary.interrupted:
        how = "nothing was stored" if summary.dry_run else "the same command goes on where this one stopped"
        typer.echo(f"pactwatch: interrupted; {how}", err=True)


def _told(summary: BackfillSummary) -> Iterator[str]:
    counts = summary.now
    read = counts.records
    would = "would be " if summary.dry_run else ""
    yield (f"{sum(file.state == 'done' for file in summary.files)} of {number(len(summary.files), 'file')}, "
           f"{number(read.total(), 'record')}: {number(read['new'], 'new article')} {would}stored, "
           f"{read['updated']} updated, {read['known']} known, {number(counts.hits, 'hit')}. Nothing is sent.")
    if left := [f"{number} {name.replace('_', ' ')}" for name, number in read.most_common()
                if name not in {"new", "updated", "known"}]:
        yield f"Left out: {', '.join(left)}."
    if counts.sources:
        some = [f"{name} {number}" for name, number in counts.sources.most_common(_MOST_SOURCES)]
        rest = len(counts.sources) - len(some)
        yield f"New by source: {', '.join(some)}{f' and {rest} more sources' if rest else ''}."
    for file in summary.files:
        if line := _of_file(file):
            yield f"  {line}"


def _of_file(file: FileSummary) -> str:
    said = {"done_before": "was read before; --again reads it anew", "waiting": "was not begun",
            "interrupted": f"interrupted after {file.counts.records.total()} records"}.get(file.state)
    return f"{file.path.name}: {'; '.join(filter(None, (said, file.problem)))}" if said or file.problem else ""
