"""The MCP server: its tools answer from the archive, say what is wrong in a line, and only read."""

from __future__ import annotations

import asyncio
import json
import shutil
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from archive.engine import open_engine, writing
from pactwatch.webtools import site_of
from tests import factories
from tests.site import SETTINGS, shipped_knowledge, small_archive

pytest.importorskip("mcp")


def ask(sqlite_template: Path | None, home: Path, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """What an assistant hears of each call; of an empty one, which tools there are. Without a template: of the
    archive that is there.
    """
    from mcp.client.client import Client

    from core.workspace import load_workspace
    from web.assistant import server_of

    if sqlite_template is not None:
        shutil.copyfile(sqlite_template, home / "a.db")
    (home / "pactwatch.toml").write_text(SETTINGS, encoding="utf-8")

    async def session() -> list[Any]:
        url = f"sqlite:///{home / 'a.db'}"
        with nullcontext(open_engine(url)) if sqlite_template is None else small_archive(url) as engine:
            site = site_of(load_workspace(home, environ={}), engine, lambda *_: shipped_knowledge())
            async with Client(server_of(site)) as client:
                return [await (client.call_tool(name, given) if name else client.list_tools()) for name, given in calls]

    return asyncio.run(session())


def test_the_tools_answer_from_the_archive_and_only_read(sqlite_template: Path, tmp_path: Path) -> None:
    tools, found, shown, story, firm, graph, today = ask(
        sqlite_template, tmp_path, ("", {}), ("search", {"query": "event:alliance"}), ("show", {"article": 1}),
        ("show", {"story": 1}), ("organisation", {"name": "aurora chips"}), ("graph", {"around": ["Borealis Telecom"]}),
        ("today", {}))
    assert [tool.name for tool in tools.tools] == ["search", "show", "organisation", "graph", "today"]
    assert all(tool.annotations.read_only_hint and tool.description for tool in tools.tools)
    assert found.structured_content["total"] == 2
    assert shown.structured_content["text"].startswith("They join forces.")
    assert "text" not in shown.structured_content["versions"][0]
    assert [one["outlet"] for one in story.structured_content["articles"]] == ["Wire", "Herald"]
    assert [one["b"] for one in firm.structured_content["alliances"]] == ["Borealis Telecom", "Cassini Labs"]
    assert graph.structured_content["around"] == ["Borealis Telecom"]
    assert today.structured_content["digests"][0]["route"] == "daily"


def test_mistakes_are_told_in_a_line_that_helps(sqlite_template: Path, tmp_path: Path) -> None:
    answers = ask(sqlite_template, tmp_path, ("search", {"query": "orgg:x"}), ("show", {}), ("show", {"article": 99}),
                  ("organisation", {"name": "aurora chip"}), ("search", {"query": "*", "limit": 9999}))
    said = [answer.content[0].text for answer in answers]
    assert all(answer.is_error for answer in answers)
    assert "did you mean org:?" in said[0]
    assert "name an article or a story" in said[1]
    assert "no article 99" in said[2]
    assert "is it Aurora Chips?" in said[3]


def test_hostile_texts_are_answered_as_text_in_json(sqlite_template: Path, tmp_path: Path) -> None:
    evil = "<script>alert(1)</script> \x1b[31m\u202e ]]> ${x} {{7*7}}"
    shutil.copyfile(sqlite_template, tmp_path / "a.db")
    with small_archive(f"sqlite:///{tmp_path / 'a.db'}") as engine, writing(engine) as connection:
        one = factories.article(connection, evil, evil, url="javascript:alert(1)", mentions=(evil, "Org"))
        factories.event(connection, one, evil, "Org", sentence=evil)
        factories.hit(connection, one)
    found, shown, firm, graph, none = ask(
        None, tmp_path, ("search", {"query": "script"}), ("show", {"article": one}), ("organisation", {"name": evil}),
        ("graph", {"around": [evil]}), ("search", {"query": evil}))
    assert [answer.is_error for answer in (found, shown, firm, graph)] == [False] * 4
    assert found.structured_content["items"][0]["title"] == evil
    assert shown.structured_content["text"] == evil
    assert firm.structured_content["alliances"][0]["sentence"] == evil
    for answer in (found, shown, firm, graph, none):
        said = answer.content[0].text
        assert not any(sign in said for sign in "\x00\x07\x1b"), said
        assert answer.is_error or json.loads(said) == answer.structured_content
