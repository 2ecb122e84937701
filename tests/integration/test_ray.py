"""Shards on a Ray cluster of this machine: the same ledger, the same articles. Skipped where Ray is not installed."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fleet import archive, asked
from tests.programs import run
from tests.warc_files import page, record, write

pytestmark = [
    pytest.mark.postgres, pytest.mark.timeout(300),
    pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed: pip install 'pactwatch[ray]'"),
]
TEXT = "A long harbour story about ships that nobody had told before, with all its details and its people. " * 8
SETTINGS = '[database]\nurl = "{url}"\n[catalog]\nbuiltin = false\n'


def test_files_and_ranges_are_done_by_the_cluster_once(tmp_path: Path, postgres_url: str) -> None:
    home = tmp_path / "home"
    (home / "rules").mkdir(parents=True)
    (home / "rules" / "harbour.yaml").write_text("title: Harbour\nquery: 'harbour'\n", encoding="utf-8")
    (home / "pactwatch.toml").write_text(SETTINGS.format(url=postgres_url), encoding="utf-8")
    files = [write(tmp_path / f"{one}.warc.gz", *(
        record(f"https://outlet.example/{one}/{n}", page(f"Report {n} of {one}", f"{TEXT} {one} {n}", TEXT))
        for n in range(5))) for one in range(3)]
    for new in (15, 15):  # the second time there is nothing to do
        done = run("pactwatch", "backfill", *map(str, files), "--any-outlet", "--ray", "local", "--json", "--home",
                   str(home), timeout=250)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert (found["done"], found["articles"]["new"], found["problems"]) == (3, new, {})
    engine = archive(postgres_url)
    assert asked(engine, "SELECT count(*), count(DISTINCT url) FROM articles") == [(15, 15)]
    engine.dispose()
    done = run("pactwatch", "rules", "replay", "harbour", "--ray", "local", "--json", "--home", str(home), timeout=250)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["articles"] == 15


def test_a_cluster_that_is_not_there_is_one_line(tmp_path: Path, postgres_url: str) -> None:
    (tmp_path / "pactwatch.toml").write_text(SETTINGS.format(url=postgres_url), encoding="utf-8")
    file = write(tmp_path / "old.warc", record("https://outlet.example/1", page("A title", TEXT)))
    done = run("pactwatch", "backfill", str(file), "--any-outlet", "--ray", "127.0.0.1:1", "--home", str(tmp_path))
    assert done.returncode == 2
    assert "there is no Ray cluster at '127.0.0.1:1'" in done.stderr
