"""The question that the archive is for, put to old pages of real outlets. They are nobody's to pass on, so it is
asked only where a folder of them is named: `seed/page.html` with `seed/expected.json`, and `extraction/pages`.
"""

from __future__ import annotations

import json
import os
from itertools import islice
from pathlib import Path

import pytest

from tests.one_question import answers
from tests.programs import run
from tests.warc_files import pages_of, record, write

CORPUS = Path(os.environ.get("PACTWATCH_CORPUS", "/nonexistent"))
OTHERS = 12                              # pages about something else


@pytest.mark.skipif(not (CORPUS / "seed" / "page.html").is_file(),
                    reason="PACTWATCH_CORPUS names no folder with seed/page.html and extraction/pages")
def test_whom_sk_telecom_allied_with_is_answered_by_every_door_from_real_pages(tmp_path: Path) -> None:
    seed = CORPUS / "seed"
    expected = json.loads((seed / "expected.json").read_text("utf-8"))
    home, database = tmp_path / "desk", tmp_path / "a.db"
    home.mkdir()
    (home / "pactwatch.toml").write_text(
        f'[database]\nurl = "sqlite:///{database}"\n[crawl]\nprocesses = 1\n[catalog]\nbuiltin = false\n', "utf-8")
    pages = [(f"https://paper.example{expected['url']}", (seed / "page.html").read_bytes()),
             *islice(pages_of(CORPUS / "extraction" / "pages"), OTHERS)]
    warc = write(tmp_path / "pages.warc", *(record(url, body) for url, body in pages))
    done = run("pactwatch", "--home", str(home), "backfill", str(warc), "--any-outlet")
    assert done.returncode == 0, done.stderr
    partners = set(expected["parties"]) - {"SK Telecom"}
    found = answers(home, database, "SK Telecom")
    assert {door: partners <= names for door, names in found.items()} == dict.fromkeys(found, True), found
    assert not {one for names in found.values() for one in names} & set(expected["must_not_be_parties"])
