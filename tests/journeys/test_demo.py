"""The demo as a new user runs it: one command, offline, over real HTTP."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pactwatch.demo import Newsroom
from tests.one_question import answers
from tests.programs import Program, run


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    folder = tmp_path_factory.mktemp("demo") / "newsdesk"
    done = subprocess.run(
        [sys.executable, "-m", "pactwatch", "demo", "--keep", str(folder)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "160", "HOME": str(folder.parent)},
    )
    return done, folder


def pactwatch(folder: Path, *arguments: str) -> str:
    done = run("pactwatch", "--home", str(folder), *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_demo_ends_well_and_shows_the_digest(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    done, _ = demo
    assert done.returncode == 0, done.stderr
    assert re.search(r"Digest \d{4}-\d\d-\d\d", done.stdout)
    assert "Traceback" not in done.stdout + done.stderr


def test_the_digest_holds_each_alliance_once_and_no_near_miss(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    _, folder = demo
    [digest] = json.loads(pactwatch(folder, "digest", "preview", "--json"))
    assert not digest["developments"]
    got = sorted((tuple(sorted(story["parties"])), story["status"]) for story in digest["stories"])
    with Newsroom() as newsroom:
        expected = sorted((tuple(sorted(x.parties)), x.status) for x in newsroom.expected())
    assert got == expected


def test_every_article_is_stored_and_the_correction_is_a_version(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    _, folder = demo
    with Newsroom() as newsroom:
        published = len(newsroom.articles)
    found = json.loads(pactwatch(folder, "search", "*", "--limit", "200", "--format", "json"))
    assert found["total"] == published
    corrected = json.loads(pactwatch(folder, "search", "title:thornbeck AND title:kitebridge", "--format", "json"))[
        "items"
    ]
    assert any(
        len(json.loads(pactwatch(folder, "show", str(item["id"]), "--json"))["versions"]) == 1 for item in corrected
    )


def test_whom_a_firm_allied_with_in_ai_is_one_line(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    _, folder = demo
    page = Path(__file__).parents[2] / "docs" / "how-to" / "search-the-archive.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    line = next(line for line in lines if line.endswith(" --home newsdesk"))
    arguments = shlex.split(line.removesuffix(" --home newsdesk"))[1:]
    found = json.loads(pactwatch(folder, *arguments, "--format", "json"))
    (item,) = found["items"]
    assert (item["matches"], item["status"]) == (3, "announced")
    assert {"Corvath", "Nimbrel"} <= {name.split()[0] for name in item["organisations"]}
    assert "Nimbrel" in {one["label"].split()[0] for one in found["facets"]["organisations"]}


def test_every_door_gives_the_same_answer(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    _, folder = demo
    found = answers(folder, folder / "data" / "pactwatch.db", "Wrenfold AI")
    assert found["graph"] == found["api"] == found["sql"]
    assert found["search"] == found["browser"]
    assert {"Hanbit Telecom", "Brennhaus Motors", "Kitebridge Software"} <= found["graph"] & found["search"]
    assert "Duru Foundation" not in found["graph"] | found["search"], "that alliance is not about AI"


def test_the_wire_story_is_one_story_of_three_outlets(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    _, folder = demo
    items = json.loads(pactwatch(folder, "search", "corvath nimbrel rule:ai-alliances", "--format", "json"))["items"]
    by_story: dict[int, set[str]] = {}
    for item in items:
        by_story.setdefault(item["story"], set()).add(item["source"])
    assert max(len(sources) for sources in by_story.values()) == 3


def test_the_commands_that_the_demo_proposes_work(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    done, folder = demo
    proposed = re.findall(r"^\s+\S*pactwatch (.+)$", done.stdout, flags=re.MULTILINE)
    assert len(proposed) == 3
    for line in proposed:
        arguments = shlex.split(line)
        assert "--home" in arguments
        result = run("pactwatch", *arguments)
        assert result.returncode == 0, (line, result.stderr)
        assert result.stdout.strip()
    assert str(folder) in done.stdout


def test_ctrl_c_ends_it_at_once_wherever_it_is(tmp_path: Path) -> None:
    with Program("pactwatch", "demo", "--keep", str(tmp_path / "demo")) as program:
        until = time.monotonic() + 60
        while "An offline newsroom is open" not in program.said() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(1.0)                                           # into the first pass
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=30)
    assert program.returncode == 130
    assert "Traceback" not in out + err
