"""`graph` on the command line: who allied with whom."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import networkx
import pytest
from matplotlib.image import imread

from archive.engine import writing
from tests.called import caller
from tests.factories import article, event

SENTENCE = "SK Telecom and Samsung will cooperate \x0b in <AI> & 5G."


def day(year: int) -> datetime:
    return datetime(year, 1, 8, tzinfo=UTC)


@pytest.fixture
def run(tmp_path: Path, capsys, monkeypatch, home_engine):
    """Run a command in a workspace whose archive tells of seven alliances; its exit code, output and errors."""
    (tmp_path / "pactwatch.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "240")
    told = [("SK Telecom", "Samsung Electronics", 2020, "announced", "ai"),
            ("SK Telecom", "Kakao", 2019, "announced", "ai"),
            ("SK Telecom", "Hana Bank", 2022, "announced", "finance"),
            ("SK Telecom", "Anthropic", 2023, "rumoured", "ai"),
            ("Deutsche Telekom", "SK Telecom", 2024, "ended", "ai"),
            ("Anthropic", "Amazon", 2021, "announced", "ai"),
            ("Kakao", "OpenAI", 2025, "denied", "ai")]
    with writing(home_engine) as connection:
        for a, b, year, status, topic in told:
            of = article(connection, published_at=day(year))
            event(connection, of, a, b, status=status, topics=[topic], sentence=SENTENCE)

    return caller(capsys)


def test_whom_did_sk_telecom_ally_with_in_ai_since_2020(run):
    code, out, err = run("graph", "SKT", "--topic", "ai", "--since", "2020")
    assert code == 0
    lines = [line.split(" ") for line in out.splitlines() if not line.startswith(" ")]
    assert [(line[0], "ended" in line, "rumoured" in line) for line in lines] == [
        ("Anthropic", False, True), ("Deutsche", True, False), ("Samsung", False, False)]
    assert "“SK Telecom and Samsung will cooperate" in out
    assert err == "3 links: 2 alive, 1 denied or ended\n"


def test_the_same_as_json_names_dates_stories_and_evidence(run):
    found = json.loads(run("graph", "sk telecom", "--since", "2020", "--until", "2020", "--format", "json")[1])
    assert found["around"] == ["SK Telecom"]
    [link] = found["links"]
    assert (link["a"], link["b"], link["alive"]) == ("SK Telecom", "Samsung Electronics", True)
    assert link["first"] == "2020-01-08T00:00:00Z"
    assert (link["stories"], link["evidence"], link["outlets"]) == ([1], 1, 1)
    assert [node["name"] for node in found["nodes"]] == ["SK Telecom", "Samsung Electronics"]


def test_networkx_opens_the_graphml(run, tmp_path):
    code, out, err = run("graph", "--format", "graphml", "--output", str(tmp_path / "all.graphml"))
    assert (code, out) == (0, "")
    assert "Wrote" in err
    opened = networkx.read_graphml(tmp_path / "all.graphml")
    assert (len(opened.nodes), len(opened.edges)) == (8, 7)
    assert opened.nodes["SK Telecom"]["partners"] == 4
    edge = opened.edges["SK Telecom", "Samsung Electronics"]
    assert (edge["type"], edge["alive"], edge["first"]) == ("partnership", True, "2020-01-08T00:00:00Z")
    assert edge["sentence"].endswith("in <AI> & 5G.")


def test_the_picture_is_a_png(run, tmp_path):
    assert run("graph", "--depth", "2", "--format", "png", "--output", str(tmp_path / "all.png"))[0] == 0
    image = imread(io.BytesIO((tmp_path / "all.png").read_bytes()))
    assert image.shape[0] > 1000
    assert (image.min(axis=2) < 0.5).any()


@pytest.mark.parametrize(("arguments", "first"), [
    (("--newcomers", "--since", "2021"), "Hana Bank"),
    (("--brokers",), "SK Telecom"),
    (("--bridges",), "2023-01-08"),
    (("--by", "year"), "2019"),
    (("--path", "Kakao", "Amazon"), "Kakao + SK Telecom"),
    (("--first", "Kakao, Samsung Electronics", "SK Telecom"), "2019-01-08"),
])
def test_what_the_graph_tells(run, arguments, first):
    code, out, err = run("graph", *arguments)
    assert code == 0, err
    assert next(line for line in out.splitlines() if not line.startswith(("organisation", "date", "period", "step"))
                ).startswith(first)
    code, out, _ = run("graph", *arguments, "--format", "json")
    assert len(json.loads(out)["items"]) >= 1


@pytest.mark.parametrize(("arguments", "problem"), [
    (("Samsung Elektronics",), "the archive knows no organisation 'Samsung Elektronics'; is it Samsung Electronics?"),
    (("--brokers", "--bridges"), "--brokers and --bridges do not go together"),
    (("Kakao", "--brokers"), "--brokers is about the whole graph; leave Kakao away"),
    (("--brokers", "--format", "png"), "--brokers has no form png; allowed: table, json"),
    (("--path", "Kakao", "OpenAI"), "no living alliances lead from Kakao to OpenAI"),
    (("--output", "x.txt"), "--output is for --format graphml and png"),
    (("--since", "2021", "--until", "2020"), "--until 2020 is before --since 2021"),
])
def test_a_mistake_is_told_in_one_line(run, arguments, problem):
    code, out, err = run("graph", *arguments)
    assert (code, out) == (2, "")
    assert problem in err
    assert err.count("\n") == 1
