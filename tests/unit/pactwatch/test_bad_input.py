"""What the commands make of input that is wrong or hostile: one line that says it, and nothing else is lost."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.workspace import shipped
from pactwatch.cli import main

GOOD = {"id": 2, "title": "Zorbl and Quux join forces", "text": ""}
RULE = "title: Forces\nquery: '\"join forces\" OR \"반도체 동맹\" OR 정상회담 OR absent'\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Path:
    (tmp_path / "pactwatch.toml").write_text("")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.yaml").write_text(RULE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def _lean_knowledge(monkeypatch, tmp_path_factory):
    """The shipped knowledge without its organisations, which would take most of a second to read each time."""
    folder = tmp_path_factory.mktemp("lean")
    for path in [*shipped("pipeline", "knowledge").glob("*.yaml")]:
        (folder / path.name).write_bytes(path.read_bytes())
    import core.workspace
    import pactwatch.cli.common

    whole = core.workspace.shipped
    monkeypatch.setattr("pipeline.knowledge.shipped_knowledge", lambda: folder)
    monkeypatch.setattr(core.workspace, "shipped",
                        lambda package, name: folder if name == "knowledge" else whole(package, name))
    assert pactwatch.cli.common


@pytest.fixture
def run(capsys, monkeypatch):
    """Run a command; its exit code, output and errors."""

    def command(*arguments: str, given: bytes = b"") -> SimpleNamespace:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        code = 0
        try:
            main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        return SimpleNamespace(code=code, **dict(zip(("out", "err"), capsys.readouterr(), strict=True)))

    return command


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("line", "error"), [
    (b"{oops", "is not JSON"),
    (b"[" * 200_000, "is nested too deeply"),
    (b'{"id":1,"title":"a","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "is nested too deeply"),
    (b"[1,2]", "is not an object {id, title, text}"),
    (b'{"id":1,"title":5}', "title must be text, not 5"),
    (b'{"id":1,"title":"a","text":["a"]}', "text must be text, not a list"),
    (b'{"id":1}', "has neither title nor text"),
    (b'{"id":' + b"9" * 6000 + b',"title":"a"}', "holds a number that is too long"),
    (b'{"id":NaN,"title":"a"}', "holds a number"),
    ('{"title":"Bär"}'.encode("latin-1"), "is no text in UTF-8"),
])
def test_a_line_that_cannot_be_read_is_answered_and_the_others_are_matched(run, line, error):
    found = run("match", given=line + b"\n" + json.dumps(GOOD).encode())
    bad, good = map(json.loads, found.out.splitlines())
    assert error in bad["error"]
    assert bad["line"] == 1
    assert (good["id"], good["flagged"]) == (2, True)
    assert (found.code, found.err) == (
        2, "pactwatch: standard input: line 1 could not be read; see `error` in the output\n")


@pytest.mark.usefixtures("home")
def test_a_lone_surrogate_comes_back_as_it_was_given(run):
    given = {"id": 1, "title": "Zorbl \ud800 and Quux join forces", "text": "\udfff join forces"}
    found = run("match", given=json.dumps(given).encode())
    answer = json.loads(found.out)
    assert found.code == 0
    assert answer["flagged"]
    found.out.encode()
    for one in answer["evidence"]:
        assert given[one["field"]][one["start"] : one["end"]] == one["text"]


@pytest.mark.usefixtures("home")
def test_signs_that_steer_a_terminal_are_never_printed(run):
    text = "Evil \x1b[31m\u202e\x9b title join forces\nZorbl \x1b]0;x\x07 join forces"
    for found in (run("rules", "explain", "-", "--rule", "mine", given=text.encode()),
                  run("rules", "explain", "-", "--rule", "mine", "--json", given=text.encode()),
                  run("rules", "explain", "no\x1b[31msuch.txt")):
        shown = found.out + found.err
        assert [sign for sign in shown if not sign.isprintable() and sign != "\n"] == []


@pytest.mark.usefixtures("home")
def test_each_term_of_a_rule_is_told_as_the_rule_spells_it_with_held_or_not(run):
    found = run("rules", "explain", "-", "--rule", "mine", given="Zorbl and Quux join forces\nOn 반도체 동맹.".encode())
    lines = [" ".join(line.split()) for line in found.out.splitlines()]
    assert 'held "join forces": the text\'s words' in lines
    assert 'held "반도체 동맹": the text\'s words' in lines
    assert "failed 정상회담: the text's words" in lines
    assert "failed absent: the text's words" in lines


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("name", "message"), [
    ("http://[bad", "'http://[bad' is no web address"),
    ("-", "standard input is empty; there is nothing to explain"),
])
def test_an_address_that_is_none_and_an_empty_text_are_named(run, name, message):
    found = run("rules", "explain", name, "--rule", "mine")
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith(f"pactwatch: {message}")
    assert found.err.count("\n") == 1


@pytest.mark.parametrize(("text", "line", "message"), [
    ("title: T\nquery: '/sam.*/'\n", 2, "query: column 1: patterns between slashes are not part of the language"),
    ("title: T\nquery: |\n  samsung AND\n  orgg:naver\n", 4, "query: column 1: unknown field 'orgg'"),
    ("title: T\nquery: >\n  samsung\n  AND (naver\n", 4, "query: column 5: this bracket is not closed"),
    ("title: T\nquery: >\n  samsung AND\n  event:marriage\n", 4, "unknown event 'marriage'"),
    ("title: T\nquery: a\nmin_score: true\n", 3, "min_score: must be a number, not true"),
    ("title: T\nquery: a\nmin_score: high\n", 3, "min_score: must be a number, not 'high'"),
    ("title: T\nquery: a\nmin_score: 3\n", 3, "min_score: must be at most 1, not 3"),
    ("title: T\nquery:\n", 2, "query: must be text, not nothing"),
    ("title: T\nquery: a\nquery: b\n", 3, "the key 'query' is there twice"),
    ("title: T\nquery: a\nstatus: [maybe]\n", 3, "status, entry 1: must be 'announced', 'planned'"),
    ("title: T\nquery: a\nexamples:\n  - match: a\n    langage: en\n", 5,
     "unknown key 'langage'; allowed: match, no_match, language, publisher"),
    ("title: T\nquery: a\nexamples:\n  - match: a\n    language: klingon\n", 5, "'klingon' is no language"),
    ("title: T\nquery: a\n---\ntitle: U\n", 3, "holds two documents; keep one"),
    ("- a\n", 1, "the file: must be keys with values, not a list"),
    (b"title: B\xe4r\nquery: a\n", 1, "cannot be read: it is no text in UTF-8"),
    ("title: a\nquery: a\x00\n", 2, "it holds a sign that no text has"),
])
def test_a_mistake_in_a_rule_is_told_in_plain_words_at_its_line(home, run, text, line, message):
    (home / "rules" / "bad.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    found = run("rules", "check")
    assert found.code == 2
    assert f"bad.yaml:{line}: " in found.err
    assert message in found.err


def test_a_rule_file_of_another_ending_is_not_passed_over_in_silence(home, run):
    (home / "rules" / "x.yml").write_text(RULE)
    found = run("rules", "check")
    assert found.code == 2
    assert "x.yml: is not read, because it ends in .yml; rename it to x.yaml" in found.err


@pytest.mark.usefixtures("home")
def test_the_check_counts_the_rules_that_are_off_too(run):
    found = run("rules", "check", "--json")
    known = json.loads(found.out)
    assert known["rules"] > known["off"] > 0


def test_bad_knowledge_stops_a_command_with_one_line(home, run):
    (home / "knowledge").mkdir()
    (home / "knowledge" / "vetoes.yaml").write_text("m: {scope: title, score: -0.2, patterns: ['(abc']}\n")
    for command in (("rules", "check"), ("rules", "test"), ("match",)):
        found = run(*command)
        assert found.code == 2
        assert "vetoes.yaml:1: pattern '(abc' cannot be read: missing ), unterminated subpattern" in found.err
        assert "Traceback" not in found.err


@pytest.mark.usefixtures("home")
def test_a_period_that_ends_before_it_begins_and_a_rule_that_nobody_has_are_mistakes(run):
    found = run("rules", "replay", "mine", "--since", "2026-05", "--until", "2026-01")
    assert (found.code, found.err) == (2, "pactwatch: --until 2026-01 is before --since 2026-05\n")
    found = run("stories", "list", "--rule", "nope")
    assert found.code == 2
    assert "no rule is named 'nope'; rules: " in found.err


def test_a_label_that_no_text_has_is_refused(home, run):
    (home / "texts.jsonl").write_text('{"title": "a", "label": "deal"}\n')
    found = run("rules", "eval", "texts.jsonl", "--rule", "mine", "--positive", "nope")
    assert (found.code, found.err) == (2, "pactwatch: --positive 'nope': no text has this label; labels: deal\n")


def test_ctrl_c_while_the_command_loads_is_quiet():
    code = ("import signal, pactwatch.start as start\n"
            "signal.signal(signal.SIGINT, signal.default_int_handler)\n"     # a shell ignores it for what runs behind
            "import builtins; real = builtins.__import__\n"
            "def late(name, *rest, **more):\n"
            "    if name == 'pactwatch.cli': signal.raise_signal(signal.SIGINT)\n"
            "    return real(name, *rest, **more)\n"
            "builtins.__import__ = late\nstart.main()\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
