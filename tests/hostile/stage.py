"""Run the cases: all sites at once, `pactwatch run --all` in a process of its own for each pass, the archive read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.hostile.case import Case, Seen, filled
from tests.hostile.site import Site, running
from tests.programs import run

_SETTINGS = """[crawl]
allow_networks = ["127.0.0.0/8"]
delay = 0
timeout = 60
processes = 1
[catalog]
builtin = false
[[routes]]
name = "now"
rules = ["*"]
channel = "console"
send = "immediate"
"""


def _sites(number: int, case: Case) -> list[Site]:
    return [Site(f"127.{40 + i}.{number // 250}.{1 + number % 250}") for i in range(case.hosts)]


def _bases(sites: Sequence[Site]) -> dict[str, str]:
    return {"base" if not i else f"base{i + 1}": site.base for i, site in enumerate(sites)}


def _sources(name: str, case: Case) -> list[str]:
    return [name, *(f"{name}-{n}" for n in range(2, case.hosts + 1))] if case.outlets else [name]


def _serve(site: Site, others: Sequence[Site], routes: Mapping[str, Any]) -> None:
    bases = _bases(others)
    for path, reply in routes.items():
        host, _, rest = path.partition(" ")  # "2 /path" is of the second site
        target = others[int(host) - 1] if rest else site
        path = rest or host
        if reply is None:
            target.routes.pop(path, None)
        else:
            target.routes[path] = filled(reply, bases)


def play(home: Path, cases: Sequence[Case]) -> dict[str, list[Seen]]:
    """What was seen of each case after each pass, by the case's id."""
    stages = {case.id: (f"c{number:03d}", _sites(number, case)) for number, case in enumerate(cases)}
    _workspace(home, cases, stages)
    seen: dict[str, list[Seen]] = {case.id: [] for case in cases}
    with ExitStack() as stack:
        stack.enter_context(running([site for _, sites in stages.values() for site in sites]))
        for number in range(1 + max(len(case.then) for case in cases)):
            due = [case for case in cases if len(case.then) >= number]
            for case in due:
                _, sites = stages[case.id]
                _serve(sites[0], sites, case.serves if not number else case.then[number - 1])
            _run(home, [source for case in due for source in _sources(stages[case.id][0], case)])
            with closing(sqlite3.connect(home / "data" / "pactwatch.db")) as database:
                database.row_factory = sqlite3.Row
                for case in due:
                    name, sites = stages[case.id]
                    seen[case.id].append(_seen(database, _sources(name, case), sites))
    return seen


def _workspace(home: Path, cases: Iterable[Case], stages: Mapping[str, tuple[str, list[Site]]]) -> None:
    (home / "sources").mkdir(parents=True)
    (home / "pactwatch.toml").write_text(_SETTINGS, encoding="utf-8")
    for case in cases:
        name, sites = stages[case.id]
        for source, site in zip(_sources(name, case), sites, strict=False):
            entry = case.entry.replace("{base}", site.base)
            text = f"name: {source}\nhome: {site.base}/\nentry_points:\n  - {entry}\n{case.more}"
            (home / "sources" / f"{source}.yaml").write_text(text, encoding="utf-8")


def _run(home: Path, sources: Sequence[str]) -> None:
    chosen = [part for source in sources for part in ("--source", source)]
    done = run("pactwatch", "run", "--json", "--home", str(home), *chosen, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _seen(database: sqlite3.Connection, sources: Sequence[str], sites: Sequence[Site]) -> Seen:
    def rows(query: str) -> list[dict[str, Any]]:
        query = query.replace("= ?", f"IN ({', '.join('?' * len(sources))})")
        return [dict(row) for row in database.execute(query, sources)]

    addresses = rows("SELECT url, state, outcome, reason FROM addresses WHERE source_id = ?")
    of_articles = "IN (SELECT id FROM articles WHERE source_id = ?)"
    return Seen(
        polls=[(r["outcome"], r["reason"] or "") for r in rows(
            "SELECT outcome, reason FROM fetches WHERE source_id = ? AND entry_point_id IS NOT NULL ORDER BY id")],
        addresses={_path(r["url"]): (r["state"], r["outcome"] or "", r["reason"] or "") for r in addresses},
        articles=rows(
            "SELECT id, title, text, url, canonical_url, language, published_at, version, paywalled, story_id, copy_of "
            "FROM articles WHERE source_id = ? ORDER BY id"),
        versions=len(rows(f"SELECT id FROM versions WHERE article_id {of_articles}")),
        hits=rows(f"SELECT rule, score FROM hits WHERE article_id {of_articles}"),
        alerts=len(rows(
            f"SELECT id FROM deliveries WHERE hit_id IN (SELECT id FROM hits WHERE article_id {of_articles})")),
        asked=[asked.path for site in sites for asked in site.asked],
    )
