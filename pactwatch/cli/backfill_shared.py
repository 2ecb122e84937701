"""`backfill --workers`, `--ray` and `--status`: files that others read."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from core.errors import UserError
from core.wording import number
from pactwatch.cli.common import console, emit_json, open_archive, say, workspace

if TYPE_CHECKING:
    from pactwatch.backfill_shard import Wish
    from pactwatch.backfill_shared import Standing
    from scrapers.source import SourceFile

LOOK_S = 1.0


def share(ctx: typer.Context, sources: Mapping[str, SourceFile], files: Sequence[Path], selection: str, wish: Wish, *,
          again: bool, ray: str | None, as_json: bool) -> None:
    """Leave files to workers or to Ray, and show how far they are. Ctrl-C ends the showing, and not the workers."""
    from pactwatch.backfill_shared import leave, standing
    from pactwatch.progress import FileBar

    space = workspace(ctx)
    if ray is None and not space.settings.jobs.shared:
        raise UserError("--workers needs [jobs] engine = 'procrastinate' in pactwatch.toml; without it this command "
                        "reads the files itself")
    engine = open_archive(ctx)
    ids = leave(engine, sources, files, selection, wish, again=again)
    with FileBar(sum(path.stat().st_size for path in files), visible=not as_json) as progress:
        if ray is not None:
            from pactwatch.workers.ray_cluster import read_files

            read_files(space, engine, ids, ray, lambda: progress.show_standing(standing(engine, ids)))
        try:
            while not (found := standing(engine, ids)).over:
                progress.show_standing(found)
                time.sleep(LOOK_S)
        except KeyboardInterrupt:
            say("pactwatch: the workers go on; see `pactwatch backfill --status`")
            raise typer.Exit(1) from None
    _print(found, as_json=as_json)


def tell(ctx: typer.Context, *, as_json: bool) -> None:
    """Say how far the files are that were left to workers."""
    from pactwatch.backfill_shared import standing

    _print(standing(open_archive(ctx)), as_json=as_json)


def _print(found: Standing, *, as_json: bool) -> None:
    if as_json:
        emit_json(found.as_json())
    else:
        out = console()
        for line in _told(found):
            out.print(line)
    if found.problems:
        raise typer.Exit(1)


def _told(found: Standing) -> Iterator[str]:
    if not found.files:
        yield "No files were left to workers lately."
        return
    read, share_ = found.counts.records, 100 * found.read / max(1, found.size)
    yield (f"{found.done} of {number(found.files, 'file')}, {share_:.0f} % of {found.size / 1e6:.0f} MB; "
           f"{found.reading} being read: {number(read['new'], 'new article')} stored, {read['updated']} updated, "
           f"{read['known']} known, {number(found.counts.hits, 'hit')}.")
    if not found.over and found.left_s is not None:
        yield f"About {timedelta(seconds=round(found.left_s))} left."
    for path, problem in sorted(found.problems.items()):
        yield f"  {path}: {problem}"
