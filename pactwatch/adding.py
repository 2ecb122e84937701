"""Add an outlet: look at it, propose its file, write it. What `sources add` and the web page share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.engine import Engine, reading
from core.clock import now as present
from core.errors import PactwatchError, UserError
from core.urls import canonical
from core.workspace import Workspace
from pactwatch.hosts import closed_until
from pactwatch.scout import Scouted, scout, scout_bare
from pactwatch.turns import hosts_of
from pipeline.process import Processor
from scrapers.scout.propose import id_of
from scrapers.source import ID, SourceFile, read_source


def address_of(url: str) -> str:
    """The address that a user gave, with its scheme. UserError where it is none."""
    address = url if "://" in url else f"https://{url}"
    if canonical(address) is None:
        raise UserError(f"{url!r} is not a web address; write for example https://example.org/")
    return address


async def look_at(space: Workspace, engine: Engine, url: str) -> Scouted:
    """Look at an outlet. Whether its host may be asked now is the caller's question to `refuse_closed`."""
    processor = Processor(space.knowledge_dirs, space.rule_dirs)
    if address_of(url) == url:
        return await scout(space, url, processor, engine=engine)
    return await scout_bare(space, url, processor, engine=engine)


def refuse_closed(engine: Engine, address: str, sources: Mapping[str, SourceFile], *, now: bool = False) -> None:
    """Say that the host is not to be asked now: it asked for patience itself, or a source's file names quiet hours."""
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


def proposed_id(result: Scouted) -> str:
    """The id that an outlet's host suggests."""
    return id_of(result.look.home)


def known_as(result: Scouted, sources: Mapping[str, SourceFile]) -> list[str]:
    """The ids of sources that name one of the entry points, or the same front page."""
    urls = {canonical(c.url) for c in result.chosen}
    home = canonical(result.look.home)
    return sorted(
        id_ for id_, source in sources.items()
        if canonical(source.home) == home or urls & {canonical(point.url) for point in source.entry_points}
    )


def check_id(id_: str, said: str) -> None:
    """UserError where a name cannot be the id of a source; `said` is where it was given."""
    if not ID.fullmatch(id_):
        raise UserError(f"{said} {id_!r} cannot be an id; use small letters, digits, '-', '_' and '.'")


def refuse_known(home: Path, id_: str, sources: Mapping[str, SourceFile]) -> None:
    """UserError where there is a source of this id."""
    path = home / "sources" / f"{id_}.yaml"
    there = sources[id_].file if id_ in sources else path if path.exists() else None
    if there is not None:
        raise UserError(
            f"a source {id_!r} is there already, {there}; choose another id with --id, or see "
            f"`pactwatch sources doctor {id_}`"
        )


def write(path: Path, text: str) -> None:
    """Write a source's file, which must be new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    read_source(path)  # what was written can be read again, or the caller hears of it now


def facts_of(result: Scouted, text: str) -> dict[str, Any]:
    """What was found, for scripts and pages."""
    look = result.look
    return {
        "asked": look.asked, "home": look.home, "name": look.name, "country": look.country, "language": look.language,
        "paywall": result.paywall, "articles": result.articles, "reasons": result.reasons,
        "entry_points": [{"kind": c.kind, "url": c.url} for c in result.chosen],
        "candidates": [c.as_json() for c in look.candidates],
        "preview": [p.as_json() for p in result.previews],
        "requests": look.requests, "seconds": look.seconds, "yaml": text,
    }
