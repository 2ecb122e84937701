"""`extract` reads a page from a file, from standard input or from the web, and explains what it took."""

from __future__ import annotations

import io
import json
import sys

import pytest

from pactwatch.cli import main
from tests.unit.pipeline.test_extract import PARAGRAPHS, page

HTML = page(PARAGRAPHS).replace("</article>", "<div><div><p>Sign up for our newsletter</p></div></div></article>")


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Run `extract` in a workspace that holds the page as a file and on standard input."""
    (tmp_path / "pactwatch.toml").write_text("")
    (tmp_path / "story.html").write_text(HTML, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(HTML.encode())))

    def command(*arguments: str) -> tuple[int, str, str]:
        code = 0
        try:
            main(("extract", *arguments))
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return command


@pytest.mark.parametrize("arguments", [("story.html",), ("--url", "https://news.example.org/a"),
                                       ("story.html", "--url", "https://news.example.org/a")])
def test_a_page_becomes_one_line_of_json(run, arguments):
    code, out, _ = run(*arguments)
    found = json.loads(out)
    assert (code, found["title"], found["dropped"]) == (0, "Two firms join forces on AI", "Sign up for our newsletter")
    assert found["text"] == "\n".join(PARAGRAPHS)


def test_explain_tells_each_field_s_origin_and_each_dropped_line_s_reason(run):
    _, out, _ = run("story.html", "--explain")
    lines = out.splitlines()
    assert lines[0] == "title         Two firms join forces on AI   [h1]"
    text = next(line for line in lines if line.startswith("text "))
    assert text.split()[1:5] == ["4", "lines,", "2", "dropped"], "the title, too"
    at = lines.index("dropped Sign up for our newsletter")
    assert "looks like no part of the article (0." in lines[at + 1]
    assert f"taken   {PARAGRAPHS[1]}" in lines


def test_the_recipe_of_a_source_is_used(run, tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "mine.yaml").write_text(
        "name: Mine\nhome: https://example.org/\nentry_points:\n  - feed: https://example.org/rss\n"
        "extract:\n  filter: false\n")
    _, out, _ = run("story.html", "--source", "mine")
    assert json.loads(out)["text"].endswith("Sign up for our newsletter")


@pytest.mark.parametrize(("arguments", "words"), [
    ((), "--url https://example.org/story"), (("none.html",), "there is no file 'none.html'"),
    (("story.html", "--source", "nobody"), "no source is named 'nobody'"),
])
def test_what_cannot_be_read_is_one_line(run, arguments, words):
    code, _, err = run(*arguments)
    assert code == 2
    assert words in err
    assert len(err.splitlines()) == 1
