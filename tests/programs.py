"""Start our programs in processes of their own that need not import everything anew.

`python -m pactwatch run` takes more than a second of the processor, and each of its workers as much again, before the
first line of ours is read. Here a server that has imported the product forks them: processes of their own, with a
command line, output, environment, signals and exit codes of their own. What a fresh interpreter adds to that, the
tests of the demo prove, and those of harm.
"""

from __future__ import annotations

import atexit
import multiprocessing
import multiprocessing.context
import multiprocessing.forkserver
import multiprocessing.process
import os
import runpy
import shutil
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Self, TextIO

ROOT = Path(__file__).parent.parent
_outputs: list[str] = []          # of the program that this process is


class Worker(multiprocessing.context.ForkServerProcess):
    """A process that a program of ours starts: its output goes where the program's does, as if it were spawned."""

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        self._outputs = tuple(_outputs)

    def run(self) -> None:
        _speak_into(*self._outputs)
        super().run()


class _Workers(multiprocessing.context.ForkServerContext):
    Process = Worker


class Program:
    """A program that runs, with as much of `subprocess.Popen` as tests need. What it says is in files."""

    def __init__(self, name: str, *arguments: str, env: Mapping[str, str] | None = None, session: bool = False) -> None:
        self.args = (name, *arguments)
        folder = mkdtemp(prefix="pactwatch-program-")
        self._remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._outputs = [Path(folder) / stream for stream in ("out", "err")]
        for path in self._outputs:
            path.touch()
        self._process = processes().Process(target=_run, args=(
            name, arguments, [str(path) for path in self._outputs], dict(os.environ if env is None else env),
            Path.cwd(), session))
        self._process.start()
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit code, the negative number of the signal that ended it, or None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The same, by the name that Popen has for it."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, when it has ended."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0, *(path.read_bytes() for path in self._outputs))
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it has written to its output and to its error output, when it has ended."""
        self.wait(timeout)
        out, err = (path.read_text(encoding="utf-8") for path in self._outputs)
        return out, err

    def said(self) -> str:
        """What it has written to its output so far."""
        return self._outputs[0].read_text(encoding="utf-8")

    def output(self, stream: int) -> str:
        """What it has written so far to its output (0) or its error output (1)."""
        return self._outputs[stream].read_text(encoding="utf-8")

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.returncode is None:
            os.kill(self.pid, number)  # type: ignore[arg-type]

    def kill(self) -> None:
        """End it without a word."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: object, *_: object) -> None:
        if failure is not None:
            self.kill()
        self._process.join()
        self._remove()


def run(name: str, *arguments: str, timeout: float = 100,
        env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program to its end. `name` is a module, as for `python -m`, or a file."""
    with Program(name, *arguments, env=env) as program:
        out, err = program.communicate(timeout)
        return subprocess.CompletedProcess(program.args, program.wait(), out, err)


def processes() -> multiprocessing.context.ForkServerContext:
    """Processes for functions, and locks and queues for them: as of `multiprocessing`, forked by the server."""
    import pytest  # here, for programs import this module, too

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.preload"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))        # so that it finds what it loads wherever a test has gone
        multiprocessing.forkserver.ensure_running()
    return context


def _run(name: str, arguments: tuple[str, ...], outputs: list[str], env: dict[str, str], place: Path,
         session: bool) -> None:
    """Be the program: all that a new interpreter would be given."""
    if session:
        os.setsid()
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(place)
    _outputs[:] = outputs
    _speak_into(*outputs)
    multiprocessing.process._parent_process = None  # type: ignore[attr-defined]
    multiprocessing.context._concrete_contexts["spawn"] = _Workers()  # type: ignore[attr-defined]
    multiprocessing.forkserver._forkserver.ensure_running = _is_there  # type: ignore[method-assign]
    try:
        if name.endswith(".py"):
            sys.argv = [name, *arguments]
            runpy.run_path(name, run_name="__main__")
        else:
            sys.argv = [str(ROOT / name.replace(".", "/") / "__main__.py"), *arguments]
            runpy.run_module(name, run_name="__main__", alter_sys=True)
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()


def _is_there() -> None:
    """The server that forked this program forks its workers, too; another one would import everything anew."""


def _speak_into(out: str, err: str) -> None:
    sys.stdout, sys.stderr = (_into(number, path) for number, path in ((1, out), (2, err)))


def _into(number: int, path: str) -> TextIO:
    target = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.dup2(target, number)
    os.close(target)
    return open(number, "w", encoding="utf-8", buffering=1 if number == 2 else -1, closefd=False)
