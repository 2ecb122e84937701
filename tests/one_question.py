"""Whom did an organisation ally with in AI since 2020? The same answer by every door of a workspace."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from archive.engine import open_engine
from core.workspace import load_workspace
from pactwatch.webtools import site_of
from tests.programs import run
from tests.site import browser, page
from web.app import create_app

# One statement for an analyst; `parties` are names with "; " between them.
STATEMENT = """SELECT DISTINCT parties FROM v_alliances WHERE '; ' || parties || ';' LIKE '%; ' || ? || ';%'
    AND topics LIKE '%ai%' AND published_at >= '2020' AND status IN ('announced', 'planned', 'rumoured')"""


def by_line(home: Path, *line: str) -> Any:
    """What a line at the prompt prints as JSON."""
    done = run("pactwatch", "--home", str(home), *line, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def answers(home: Path, database: Path, name: str) -> dict[str, set[str]]:
    """Whom each door names beside the organisation; a search names the parties of what each article mainly tells."""
    question = f'event:alliance topic:ai org:"{name}"'
    found = by_line(home, "search", question, "--since", "2020", "--limit", "200")["items"]
    graph = by_line(home, "graph", name, "--topic", "ai", "--since", "2020")
    engine = open_engine(f"sqlite:///{database}")
    client = browser(create_app(site_of(load_workspace(home, environ={}), engine)))
    shown = page(client, "/search", params={"q": question, "since": "2020"})
    told = client.get("/api/v1/graph", params={"around": name, "topic": "ai", "since": "2020"}).json()
    engine.dispose()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as reader:
        rows = reader.execute(STATEMENT, (name,)).fetchall()
    named = {
        "search": {one for item in found for one in item["organisations"]},
        "graph": {end for link in graph["links"] for end in (link["a"], link["b"])},
        "browser": {str(one) for one in shown.tree.xpath("//p[@class='meta']/a/bdi/text()")},
        "api": {end for link in told["links"] for end in (link["a"], link["b"])},
        "sql": {one for parties, in rows for one in parties.split("; ")},
    }
    return {door: names - {name} for door, names in named.items()}
