"""Crawl outlets with Pactwatch, from an empty archive: python -m tests.bench.crawl_ours SOURCES OUT WORK.

SOURCES is a JSON file, {"outlets": [{"rss": "http://…"}, …]}; WORK is a folder, in which a fresh workspace is made.
Writes what was stored to OUT as JSON Lines of url, title, date and text. This is what a comparison of crawlers calls.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

SETTINGS = """\
[crawl]
allow_networks = ["127.0.0.0/8"]
contact = "bench@example.org"
delay = 0.0
processes = 2
[catalog]
builtin = false
"""


def main(sources: Path, out: Path, work: Path) -> int:
    """Crawl, and write the result."""
    home = work / "pactwatch"
    shutil.rmtree(home, ignore_errors=True)
    (home / "sources").mkdir(parents=True)
    (home / "pactwatch.toml").write_text(SETTINGS, encoding="utf-8")
    for number, outlet in enumerate(json.loads(sources.read_text("utf-8"))["outlets"]):
        text = f"name: Outlet {number}\nhome: {outlet['rss']}\nentry_points:\n  - feed: {outlet['rss']}\n"
        (home / "sources" / f"outlet-{number}.yaml").write_text(text, encoding="utf-8")
    run = [sys.executable, "-m", "pactwatch", "run", "--all", "--json", "--home", str(home)]
    done = subprocess.run(run, check=False, stdout=subprocess.PIPE)
    with closing(sqlite3.connect(home / "data" / "pactwatch.db")) as archive, out.open("w", encoding="utf-8") as rows:
        for url, title, date, text in archive.execute("SELECT url, title, published_at, text FROM articles"):
            rows.write(json.dumps({"url": url, "title": title, "date": date, "text": text}) + "\n")
    return done.returncode


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: python -m tests.bench.crawl_ours SOURCES OUT WORK")
    sys.exit(main(*map(Path, sys.argv[1:])))
