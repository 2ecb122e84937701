"""A PostgreSQL of a bench's own, which can be restarted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

HOLDER = Path(__file__).parents[1] / "postgres_server.py"


class Server:
    """Where it is."""

    def __init__(self, folder: Path, holder: int) -> None:
        self._data, self._holder = folder / "data", holder
        self.socket = f"{self._data}/.s.PGSQL.5432"
        self.url = f"postgresql://postgres@/postgres?host={self._data}"

    def through(self, port: int) -> str:
        """Its address by a port of loopback."""
        return f"postgresql://postgres@127.0.0.1:{port}/postgres"

    def restart(self) -> None:
        """Restart it, and wait until it is back."""
        before = self._pid()
        os.kill(self._holder, signal.SIGUSR1)
        while self._pid() in {0, before}:
            time.sleep(0.1)
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        for _ in range(100):
            try:
                engine.connect().close()
            except sa.exc.OperationalError:
                time.sleep(0.1)
            else:
                return

    def _pid(self) -> int:
        try:
            return int((self._data / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return 0

    def cpu(self) -> float:
        """The seconds of CPU of all its processes so far."""
        total, ticks = 0, os.sysconf("SC_CLK_TCK")
        for process in [self._pid(), *_children(self._pid())]:
            try:
                fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            total += int(fields[11]) + int(fields[12]) + (int(fields[13]) + int(fields[14]) if process == self._pid()
                                                          else 0)
        return total / ticks


def _children(process: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{process}/task").iterdir()
            for child in (task / "children").read_text().split()]


@contextmanager
def server() -> Iterator[Server]:
    """Run one; it ends with this process, however that ends."""
    folder = Path(tempfile.mkdtemp(prefix="pactwatch-pg-"))
    with subprocess.Popen([sys.executable, str(HOLDER), str(folder), str(os.getpid())]) as holder:
        try:
            while not (folder / "address").exists():
                time.sleep(0.1)
            yield Server(folder, holder.pid)
        finally:
            holder.terminate()
