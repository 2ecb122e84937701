"""A command loads what it needs, and the whole command line is there for those who ask what there is."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import cast

import pytest
import typer.core
import typer.main

from pactwatch.cli import MODULES, application

HEAVY = ("structlog", "twisted", "numpy", "alembic", "pipeline.rulebook", "pactwatch.cli.sources")


@pytest.mark.parametrize("name", MODULES)
def test_a_command_alone_is_the_one_of_the_whole(name: str) -> None:
    alone, whole = (cast("typer.core.TyperGroup", typer.main.get_command(application(word))) for word in (name, None))
    assert list(alone.commands) == [name]
    assert sorted(whole.commands) == sorted(MODULES)
    assert [p.name for p in alone.commands[name].params] == [p.name for p in whole.commands[name].params]
    assert alone.commands[name].help == whole.commands[name].help


def test_a_search_loads_nothing_that_it_does_not_need(tmp_path) -> None:
    (tmp_path / "pactwatch.toml").write_text("", encoding="utf-8")
    code = f"""import sys
sys.argv[1:] = ["search", "*", "--home", {str(tmp_path)!r}]
from pactwatch.start import main
try:
    main()
finally:
    print([name for name in {HEAVY!r} if name in sys.modules])"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)        # makes the archive
    again = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert again.stdout.splitlines()[-1] == "[]"


def test_the_first_line_of_a_library_is_written_in_our_form() -> None:
    code = """import logging, sys
from core import logs
from core.settings import LogSettings
logs.configure(LogSettings(format="json"))
assert "structlog" not in sys.modules
for word in ("first", "second"):
    logging.getLogger("library").error(word)
logs.get_logger("test").warning("ours")"""
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stderr
    assert [json.loads(line)["event"] for line in told.splitlines()] == ["first", "second", "ours"]
