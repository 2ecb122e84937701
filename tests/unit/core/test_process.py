"""Claims of processes: held while the holder lives, void when it is gone."""

from __future__ import annotations

import os
import subprocess
import sys

from core import process


def test_a_living_holder_keeps_its_claim() -> None:
    assert not process.is_gone(process.identity())


def test_an_ended_process_is_gone() -> None:
    child = subprocess.run(
        [sys.executable, "-c", "from core.process import identity; print(identity())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.is_gone(child.stdout.strip())


def test_a_killed_process_is_gone_before_its_parent_has_noticed() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "from core.process import identity; print(identity(), flush=True); input()"],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdin is not None
    holder = child.stdout.readline().strip()
    assert not process.is_gone(holder)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, but still a zombie
    assert process.is_gone(holder)
    child.wait()
    child.stdout.close()
    child.stdin.close()


def test_a_reused_process_id_is_told_apart_by_its_start() -> None:
    host, pid, _ = process.identity().rsplit(":", 2)
    assert process.is_gone(f"{host}:{pid}:1")


def test_nothing_is_said_of_a_process_on_another_host() -> None:
    assert not process.is_gone("elsewhere.example:1:1")
    assert not process.is_gone("")
    assert not process.is_gone("nonsense")
