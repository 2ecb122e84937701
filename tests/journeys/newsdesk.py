"""A workspace over the demo's newsroom, driven by the command line in processes of its own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from pactwatch.demo import Newsroom, write_workspace
from tests.programs import Program


class Newsdesk:
    """A workspace; `routes` is TOML that replaces the demo's route."""

    def __init__(self, home: Path, newsroom: Newsroom, routes: str, slack: str = "") -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        write_workspace(home, newsroom)
        settings = (home / "pactwatch.toml").read_text(encoding="utf-8").split("[[routes]]")[0]
        settings = settings.replace("[crawl]\n", "[crawl]\nprocesses = 1\n")
        if slack:
            settings += f'[slack]\ntoken = "xoxb-test"\napi_url = "{slack}"\n\n'
        (home / "pactwatch.toml").write_text(settings + routes, encoding="utf-8")

    def start(self, *arguments: str) -> Program:
        """Start a command without waiting for it."""
        return Program("pactwatch", *arguments, "--home", str(self.home), env={**os.environ, "COLUMNS": "140"})

    def call(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; it has to exit with `code`, without a traceback."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=100)
            assert process.returncode == code, (arguments, process.returncode, out, err)
        assert "Traceback" not in out + err
        return subprocess.CompletedProcess(arguments, code, out, err)

    def stored(self) -> int:
        """How many articles the archive holds, also while the workspace is at work."""
        try:
            with closing(sqlite3.connect(self.home / "data" / "pactwatch.db")) as database:
                return int(database.execute("SELECT count(*) FROM articles").fetchone()[0])
        except sqlite3.OperationalError:            # there is no archive yet
            return 0

    def json(self, *arguments: str) -> Any:
        """The JSON that a command prints."""
        return json.loads(self.call(*arguments).stdout)
