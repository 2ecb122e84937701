"""Mistakes in a call of `backfill` are one line that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from pactwatch.backfill import Ask, BackfillSummary, FileSummary, identity
from pactwatch.cli import main
from pactwatch.cli.backfill import _told
from scrapers.hosts import Outlets
from scrapers.source import SourceFile
from tests.factories import NOW
from tests.warc_files import record, write

SOURCE = "name: Paper\nhome: https://paper.example/\nentry_points:\n  - feed: https://paper.example/rss\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "pactwatch.toml").write_text("[catalog]\nbuiltin = false\n")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "paper.yaml").write_text(SOURCE)
    write(tmp_path / "a.warc", record("https://paper.example/1", "<html>"))
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "a.list").write_text("b.warc\nc.warc\n")
    return tmp_path


@pytest.mark.parametrize(("arguments", "words"), [
    ([], "no file is named; name WARC files, or a list of them with --list"),
    (["gone.warc"], "there is no file"),
    (["a.txt"], "is no WARC file; it does not begin with a record"),
    (["--list", "gone.list"], "--list: there is no file"),
    (["--list", "a.list"], "none of the 2 files of a.list is here; the first was looked for at b.warc"),
    (["a.warc", "--since", "soon"], "--since: 'soon'"),
    (["a.warc", "--since", "2021", "--until", "2020"], "--since is after --until"),
    (["a.warc", "--language", "english"], "--language 'english' is not a language; write its two letters"),
    (["a.warc", "--source", "papre"], "no source is named 'papre'; see `pactwatch sources list`"),
    (["a.warc", "--source", "paper", "--any-outlet"], "--source and --any-outlet exclude each other"),
])
def test_a_mistake_is_one_line_and_exit_code_2(home, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(home)
    with pytest.raises(SystemExit) as ended:
        main(["backfill", *arguments])
    out, err = capsys.readouterr()
    assert (ended.value.code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_a_catalogue_without_a_source_that_is_on_asks_what_to_do(home, monkeypatch, capsys):
    (home / "sources" / "paper.yaml").write_text(SOURCE + "enabled: false\n")
    monkeypatch.chdir(home)
    with pytest.raises(SystemExit) as ended:
        main(["backfill", "a.warc"])
    assert ended.value.code == 2
    assert "add one, name one with --source, or use --any-outlet" in capsys.readouterr().err


def test_a_file_is_the_same_wherever_it_lies_and_another_when_it_grows(home):
    first = identity(home / "a.warc")
    (home / "a.warc").rename(home / "b.warc")
    assert identity(home / "b.warc") == first
    with (home / "b.warc").open("ab") as file:
        file.write(record("https://paper.example/2", "<html>"))
    assert identity(home / "b.warc") != first


def test_another_question_or_another_catalogue_is_another_selection():
    source = SourceFile.model_validate({"id": "a", "name": "A", "home": "https://a.example",
                                        "entry_points": [{"feed": "https://a.example/rss"}]})
    asks = [Ask(Outlets([])), Ask(Outlets([source])), Ask(Outlets([]), languages=frozenset({"ko"})),
            Ask(Outlets([]), words={"since": "7d"})]
    assert len({ask.selection for ask in asks}) == len(asks)
    assert Ask(Outlets([]), NOW, words={"since": "7d"}).selection == asks[3].selection


def test_the_summary_names_damaged_and_unread_files(tmp_path):
    damaged, waiting = FileSummary(tmp_path / "a.warc", 10, "done"), FileSummary(tmp_path / "b.warc", 10)
    damaged.counts.records.update(broken=2, truncated=1, new=5)
    told = "\n".join(_told(BackfillSummary(NOW, [damaged, waiting])))
    assert "a.warc: 3 records are broken or cut off" in told
    assert "b.warc: was not begun" in told
    assert damaged.as_json()["problem"] == "3 records are broken or cut off"
