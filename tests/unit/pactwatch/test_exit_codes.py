"""What a wrong call answers: one line on standard error and the exit code that scripts rely on."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pactwatch.cli import main


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """The exit code and what stands on standard error."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    answer = capsys.readouterr()
    assert answer.out == ""
    return int(ended.value.code or 0), answer.err


@pytest.mark.parametrize(("arguments", "words"), [
    (["nosuch"], "No such command 'nosuch'; see `pactwatch --help`"),
    (["show"], "Missing argument 'ID'; see `pactwatch show --help`"),
    (["search", "x", "--format", "xml"], "'xml' is not one of 'table', 'json', "),
    (["search", "x", "--limit", "many"], "see `pactwatch search --help`"),
    (["graph", "--path", "A"], "Option '--path' requires 2 arguments; see `pactwatch graph --help`"),
    (["sources", "list", "--pack"], "requires an argument; see `pactwatch sources list --help`"),
    (["show", "first"], "Invalid value for 'ID'"),
    (["search", "x", "--home"], "--home asks for a folder"),
])
def test_wrong_words_in_a_call_are_one_line_and_exit_code_2(capsys, arguments, words):
    code, line = told(capsys, *arguments)
    assert code == 2
    assert words in line
    assert line.count("\n") == 1


def test_a_group_without_a_command_shows_its_commands(capsys):
    code, text = told(capsys, "sources")
    assert code == 2
    assert "Usage: pactwatch sources" in text


def test_a_folder_that_cannot_be_made_is_one_line_and_exit_code_1(capsys, tmp_path: Path):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    code, line = told(capsys, "init", tmp_path / "taken")
    assert (code, line) == (1, f"pactwatch: {tmp_path / 'taken' / 'sources'}: Not a directory\n")


@pytest.mark.parametrize("arguments", [("config", "show"), ("search", "*", "--format", "json"), ("health", "--json")])
def test_output_that_finds_no_room_is_one_line_and_exit_code_1(tmp_path: Path, arguments: tuple[str, ...]):
    (tmp_path / "pactwatch.toml").write_text("[catalog]\nbuiltin = false\n", encoding="utf-8")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-m", "pactwatch", *arguments, "--home", str(tmp_path)], stdout=full,
                              stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "pactwatch: the output cannot be written: No space left on device\n")


def test_damage_is_one_line_wherever_the_database_is_read(capsys, tmp_path: Path):
    with pytest.raises(SystemExit):
        main(["init", str(tmp_path)])
    with pytest.raises(SystemExit):
        main(["db", "upgrade", "--home", str(tmp_path)])
    capsys.readouterr()
    file = tmp_path / "data" / "pactwatch.db"
    plain = sqlite3.connect(file)
    plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    [page] = plain.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sources'").fetchone()
    [size] = plain.execute("PRAGMA page_size").fetchone()
    plain.close()
    with file.open("r+b") as damaged:
        damaged.seek((page - 1) * size)
        damaged.write(b"\xff" * size)
    code, line = told(capsys, "sources", "list", "--home", tmp_path)
    assert code == 1
    assert f"{file} is not an intact SQLite database" in line
    assert line.count("\n") == 1


def test_square_brackets_of_a_file_are_shown_as_they_stand(capsys, tmp_path: Path):
    with pytest.raises(SystemExit):
        main(["init", str(tmp_path)])
    rule = 'title: "[/b] in [red] :smile:"\nquery: samsung\n'
    (tmp_path / "rules" / "odd.yaml").write_text(rule, encoding="utf-8")
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["rules", "list", "--home", str(tmp_path)])
    assert not ended.value.code
    assert "[/b] in [red] :smile:" in capsys.readouterr().out
