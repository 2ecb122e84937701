"""The process that extraction processes are forked from: it has loaded all that they need, once for all of them."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle
from threading import Lock
from typing import Any

from core.errors import UserError
from pactwatch import extraction_worker
from pactwatch.extraction_worker import Start

START_LIMIT_S = 120.0
ANSWER_LIMIT_S = 20.0  # to fork takes some milliseconds; this is for a machine that is very busy
END_LIMIT_S = 1.0


class ServerLostError(Exception):
    """The process ended, or gave no answer. The next question starts another one."""


class ForkServer:
    """Forks extraction processes. All of it waits; threads call it, one at a time is served."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._asking = Lock()
        self._stopped = False
        self._begin()

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._control, theirs = context.Pipe()
        self._process = context.Process(target=extraction_worker.fork_workers, args=(theirs, self._start), daemon=True)
        self._process.start()
        theirs.close()
        self._loaded: UserError | bool = False
        self._lost = False

    def fork(self) -> tuple[int, Connection]:
        """The id of a new extraction process, and the pipe to it.

        Raises the user's mistake in what it was to load, or ServerLostError.
        """
        with self._asking:
            if self._lost and not self._stopped:
                self._begin()
            if self._loaded is False:
                self._loaded = self._answer(START_LIMIT_S) or True
            if isinstance(self._loaded, UserError):
                raise self._loaded
            ours, theirs = multiprocessing.Pipe()
            with theirs:
                try:
                    self._control.send(None)
                    send_handle(self._control, theirs.fileno(), self._process.pid)
                except (OSError, RuntimeError):
                    raise self._end_of_it() from None
                return self._answer(ANSWER_LIMIT_S), ours

    def exit_code(self, pid: int) -> int | None:
        """How one of its processes ended, as in `subprocess`; None while it lives, or where nobody can tell."""
        with self._asking:
            try:
                self._control.send(pid)
                code = self._answer(ANSWER_LIMIT_S)
            except (OSError, ServerLostError):
                return None
        return None if code is None else int(code)

    def _answer(self, limit_s: float) -> Any:
        try:
            if self._control.poll(limit_s):
                return self._control.recv()
        except (EOFError, OSError):
            pass
        raise self._end_of_it()

    def _end_of_it(self) -> ServerLostError:
        self._process.join(END_LIMIT_S)
        code = self._process.exitcode
        self._process.kill()
        self._control.close()
        self._lost = True
        return ServerLostError(f"exit code {code}" if code is not None else "no answer")

    def stop(self) -> None:
        """End it, and with it what it has forked."""
        self._stopped = True
        if self._loaded is True and self._asking.acquire(timeout=END_LIMIT_S):
            try:
                self._control.close()  # it hears that nobody asks any more, ends its processes and then itself
            finally:
                self._asking.release()
            self._process.join(END_LIMIT_S)
        self._process.kill()
        self._process.join(END_LIMIT_S)
