"""The pages of a workspace, served by a process of their own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of `pactwatch web`, without a slash at its end."""
    command = [sys.executable, "-m", "pactwatch", "web", "--port", "0", "--home", str(home)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            said = server.stderr.readline()
            found = re.search(r"http://\S+/", said)
            assert found, said
            yield found[0].rstrip("/")
        finally:
            server.terminate()
            assert server.wait(timeout=30) == 0, "SIGTERM ends it cleanly"
