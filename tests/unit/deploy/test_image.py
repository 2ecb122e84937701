"""deploy/Dockerfile: pinned, by hash, without root, and with everything that the wheel needs."""

from __future__ import annotations

import fnmatch
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rehearsal.dockerfile import stages
from tests.unit.repository.code import PACKAGES, ROOT

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
DIGEST = "sha256:" + "a1" * 32
BUILD, FINAL = stages(DOCKERFILE)


def program(name: str) -> str:
    """A tool's path: beside this Python or on the PATH; else the test is skipped."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: pip install -r deploy/requirements-deploy.lock")
    return found


def test_the_base_has_no_default_and_both_stages_have_the_same() -> None:
    assert [stage.base for stage in (BUILD, FINAL)] == ["${PYTHON_IMAGE}"] * 2
    before = DOCKERFILE.read_text(encoding="utf-8").split("\nFROM ")[0]
    assert "\nARG PYTHON_IMAGE\n" in before


@pytest.mark.parametrize(
    ("image", "code"),
    [(f"python:3.11-slim@{DIGEST}", 0), ("python:3.11-slim", 1), ("python:3.11-slim@sha256:", 1), ("", 1)],
)
def test_a_base_without_a_digest_does_not_build(image: str, code: int) -> None:
    done = subprocess.run(
        ["sh", "-c", BUILD.all("RUN")[0].rest],
        env={"PYTHON_IMAGE": image, "PATH": os.environ["PATH"]},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code
    assert ("make pin-image" in done.stderr) == bool(code)


@pytest.mark.parametrize(("digest", "code"), [("", 2), ("sha256:abc", 2), (DIGEST, 0)])
def test_make_image_refuses_it_too(digest: str, code: int, tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\necho docker "$@"\n')
    docker.chmod(0o755)
    done = subprocess.run(
        ["make", "--silent", "image", f"BASE_DIGEST={digest}"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    assert done.returncode == code, done.stderr
    assert code or f"--build-arg PYTHON_IMAGE=python:3.11-slim-bookworm@{DIGEST}" in done.stdout


def test_everything_is_installed_by_hash_or_from_this_tree() -> None:
    installs = [line for one in BUILD.all("RUN") for line in one.rest.split("&&") if " install " in f"{line} "]
    assert installs
    assert [line for line in installs if "--require-hashes" not in line and "--no-deps dist/" not in line] == []
    assert "--no-build-isolation" in BUILD.all("RUN")[-1].rest


def test_what_is_copied_exists_is_let_through_and_is_all_that_the_wheel_needs() -> None:
    copied = {
        word
        for stage in (BUILD, FINAL)
        for one in stage.all("COPY")
        if not one.rest.startswith("--from")
        for word in one.words[:-1]
    }
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert set(PACKAGES) <= copied
    let_through = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert copied == set(let_through)
    assert not any(fnmatch.fnmatch(".env", pattern) for pattern in let_through)


def test_it_runs_as_a_number_that_is_not_root_and_says_how_it_is() -> None:
    [user] = FINAL.all("USER")
    assert user.rest == "10001:10001"
    assert FINAL.instructions.index(user) > max(FINAL.instructions.index(one) for one in FINAL.all("RUN"))
    assert len(FINAL.all("HEALTHCHECK")) == 1
    assert FINAL.environment["PROBE_URL"].endswith(":8420/healthz")
    assert FINAL.environment["PYTHONDONTWRITEBYTECODE"] == "1"
    assert [one.words for one in FINAL.all("ENTRYPOINT")] == [["pactwatch"]]


def test_the_probe_tells_an_answer_from_none(tmp_path: Path) -> None:
    probe = [sys.executable, str(ROOT / "deploy" / "probe.py")]
    (tmp_path / "healthz").write_text("ok")
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        port = server.stdout.readline().split("port ")[1].split()[0]
        url = f"http://127.0.0.1:{port}"
        codes = [
            subprocess.run(
                [*probe, f"{url}/{page}"],
                check=False,
                capture_output=True,
                env={**os.environ, "http_proxy": "http://127.0.0.1:9"},
            ).returncode
            for page in ("healthz", "nothing")
        ]
        server.terminate()
    gone = subprocess.run([*probe, "http://127.0.0.1:9/"], check=False, capture_output=True, text=True)
    assert (codes, gone.returncode) == ([0, 1], 1)
    assert "127.0.0.1:9" in gone.stderr


def test_hadolint_finds_nothing() -> None:
    done = subprocess.run([program("hadolint"), str(DOCKERFILE)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
