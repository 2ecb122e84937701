"""A program of the tests' server behaves as one of an interpreter of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import Program, run

SCRIPTS = {
    "what it is given": "import os, sys\nprint(sys.argv[1:], os.environ['COLOUR'], os.getcwd(), __name__, __file__)",
    "both outputs": "import sys\nprint('out é')\nprint('err', file=sys.stderr)\nsys.exit(3)",
    "a message as exit": "raise SystemExit('no')",
    "what runs at the end": "import atexit, threading\natexit.register(print, 'last')\n"
                            "threading.Timer(0.1, print, ['thread']).start()\nprint('first')",
    "nothing of others": "import sys\nprint('twisted.internet.reactor' in sys.modules, 'pytest' in sys.modules)",
    "ended by a signal": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)",
    "workers that speak": "import multiprocessing as m\nif __name__ == '__main__':\n"
                          "    p = m.get_context('spawn').Process(target=print, args=('worker',))\n"
                          "    p.start(); p.join(); print(p.exitcode, m.parent_process())",
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_a_program_of_the_server_does_what_one_of_its_own_interpreter_does(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "script.py"
    file.write_text(script, encoding="utf-8")
    env = {**os.environ, "COLOUR": "blue"}
    alone = subprocess.run([sys.executable, str(file), "one", "two"], capture_output=True, encoding="utf-8", env=env,
                           check=False)
    ours = run(str(file), "one", "two", env=env)
    assert (ours.returncode, ours.stdout, ours.stderr) == (alone.returncode, alone.stdout, alone.stderr)


def test_a_program_finds_the_product_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "script.py"
    file.write_text("import sys; print({'pactwatch.crawl', 'pipeline.process', 'tests.preload'} <= set(sys.modules))")
    assert run(str(file)).stdout == "True\n"


def test_a_program_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    file = tmp_path / "script.py"
    file.write_text("import time\nprint('here', flush=True)\ntime.sleep(60)", encoding="utf-8")
    with pytest.raises(subprocess.TimeoutExpired), Program(str(file)) as program:
        program.wait(0.2)
    assert program.returncode == -9
